"""Phone numbers: what can be had, what is owned and how it is set up; and applications."""

from trunkline.numbers.application_lookup import ApplicationLookup
from trunkline.numbers.import_number import ImportNumber
from trunkline.numbers.model import Application, Capabilities, OwnNumber
from trunkline.numbers.north_america import (
    country,
    is_alphanumeric_sender,
    is_short_code,
    is_toll_free,
    national_format,
    normalise,
)
from trunkline.numbers.own_numbers import OwnNumbers
from trunkline.numbers.provide_first_numbers import FIRST_NUMBERS, provide_first_numbers
from trunkline.numbers.resources import RESOURCES, number_resources

__all__ = [
    "FIRST_NUMBERS",
    "RESOURCES",
    "Application",
    "ApplicationLookup",
    "Capabilities",
    "ImportNumber",
    "OwnNumber",
    "OwnNumbers",
    "country",
    "is_alphanumeric_sender",
    "is_short_code",
    "is_toll_free",
    "national_format",
    "normalise",
    "number_resources",
    "provide_first_numbers",
]

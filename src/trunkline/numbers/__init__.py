"""Phone numbers: what can be had, what is owned and how it is set up; and applications."""

from trunkline.numbers.application_lookup import ApplicationLookup
from trunkline.numbers.import_number import ImportNumber
from trunkline.numbers.model import Application, Capabilities, OwnNumber
from trunkline.numbers.north_america import (
    country,
    is_alphanumeric_sender,
    is_country,
    is_short_code,
    is_toll_free,
    national_format,
    normalise,
)
from trunkline.numbers.own_numbers import OwnNumbers
from trunkline.numbers.provide_first_numbers import FIRST_NUMBERS, provide_first_numbers
from trunkline.numbers.resources import RESOURCES, number_resources
from trunkline.numbers.short_codes import ShortCodes

__all__ = [
    "FIRST_NUMBERS",
    "RESOURCES",
    "Application",
    "ApplicationLookup",
    "Capabilities",
    "ImportNumber",
    "OwnNumber",
    "OwnNumbers",
    "ShortCodes",
    "country",
    "is_alphanumeric_sender",
    "is_country",
    "is_short_code",
    "is_toll_free",
    "national_format",
    "normalise",
    "number_resources",
    "provide_first_numbers",
]

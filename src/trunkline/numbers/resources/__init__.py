"""The HTTP operations of numbers and applications, declared."""

from __future__ import annotations

from trunkline.numbers.application_lookup import ApplicationLookup
from trunkline.numbers.buy_number import BuyNumber
from trunkline.numbers.change_application import ChangeApplication
from trunkline.numbers.change_number import ChangeNumber
from trunkline.numbers.own_numbers import OwnNumbers
from trunkline.numbers.resources.applications import Applications
from trunkline.numbers.resources.available_phone_numbers import AvailablePhoneNumbers
from trunkline.numbers.resources.incoming_phone_numbers import IncomingPhoneNumbers
from trunkline.numbers.resources.short_codes import ShortCodeResources
from trunkline.numbers.short_codes import ShortCodes
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = [
    "RESOURCES",
    "Applications",
    "AvailablePhoneNumbers",
    "IncomingPhoneNumbers",
    "ShortCodeResources",
    "number_resources",
]

RESOURCES: tuple[type, ...] = (
    IncomingPhoneNumbers,
    AvailablePhoneNumbers,
    Applications,
    ShortCodeResources,
)


def number_resources(
    database: Database,
    *,
    worlds: Worlds,
    sids: SidFactory,
    own_numbers: OwnNumbers,
    applications: ApplicationLookup,
) -> tuple[IncomingPhoneNumbers, AvailablePhoneNumbers, Applications, ShortCodeResources]:
    """The resources of this family, for `rest.operation.bound_operations`.

    `own_numbers` and `applications` are those that messaging asks: what a request changes is
    known to them before it is answered.
    """
    buy = BuyNumber(database, worlds, sids, own_numbers)
    change = ChangeNumber(database, worlds, own_numbers)
    change_application = ChangeApplication(database, worlds, sids, applications, own_numbers)
    return (
        IncomingPhoneNumbers(database, worlds, sids, buy, change),
        AvailablePhoneNumbers(own_numbers),
        Applications(database, change_application),
        ShortCodeResources(database, ShortCodes(database, worlds, sids, own_numbers)),
    )

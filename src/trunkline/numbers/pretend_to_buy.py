"""What test credentials are answered when they buy a number: nothing is bought (behaviour 7.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from trunkline.numbers.buy_number import new_number, valid_area_code, valid_number
from trunkline.numbers.number_parameters import CreateNumberParameters
from trunkline.numbers.number_settings import NUMBER_DEFAULTS, check_settings, number_changes
from trunkline.rest import catalogue
from trunkline.sids import SidFactory

__all__ = ["pretend_to_buy"]

UNAVAILABLE = "+15005550000"
INVALID = "+15005550001"
AVAILABLE = "+15005550006"
EMPTY_AREA_CODE = "533"
AREA_CODE = "500"


def pretend_to_buy(
    account_sid: str, asked: CreateNumberParameters, *, sids: SidFactory, now: datetime
) -> dict[str, Any]:
    """A row as a purchase would make it. Of all numbers, +15005550006 alone is for sale.

    Errors: 21421 and 21451 for the magic values and for what is malformed, 21422 and 21452 for
    everything else. Applications are not looked for: test credentials have none.
    """
    if asked.phone_number and asked.phone_number.strip():
        number = valid_number(asked.phone_number)
        if number == INVALID:
            raise catalogue.NUMBER_INVALID(value=number)
        if number != AVAILABLE:
            raise catalogue.NUMBER_NOT_AVAILABLE(value=number)
    else:
        code = valid_area_code(asked.area_code or "")
        if code != AREA_CODE:
            raise catalogue.AREA_CODE_EMPTY(value=code)
    settings = number_changes(asked)
    check_settings(settings, NUMBER_DEFAULTS, sms_capable=True)
    if asked.friendly_name:
        settings["friendly_name"] = asked.friendly_name
    return {
        **new_number(AVAILABLE),
        "id": sids.new_id(),
        "account_id": account_sid[2:],
        "created_at": now,
        "updated_at": now,
        **settings,
    }

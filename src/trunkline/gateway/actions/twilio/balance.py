"""The account's balance: https://www.twilio.com/docs/usage/api/account-balance"""

from __future__ import annotations

from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    CONNECTORS,
    FAMILY,
    nullable,
    record,
)

__all__ = ["ACTIONS"]

GET = Action(
    key="get-account-balance",
    family=FAMILY,
    name="Get Account Balance",
    description="Read how much money is left in the account, and in which currency.",
    connectors=CONNECTORS,
    method="GET",
    path=f"{ACCOUNT_PATH}/Balance.json",
    inputs=(ACCOUNT,),
    output=record(
        ("balance", "currency"),
        balance={"type": "string", "description": "A decimal number."},
        currency={"type": "string", "description": "ISO 4217, e.g. USD."},
        account_sid=nullable,
    ),
    words="credit credits funds remaining owe bill billing prepaid budget afford top up current "
    "dollars",
)

ACTIONS = (GET,)

"""The account's balance: https://www.twilio.com/docs/usage/api/account-balance"""

from __future__ import annotations

from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    action,
    nullable,
    record,
)

__all__ = ["ACTIONS"]

GET = action(
    key="get-account-balance",
    name="Get Account Balance",
    description="Read how much money is left in the account, and in which currency.",
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

"""Names, balances, statuses and secrets of accounts."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from trunkline.accounts.model import (
    ACCOUNT_STATUSES,
    default_subaccount_name,
    effective_status,
    new_secret,
    new_token,
    shown_balance,
)


@pytest.mark.parametrize(
    ("hour", "end"), [(0, "00:07 am"), (9, "09:07 am"), (12, "12:07 pm"), (16, "16:07 pm")]
)
def test_the_name_of_a_nameless_subaccount_tells_when_it_was_made(hour: int, end: str) -> None:
    name = default_subaccount_name(datetime(2011, 2, 10, hour, 7, tzinfo=UTC))
    assert name == f"SubAccount Created at 2011-02-10 {end}"


@pytest.mark.parametrize(
    ("balance", "text"),
    [
        ("0.05000", "0.05"),
        ("100.00000", "100.00"),
        ("0.00000", "0.00"),
        ("12.34567", "12.34567"),
        ("-3.14250", "-3.1425"),
        ("1000000", "1000000.00"),
    ],
)
def test_a_balance_has_two_decimals_or_as_many_as_it_takes(balance: str, text: str) -> None:
    assert shown_balance(Decimal(balance)) == text


@pytest.mark.parametrize(
    ("own", "owner", "counts"),
    [
        ("active", "active", "active"),
        ("active", "suspended", "suspended"),
        ("suspended", "active", "suspended"),
        ("suspended", "closed", "closed"),
        ("closed", "active", "closed"),
    ],
)
def test_a_subaccount_is_no_more_active_than_its_parent(own: str, owner: str, counts: str) -> None:
    assert effective_status(own, owner) == counts


def test_closing_is_for_ever() -> None:
    assert ACCOUNT_STATUSES.is_terminal("closed")


def test_a_token_is_32_hex_digits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", new_token(os.urandom))


def test_a_secret_is_32_letters_and_digits() -> None:
    secrets = {new_secret(os.urandom) for _ in range(50)}
    assert len(secrets) == 50
    assert all(re.fullmatch("[0-9A-Za-z]{32}", secret) for secret in secrets)

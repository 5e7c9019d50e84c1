"""Which change of status is refused, and why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.accounts.support import BORN
from trunkline.accounts.model import Account
from trunkline.accounts.update_account import status_refusal

PARENT = "AC" + "a" * 32


def account(sid: str, status: str) -> Account:
    return Account(
        sid=sid,
        owner_sid=PARENT,
        world_id="0" * 32,
        kind="live",
        type="Full",
        status=status,
        friendly_name="One",
        auth_token="t",
        balance=Decimal(0),
        created_at=BORN,
        updated_at=BORN,
    )


@pytest.mark.parametrize("status", ["active", "suspended", "closed"])
def test_the_status_of_a_parent_cannot_be_changed(status: str) -> None:
    refusal = status_refusal(account(PARENT, "active"), "active", status)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (400, 21477)


@pytest.mark.parametrize("status", ["active", "suspended", "closed"])
def test_a_closed_subaccount_stays_closed(status: str) -> None:
    refusal = status_refusal(account("AC" + "b" * 32, "closed"), "active", status)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (400, 21479)


def test_nothing_changes_under_a_suspended_parent() -> None:
    refusal = status_refusal(account("AC" + "b" * 32, "active"), "suspended", "closed")
    assert refusal is not None
    assert (refusal.status, refusal.code) == (400, 21476)


@pytest.mark.parametrize("before", ["active", "suspended"])
@pytest.mark.parametrize("after", ["active", "suspended", "closed"])
def test_an_open_subaccount_may_be_given_any_status(before: str, after: str) -> None:
    assert status_refusal(account("AC" + "b" * 32, before), "active", after) is None

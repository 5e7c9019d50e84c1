"""Lifecycles as data."""

from __future__ import annotations

import pytest

from trunkline.lifecycle import Lifecycle
from trunkline.messaging.model import FINISHED, MESSAGE

DOOR = Lifecycle(
    noun="door",
    initial=frozenset({"shut"}),
    steps={
        "shut": frozenset({"open", "gone"}),
        "open": frozenset({"shut"}),
        "gone": frozenset(),
    },
)


def test_a_step_is_allowed_exactly_where_the_table_says() -> None:
    assert DOOR.allows("shut", "open")
    assert not DOOR.allows("open", "gone")
    assert DOOR.before("gone") == ("shut",)
    assert DOOR.is_terminal("gone")


def test_a_path_is_checked_step_by_step() -> None:
    DOOR.check_path(("open", "shut", "gone"))
    with pytest.raises(ValueError, match="gone does not follow open"):
        DOOR.check_path(("open", "gone"))


def test_a_table_with_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Lifecycle(noun="x", initial=frozenset({"a"}), steps={"a": frozenset({"nowhere"})})


def test_messages_never_leave_a_terminal_status() -> None:
    terminal = {status for status in MESSAGE.statuses if MESSAGE.is_terminal(status)}
    assert terminal == {"undelivered", "failed", "canceled", "received", "read"}
    assert terminal < FINISHED
    assert MESSAGE.steps["delivered"] == {"read"}


def test_failed_is_reached_from_before_the_carrier_took_it() -> None:
    assert set(MESSAGE.before("failed")) == {"accepted", "queued", "sending"}
    assert "partially_delivered" not in MESSAGE.statuses

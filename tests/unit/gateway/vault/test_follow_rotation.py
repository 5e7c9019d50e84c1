"""Nodes that run seal under a new master key without being restarted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.unit.gateway.vault.support import COLUMNS, Sealed, Settings, bound
from trunkline.clock import RealClock
from trunkline.gateway.vault import FollowRotation, Vault, open_vault, rotate
from trunkline.store import Database

CLOCK = RealClock()


def told(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when this node is told which version to use."""
    event, use = asyncio.Event(), vault.keys.use

    def told_to_use(version: int) -> None:
        use(version)
        event.set()

    monkeypatch.setattr(vault.keys, "use", told_to_use)
    return event


async def test_another_node_seals_under_the_new_version(
    store: Database, settings: Settings, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = [await open_vault(store, settings, clock=CLOCK) for _ in range(2)]
    follower = FollowRotation(store, there)
    await sealed.add(here)
    heard = told(there, monkeypatch)
    await rotate(store, here, COLUMNS, clock=CLOCK)
    await asyncio.wait_for(heard.wait(), 30)
    assert there.keys.current == 2
    await sealed.open_all(there)
    await follower.stop()


async def test_one_that_heard_nothing_opens_what_the_others_seal(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    here, there = [await open_vault(store, settings, clock=CLOCK) for _ in range(2)]
    await rotate(store, here, COLUMNS, clock=CLOCK)
    await sealed.add(here)
    assert there.keys.current == 1
    await sealed.open_all(there)
    assert there.seal({}, bound("x"))[1:5] == (1).to_bytes(4)  # what it knows to be used


async def test_missed_notices_are_made_up_for(
    store: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = [await open_vault(store, settings, clock=CLOCK) for _ in range(2)]
    await rotate(store, here, COLUMNS, clock=CLOCK)
    follower = FollowRotation(store, there)
    assert there.keys.current == 1
    heard = told(there, monkeypatch)
    for reconnected in store._reconnected:
        reconnected()
    await asyncio.wait_for(heard.wait(), 30)
    assert there.keys.current == 2
    await follower.stop()


async def test_a_node_without_the_new_key_says_so_and_goes_on(
    store: Database, settings: Settings, tmp_path: Path
) -> None:
    here = await open_vault(store, settings, clock=CLOCK)
    elsewhere = Settings(data=tmp_path / "elsewhere")
    elsewhere.data.mkdir()
    elsewhere.file.write_bytes(settings.file.read_bytes())
    elsewhere.file.chmod(0o400)
    there = await open_vault(store, elsewhere, clock=CLOCK)
    await rotate(store, here, COLUMNS, clock=CLOCK)
    with capture_logs() as logs:
        follower = FollowRotation(store, there)
        follower.follow()
        await follower.stop()
    assert [entry["event"] for entry in logs] == ["vault.rotation_not_followed"]
    assert "version 2, which this node does not have" in logs[0]["reason"]
    assert there.open(there.seal({"a": "b"}, bound("x")), bound("x")) == {"a": "b"}


async def test_it_ends_with_the_node(store: Database, settings: Settings) -> None:
    follower = FollowRotation(store, await open_vault(store, settings, clock=CLOCK))
    follower.follow()
    await follower.stop()
    follower.follow()
    assert follower._following is not None
    assert follower._following.done()

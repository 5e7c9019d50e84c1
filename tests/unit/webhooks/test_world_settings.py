from __future__ import annotations

import pytest

from tests.support.waiting import eventually
from trunkline.store import Database
from trunkline.webhooks.chaos import Chaos
from trunkline.webhooks.forget import forget_world
from trunkline.webhooks.target import read_target
from trunkline.webhooks.world_settings import InvalidMap, Map, WebhookWorlds

PUBLIC = "https://api.example.com"
TARGET = read_target(f"{PUBLIC}/sms")


def where(worlds: WebhookWorlds, world_id: str) -> str | None:
    """Where a request to PUBLIC goes in a world."""
    for addresses in worlds.maps_of(world_id):
        if (found := addresses.locate(TARGET)) is not None:
            return found.url
    return None


def to(port: int) -> Map:
    return Map(public=PUBLIC, local=f"http://127.0.0.1:{port}")


async def test_a_world_is_calm_until_chaos_is_set(database: Database, world_id: str) -> None:
    worlds = WebhookWorlds(database)
    assert worlds.chaos_of(world_id) is None
    await worlds.set_chaos(world_id, Chaos(duplicate=0.5))
    assert worlds.chaos_of(world_id) == Chaos(duplicate=0.5)
    await worlds.set_chaos(world_id, None)
    assert worlds.chaos_of(world_id) is None


async def test_chaos_begins_anew_only_when_it_is_set(database: Database, world_id: str) -> None:
    worlds = WebhookWorlds(database)
    chaos = Chaos(seed=7, drop=0.1)
    await worlds.set_chaos(world_id, chaos)
    first = worlds.chaos_of(world_id)
    await worlds.set_maps(world_id, [to(3000)])
    await worlds.load()
    assert worlds.chaos_of(world_id) is first
    await worlds.set_chaos(world_id, chaos)
    again = worlds.chaos_of(world_id)
    assert again == first
    assert again is not first


async def test_settings_outlive_the_process(database: Database, world_id: str) -> None:
    before = WebhookWorlds(database)
    await before.set_chaos(world_id, Chaos(delay=1, delay_seconds=9.5))
    await before.set_maps(world_id, [to(3000)])
    after = WebhookWorlds(database)
    await after.load()
    assert after.chaos_of(world_id) == Chaos(delay=1, delay_seconds=9.5)
    assert after.own_maps(world_id) == [to(3000)]
    assert where(after, world_id) == "http://127.0.0.1:3000/sms"


async def test_other_nodes_hear_of_a_change(database: Database, world_id: str) -> None:
    here, there = WebhookWorlds(database), WebhookWorlds(database)
    await here.set_chaos(world_id, Chaos(drop=1))
    await here.set_maps(world_id, [to(3000)])
    await eventually(lambda: there.chaos_of(world_id) == Chaos(drop=1))
    await eventually(lambda: where(there, world_id) == "http://127.0.0.1:3000/sms")
    await here.set_chaos(world_id, None)
    await eventually(lambda: there.chaos_of(world_id) is None)


async def test_maps_of_a_world_come_before_those_of_all(database: Database, world_id: str) -> None:
    worlds = WebhookWorlds(database, [f"{PUBLIC}=http://127.0.0.1:1000"])
    assert where(worlds, world_id) == "http://127.0.0.1:1000/sms"
    await worlds.set_maps(world_id, [to(3000)])
    assert where(worlds, world_id) == "http://127.0.0.1:3000/sms"
    await worlds.set_maps(world_id, [])
    assert where(worlds, world_id) == "http://127.0.0.1:1000/sms"


@pytest.mark.parametrize(
    "maps",
    [
        [Map(public="api.example.com", local="http://127.0.0.1:1")],
        [Map(public=PUBLIC, local="nowhere")],
        [Map(public=f"{PUBLIC}/?a=http://b", local="http://127.0.0.1:1")],
        [to(1), to(2)],
    ],
)
async def test_a_map_that_cannot_be_used_changes_nothing(
    database: Database, world_id: str, maps: list[Map]
) -> None:
    worlds = WebhookWorlds(database)
    await worlds.set_maps(world_id, [to(3000)])
    with pytest.raises(InvalidMap):
        await worlds.set_maps(world_id, maps)
    assert worlds.own_maps(world_id) == [to(3000)]


def test_a_map_of_the_settings_that_cannot_be_used_stops_the_start(database: Database) -> None:
    with pytest.raises(ValueError, match="PUBLIC=LOCAL"):
        WebhookWorlds(database, ["nonsense"])


async def test_a_world_that_was_emptied_is_calm_and_its_apps_are_where_they_were(
    database: Database, world_id: str
) -> None:
    worlds = WebhookWorlds(database)
    await worlds.set_chaos(world_id, Chaos(drop=1))
    await worlds.set_maps(world_id, [to(3000)])
    async with database.transaction() as connection:
        await forget_world(connection, world_id)
    worlds.calm(world_id)
    after = WebhookWorlds(database)
    await after.load()
    for settings in (worlds, after):
        assert settings.chaos_of(world_id) is None
        assert settings.own_maps(world_id) == [to(3000)]
        assert where(settings, world_id) is not None

"""Recording alerts in the commit of what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.unit.webhooks.alerts.support import MESSAGE, World
from trunkline.store import Job
from trunkline.store.group_commit import Refused
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.alerts.model import Alert


class Declines:
    """Refuses whatever it is given."""

    order = 5

    async def write(self, _connection: Any, items: Sequence[Any], _events: Any) -> Sequence[Any]:
        return [Refused("no") for _ in items]


async def read(world: World, alert: Alert) -> Alert | None:
    row = await world.database.fetchrow(queries.FETCH_ALERT, alert.sid[2:], alert.account_id)
    return None if row is None else queries.alert_of_row(row)


async def test_an_alert_is_kept_as_it_was_made(world: World) -> None:
    delivery = await world.delivery()
    alert = await world.recorded(
        12300, delivery=delivery, service="MG" + "0" * 32, details={"contentType": "image/png"}
    )
    assert await read(world, alert) == alert
    bare = await world.recorded(11200)
    assert await read(world, bare) == bare


async def test_an_alert_is_announced_once_it_is_kept(world: World) -> None:
    alert = await world.recorded(12200, resource=MESSAGE)
    assert [
        (event.kind, event.subject, event.seq, event.account, event.world) for event in world.events
    ] == [("alert.recorded", alert.sid, 1, world.account.account_sid, world.world_id)]
    assert world.events[0].data == {"code": 12200, "level": "warning", "resource": MESSAGE}
    assert world.events[0].world_time == alert.created_at


async def test_many_alerts_are_recorded_together(world: World) -> None:
    made = [world.alert(world.account_id, world.world_id, 11200) for _ in range(3)]
    await world.commit.submit(*(Job(world.record, alert) for alert in made))
    assert [await read(world, alert) for alert in made] == made
    assert [event.subject for event in world.events] == [alert.sid for alert in made]


async def test_what_did_not_happen_is_not_told(world: World) -> None:
    alert = world.alert(world.account_id, world.world_id, 11200)
    await world.commit.submit(Job(Declines(), None), Job(world.record, alert))
    assert await read(world, alert) is None
    assert world.events == []


async def test_hostile_texts_are_recorded(world: World) -> None:
    hostile = "\0\ud800\udfff\x1b[31m\u202e" + "\U0001f4a9" * 5000
    alert = await world.recorded(
        11200, message=hostile, url=f"https://h/{hostile}", details={hostile: hostile}
    )
    assert await read(world, alert) == alert

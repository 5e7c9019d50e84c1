"""Taking up the calls that a crash, or a silent node, has left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.voice.calls import URL, Node, told
from trunkline.store import StoreUnavailable
from trunkline.voice.live.beat_calls import BeatCalls
from trunkline.voice.live.recover_calls import CUT_OFF, RecoverCalls
from trunkline.voice.model import DocumentSource, NewCall


class Recordings:
    """Writes down whose recordings were completed, and what status their calls had then."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.recovered: list[tuple[str, str]] = []
        self.trouble: Exception | None = None

    async def recover(self, call_sid: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        row = await self._node.row(call_sid)
        self.recovered.append((call_sid, row["status"]))


class Starting:
    """A process of a node that begins."""

    def __init__(self, node: Node, owner: str | None = None) -> None:
        self.node = node
        self.recordings = Recordings(node)
        self.begun: list[NewCall] = []
        self.known: set[str] = set()
        self.recover = RecoverCalls(
            node.database,
            node.commit,
            owner=owner or node.id,
            transitions=node.transitions,
            begin=self.begun.append,
            knows=self.known.__contains__,
            recordings=self.recordings,
            record=node.record,
            alert=node.alert,
            worlds=node.worlds,
            clock=node.clock,
        )


class Begun:
    """A call as its session knows it."""

    def __init__(self, node: Node, sid: str, answered_frame: int | None) -> None:
        self.sid, self.world_id, self.answered_frame = sid, node.world_id, answered_frame


class Frames:
    """Engine time that a test sets."""

    def __init__(self, frame: int) -> None:
        self.now = frame

    def frame(self, _: str) -> int:
        return self.now


def beating(node: Node, *calls: Begun, frame: int = 1_000, lost: Any = None) -> BeatCalls:
    return BeatCalls(
        node.database,
        owner=node.id,
        calls=lambda: calls,
        time=Frames(frame),
        lost=lost or (lambda _: None),
    )


async def test_a_call_that_was_not_dialled_is_dialled_as_it_was_committed(node: Node) -> None:
    call = node.new(
        status_callback=told("ringing", "completed"),
        options={"timeout": 5, "record": {"channels": 2}},
        document=DocumentSource(url=URL, method="GET", fallback_url=URL + "2"),
        number_sid=node.sids.new("PN"),
    )
    await node.call(**{name: getattr(call, name) for name in NewCall.__dataclass_fields__})
    process = Starting(node)
    await process.recover.start()
    (begun,) = process.begun
    assert replace(begun, real_time=call.real_time) == call
    assert (await node.row(call.sid))["status"] == "queued"
    assert await node.alerts() == []


@pytest.mark.parametrize("path", [("initiated",), ("initiated", "ringing")])
async def test_a_call_that_was_being_dialled_has_failed(node: Node, path: tuple[str, ...]) -> None:
    sid = await node.call(*path, status_callback=told("completed"))
    process = Starting(node)
    await process.recover.start()
    row = await node.row(sid)
    assert (row["status"], row["duration"], row["sip_code"]) == ("failed", 0, 503)
    assert row["ended_at"] is not None
    assert await node.alerts() == [(CUT_OFF, sid)]
    assert [d.data["status"] for d in node.requested] == ["failed"]
    assert (process.begun, await node.live()) == ([], {})


async def test_a_call_that_was_coming_in_has_failed(node: Node) -> None:
    sid = await node.call(direction="inbound", path=("ringing",))
    await Starting(node).recover.start()
    assert (await node.row(sid))["status"] == "failed"


async def test_a_call_that_was_going_on_lasted_until_its_last_beat(node: Node) -> None:
    sid = await node.call("initiated", "ringing", status_callback=told("completed"))
    earlier = node.worlds.clock(node.world_id).now() - timedelta(hours=1)
    await node.enter(sid, "in-progress", answered_at=earlier)
    await beating(node, Begun(node, sid, 100), frame=100 + 50 * 42)()
    process = Starting(node)
    await process.recover.start()
    row = await node.row(sid)
    assert (row["status"], row["duration"]) == ("completed", 42)
    assert row["ended_at"] - row["answered_at"] == timedelta(seconds=42)
    assert [(d.data["status"], d.data["duration"]) for d in node.requested] == [("completed", 42)]
    # Its recordings are complete before the end of the call is told.
    assert process.recordings.recovered == [(sid, "in-progress")]
    assert await node.alerts() == [(CUT_OFF, sid)]
    assert await node.live() == {}


async def test_a_call_that_never_beat_lasted_no_time(node: Node) -> None:
    sid = await node.call("initiated", "ringing", "in-progress")
    await Starting(node).recover.start()
    row = await node.row(sid)
    assert (row["status"], row["duration"]) == ("completed", 0)


async def test_a_leg_of_a_dial_that_was_not_dialled_is_not_dialled(node: Node) -> None:
    parent = await node.call("initiated", "ringing", "in-progress")
    child = await node.call(direction="outbound-dial", parent_sid=parent)
    process = Starting(node)
    await process.recover.start()
    assert process.begun == []
    assert (await node.row(child))["status"] == "failed"


async def test_it_is_done_once(node: Node) -> None:
    sid = await node.call("initiated", "ringing", "in-progress")
    for _ in range(2):
        process = Starting(node)
        await process.recover.start()
    assert await node.alerts() == [(CUT_OFF, sid)]
    assert process.recordings.recovered == []


async def test_what_has_ended_or_is_gone_is_passed_over(node: Node) -> None:
    gone = await node.call()
    await node.database.execute("DELETE FROM calls WHERE id = $1", gone[2:])
    ended = await node.call()
    await node.database.execute("UPDATE calls SET status = 'canceled' WHERE id = $1", ended[2:])
    process = Starting(node)
    await process.recover.start()
    assert (process.begun, await node.live(), await node.alerts()) == ([], {}, [])


async def test_one_call_that_cannot_be_recovered_is_not_in_the_way_of_others(node: Node) -> None:
    going_on = await node.call("initiated", "ringing", "in-progress")
    queued = await node.call()
    process = Starting(node)
    process.recordings.trouble = StoreUnavailable("gone")
    await process.recover.start()
    assert [call.sid for call in process.begun] == [queued]
    assert (await node.row(going_on))["status"] == "in-progress"
    # It is looked at again: what nobody knows of twice is taken up.
    process.recordings.trouble = None
    process.known.add(queued)
    await process.recover.renew()
    assert (await node.row(going_on))["status"] == "in-progress"
    await process.recover.renew()
    assert (await node.row(going_on))["status"] == "completed"


async def test_the_calls_of_a_silent_node_are_taken_over(make_node: Callable[..., Node]) -> None:
    silent, alive = make_node(), make_node()
    queued, going_on = await silent.call(), await silent.call("initiated", "ringing", "in-progress")
    own = await alive.call("initiated", "ringing", "in-progress")
    await silent.lease(60)
    await alive.lease(60)
    process = Starting(alive)
    process.known.add(own)
    await process.recover.renew()
    assert process.begun == []
    await silent.lease(-1)
    await process.recover.renew()
    assert [call.sid for call in process.begun] == [queued]
    assert (await alive.row(going_on))["status"] == "completed"
    assert (await alive.row(own))["status"] == "in-progress"
    live = await alive.live()
    assert {sid: row["owner"].hex for sid, row in live.items()} == {
        queued: alive.id,
        own: alive.id,
    }


async def test_two_nodes_that_take_over_at_once_do_it_once(make_node: Callable[..., Node]) -> None:
    silent, first, second = make_node(), make_node(), make_node()
    queued = await silent.call()
    going_on = await silent.call("initiated", "ringing", "in-progress")
    await silent.lease(-1)
    processes = [Starting(first), Starting(second)]
    await asyncio.gather(*(process.recover.renew() for process in processes))
    begun = [call.sid for process in processes for call in process.begun]
    assert begun == [queued]
    assert await first.alerts() == [(CUT_OFF, going_on)]


async def test_a_node_that_was_silent_hears_that_its_calls_are_gone(
    make_node: Callable[..., Node],
) -> None:
    silent, alive = make_node(), make_node()
    sid = await silent.call("initiated", "ringing", "in-progress")
    lost: list[str] = []
    beat = beating(silent, Begun(silent, sid, 10), lost=lost.append)
    await beat()
    assert lost == []
    assert (await silent.live())[sid]["frames"] == 990
    await silent.lease(-1)
    await Starting(alive).recover.renew()
    await beat()
    assert lost == [sid]


async def test_a_call_that_was_not_answered_beats_without_frames(node: Node) -> None:
    ringing = await node.call("initiated", "ringing")
    before = (await node.live())[ringing]
    assert before["frames"] is None
    await beating(node, Begun(node, ringing, None))()
    after = (await node.live())[ringing]
    assert after["frames"] is None
    assert after["beat_at"] > before["beat_at"]


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled"])
async def test_a_call_that_has_ended_is_not_going_on(node: Node, status: str) -> None:
    path = ["initiated", "ringing", *(["in-progress"] if status == "completed" else [])]
    sid = await node.call(*path)
    other = await node.call("initiated")
    assert sid in await node.live()
    await node.enter(sid, status, duration=0)
    assert set(await node.live()) == {other}

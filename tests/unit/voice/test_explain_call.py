from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.calls import CALLER, NUMBER, URL, Node
from trunkline.sids import SidFactory
from trunkline.store import Database, Job
from trunkline.store.notes import Note
from trunkline.voice.explain_call import ExplainCall
from trunkline.voice.works import call_notes
from trunkline.webhooks.history import History

OTHER = "+14155550199"


@pytest.fixture
def explain(database: Database) -> ExplainCall:
    return ExplainCall(database, History(database, {}))


async def note(node: Node, sid: str, kind: str, **data: Any) -> None:
    now = node.worlds.clock(node.world_id).now()
    what = Note(
        sid=sid,
        world_id=node.world_id,
        kind=kind,
        data=data,
        world_time=now,
        real_time=node.clock.now(),
    )
    await node.commit.submit(Job(call_notes(), what))


async def test_the_calls_of_a_world(node: Node, explain: ExplainCall) -> None:
    first = await node.call("initiated", "ringing", "in-progress")
    second = await node.call("initiated", recipient=OTHER)
    third = await node.call("initiated", "busy", parent_sid=first, direction="outbound-dial")

    async def found(**asked: Any) -> list[str]:
        return [call.sid for call in await explain.newest(node.world_id, **asked)]

    assert await found() == [third, second, first]
    assert await found(limit=1) == [third]
    assert await found(number=OTHER) == [second]
    assert await found(number=NUMBER) == [third, second, first]
    assert await found(statuses=["queued"]) == [second]  # so it is shown until it rings
    assert await found(statuses=["busy", "in-progress"]) == [third, first]
    call = await explain.fetch(node.world_id, third)
    assert call is not None
    assert (call.status, call.sender, call.recipient, call.parent_sid) == (
        "busy",
        NUMBER,
        CALLER,
        first,
    )
    shown = await explain.fetch(node.world_id, second)
    assert shown is not None
    assert shown.status == "queued"


async def test_another_worlds_call_is_not_known(
    node: Node, explain: ExplainCall, sids: SidFactory
) -> None:
    sid = await node.call()
    assert await explain.fetch(sids.new_id(), sid) is None
    assert await explain.explain(sids.new_id(), sid) is None
    assert await explain.fetch(node.world_id, "SM" + sid[2:]) is None
    assert await explain.newest(sids.new_id()) == []


async def test_what_happened_in_a_call(node: Node, explain: ExplainCall) -> None:
    sid = await node.call("initiated", "ringing", "in-progress")
    parts = ["Your ", {"element": "SsmlEmphasis", "parts": ["balance"]}, " is low."]
    gather = {
        "verb": "Gather",
        "num_digits": 1,
        "prompts": [{"element": "Say", "parts": ["Press one."]}, {"element": "Pause"}],
    }
    for data in (
        {"verb": "Say", "parts": parts, "voice": "alice"},
        gather,
        {"verb": "Play", "url": "/a.mp3"},
        {"verb": "Dial", "nouns": [{"element": "Number", "phone_number": OTHER}], "timeout": 5},
        {"verb": "Hangup"},
    ):
        await note(node, sid, "call.verb", **data)
    await note(node, sid, "call.digits", digits="12", finished_by="#")
    await note(node, sid, "call.digits", digits="3", finished_by="")
    child = await node.call(parent_sid=sid)
    await node.enter(sid, "completed", duration=9)
    found = await explain.explain(node.world_id, sid)
    assert found is not None
    assert (found.status, found.duration, found.digits) == ("completed", 9, "123")
    assert found.children == [child]
    assert found.document["url"] == URL
    shown = [(verb.verb, verb.text, verb.attributes) for verb in found.verbs]
    assert shown == [
        ("Say", "Your balance is low.", {"voice": "alice"}),
        ("Gather", None, {"num_digits": 1}),
        ("Play", "/a.mp3", {}),
        ("Dial", None, {"timeout": 5}),
        ("Hangup", None, {}),
    ]
    assert [(each.verb, each.text) for each in found.verbs[1].within] == [
        ("Say", "Press one."),
        ("Pause", None),
    ]
    assert [(each.verb, each.text) for each in found.verbs[3].within] == [("Number", OTHER)]
    kinds = [event.kind for event in found.timeline]
    assert kinds[0] == "call.queued"
    assert kinds[-1] == "call.completed"


async def test_what_is_noted_before_the_end_is_told_before_it(
    node: Node, explain: ExplainCall
) -> None:
    sid = await node.call("initiated", "ringing", "in-progress")
    # In one commit, as a last verb and the end that it brings about.
    noted = asyncio.ensure_future(note(node, sid, "call.verb", verb="Hangup"))
    await asyncio.sleep(0)
    await node.enter(sid, "completed")
    await noted
    found = await explain.explain(node.world_id, sid)
    assert found is not None
    assert [event.kind for event in found.timeline][-2:] == ["call.verb", "call.completed"]
    assert found.timeline[-1].seq == len(found.timeline)


async def test_its_alerts_are_told(node: Node, explain: ExplainCall) -> None:
    sid, other = await node.call("initiated", "ringing"), await node.call()
    for about, code in ((other, 11200), (sid, 12100)):
        alert = node.alert(
            node.account_id, node.world_id, code, resource=about, message="Line 1: no XML."
        )
        await node.commit.submit(Job(node.record, alert))
    await node.enter(sid, "failed")
    found = await explain.explain(node.world_id, sid)
    assert found is not None
    told = [(event.kind, event.data) for event in found.timeline[-2:]]
    assert told == [
        ("alert", {"error_code": 12100, "message": "Line 1: no XML."}),
        ("call.failed", {}),
    ]

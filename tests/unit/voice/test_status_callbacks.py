"""What is told of the progress of a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import pytest

from tests.unit.voice.calls import CALLER, NUMBER, Node, told
from trunkline.store.database import Connection
from trunkline.voice.status_callbacks import CALL_HEADERS, KIND, CallStatusCallback
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.model import Delivery

ALL = ("initiated", "ringing", "answered", "completed")
CAPTURED = (
    "Called ToState CallerCountry Direction Timestamp CallbackSource SipResponseCode CallerState"
    " ToZip SequenceNumber CallSid To CallerZip ToCountry CalledZip ApiVersion CalledCity"
    " CallStatus Duration From CallDuration AccountSid CalledCountry CallerCity ToCity FromCountry"
    " Caller FromCity CalledState FromZip AnsweredBy FromState"
)


def parameters(delivery: Delivery) -> dict[str, str]:
    assert delivery.parameters is not None
    return dict(delivery.parameters)


async def test_a_whole_call_is_told_in_four_requests(node: Node) -> None:
    sid = await node.call("initiated", "ringing", "in-progress", status_callback=told(*ALL))
    await node.enter(sid, "completed", duration=61)
    found = [parameters(delivery) for delivery in node.requested]
    assert [(p["CallStatus"], p["SequenceNumber"]) for p in found] == [
        ("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")
    ]  # fmt: skip
    assert {delivery.kind for delivery in node.requested} == {KIND}
    assert {delivery.subject for delivery in node.requested} == {sid}
    assert "CallDuration" not in found[2]
    assert (found[3]["CallDuration"], found[3]["Duration"]) == ("61", "2")
    assert (await node.row(sid))["told"] == 4


async def test_the_parameters_are_those_that_were_captured_in_their_order(node: Node) -> None:
    sid = await node.call("initiated", "ringing", "in-progress", status_callback=told())
    await node.enter(sid, "completed", duration=6, answered_by="human")
    (delivery,) = node.requested
    assert delivery.parameters is not None
    assert " ".join(name for name, _ in delivery.parameters) == CAPTURED
    found = parameters(delivery)
    assert (found["SequenceNumber"], found["Duration"], found["SipResponseCode"]) == (
        "0", "1", "200"
    )  # fmt: skip
    assert (found["Caller"], found["From"], found["Called"], found["To"]) == (
        NUMBER, NUMBER, CALLER, CALLER
    )  # fmt: skip
    assert (found["CallerState"], found["CallerCountry"]) == ("CA", "US")
    assert found["AccountSid"] == f"AC{node.account_id}"
    assert found["Direction"] == "outbound-api"
    assert found["CallbackSource"] == "call-progress-events"
    moment = parsedate_to_datetime(found["Timestamp"])
    assert found["Timestamp"].endswith(" +0000")
    assert abs((moment - delivery.created_at).total_seconds()) <= 1


@pytest.mark.parametrize(
    ("status", "code"), [("busy", "486"), ("no-answer", "487"), ("canceled", "487")]
)
async def test_every_last_status_is_a_completed_event(node: Node, status: str, code: str) -> None:
    sid = await node.call("initiated", "ringing", status_callback=told())
    await node.enter(sid, status, duration=0)
    found = parameters(node.requested[-1])
    assert (found["CallStatus"], found["Duration"], found["CallDuration"]) == (status, "0", "0")
    assert (found["SipResponseCode"], found["SequenceNumber"]) == (code, "0")
    assert len(node.requested) == 1


async def test_a_failure_is_told_with_its_code(node: Node) -> None:
    sid = await node.call("initiated", status_callback=told())
    await node.enter(sid, "failed", duration=0, error_code=12400, sip_code=503)
    found = parameters(node.requested[-1])
    assert (found["ErrorCode"], found["SipResponseCode"]) == ("12400", "503")
    assert found["ErrorMessage"]


async def test_several_steps_of_one_commit_are_told_one_by_one(node: Node) -> None:
    sid = await node.call(status_callback=told("initiated", "ringing"))
    await node.enter(sid, "initiated", "ringing")
    assert [parameters(d)["SequenceNumber"] for d in node.requested] == ["0", "1"]
    assert [d.id for d in node.requested] == sorted(d.id for d in node.requested)


async def test_a_call_that_nobody_wants_told_makes_no_request(node: Node) -> None:
    sid = await node.call("initiated", "ringing", "in-progress")
    await node.enter(sid, "completed", duration=1)
    assert node.requested == []


async def test_a_leg_of_a_dial_names_its_parent_and_a_client_has_no_place(node: Node) -> None:
    parent = await node.call("initiated", "ringing", "in-progress")
    await node.call(
        "initiated", "ringing",
        direction="outbound-dial", parent_sid=parent, recipient="client:alice",
        status_callback=told("ringing"),
    )  # fmt: skip
    found = parameters(node.requested[-1])
    assert (found["ParentCallSid"], found["Direction"]) == (parent, "outbound-dial")
    assert (found["To"], found["Called"]) == ("client:alice", "client:alice")
    assert not [name for name in found if name.startswith(("ToCi", "ToSt", "CalledC"))]


async def test_an_inbound_call_is_told_at_its_end_alone(node: Node) -> None:
    sid = await node.call(
        "in-progress", direction="inbound", path=("ringing",), status_callback=told()
    )
    await node.enter(sid, "completed", duration=1)
    (delivery,) = node.requested
    assert parameters(delivery)["Direction"] == "inbound"


@dataclass
class Recorded:
    sid: str = "RE" + "1" * 32
    url: str = "https://trunkline.example/Recordings/RE1"
    seconds: int = 7


async def recording_of(_: Connection, __: str) -> Recorded:
    return Recorded()


async def test_the_end_of_a_recorded_call_tells_its_recording(
    make_node: Callable[..., Node],
) -> None:
    node = make_node(recording_of=recording_of)
    for options in ({"record": {"channels": 1}}, {}):
        sid = await node.call(
            "initiated", "ringing", "in-progress", status_callback=told(*ALL), options=options
        )
        await node.enter(sid, "completed", duration=7)
    with_recording = [d for d in node.requested if "RecordingSid" in parameters(d)]
    assert [parameters(d)["CallStatus"] for d in with_recording] == ["completed"]
    found = parameters(with_recording[0])
    assert found["RecordingUrl"] == Recorded.url
    assert found["RecordingDuration"] == "7"


async def test_after_a_crash_the_same_is_told(node: Node) -> None:
    kind = CallStatusCallback(node.database, node.alert)
    sid = await node.call(
        "initiated", "ringing", "in-progress", status_callback=told(*ALL), forwarded_from=CALLER
    )
    await node.enter(sid, "completed", duration=61, answered_by="human")
    for delivery in node.requested:
        before, delivery.parameters = delivery.parameters, None
        after = await kind.parameters(delivery)
        if delivery.data["status"] != "completed":  # it was not known then who had answered
            after = [pair for pair in after or () if pair[0] != "AnsweredBy"]
        assert after == before
    await node.database.execute("DELETE FROM calls WHERE id = $1", sid[2:])
    assert await kind.parameters(node.requested[0]) is not None  # rendered already
    node.requested[0].parameters = None
    assert await kind.parameters(node.requested[0]) is None


@pytest.mark.parametrize(("error", "alerted"), [(11200, 15003), (11100, 11100), (10001, 10001)])
async def test_a_callback_that_is_not_taken_is_a_warning(
    node: Node, error: int, alerted: int
) -> None:
    kind = CallStatusCallback(node.database, node.alert)
    await node.call("initiated", status_callback=told("initiated"))
    (delivery,) = node.requested
    done = await kind.complete(delivery, Exchange(url=delivery.url, status=404, error=error))
    assert [alert.code for alert in done.alerts] == [alerted]
    assert done.alerts[0].resource == delivery.subject
    assert (await kind.complete(delivery, Exchange(status=200))).alerts == []


def test_requests_about_calls_name_the_home_region() -> None:
    assert CallStatusCallback.headers is CALL_HEADERS
    assert CALL_HEADERS == {"X-Home-Region": "us1"}

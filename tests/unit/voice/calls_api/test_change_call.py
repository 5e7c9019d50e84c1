"""UpdateCall and DeleteCall (6.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shapes import assert_shape, official_shape
from tests.unit.voice.calls_api.support import URL, Desk
from trunkline.store import Job
from trunkline.voice.control_calls import Ending
from trunkline.voice.model import DocumentSource
from trunkline.webhooks.works import Ended, LogRequests

NOT_IN_PROGRESS = (400, 21220, "Call is not in-progress. Cannot redirect.")
NEW = "https://example.com/new"


async def test_a_call_is_hung_up(desk: Desk) -> None:
    sid = await desk.answered()

    answer = await desk.update(sid, Status="completed")

    assert answer.status == 200
    assert answer.json["status"] == "completed"
    assert desk.sessions.ended == [(sid, "completed")]
    assert_shape(answer.json, *official_shape("api_v2010", "UpdateCall", 200))


@pytest.mark.parametrize("path", [(), ("initiated",), ("initiated", "ringing")], ids=str)
async def test_a_call_that_was_not_answered_is_canceled(desk: Desk, path: tuple[str, ...]) -> None:
    sid = (await desk.made())["sid"]
    if path:
        await desk.sessions.move(sid, *path)

    answer = await desk.update(sid, Status="canceled")

    assert answer.json["status"] == "canceled"


async def test_a_call_that_was_answered_is_not_canceled(desk: Desk) -> None:
    sid = await desk.answered()

    answer = await desk.update(sid, Status="canceled")

    assert answer.refusal == NOT_IN_PROGRESS
    assert desk.sessions.ended == []


@pytest.mark.parametrize(
    "form",
    [
        {"Status": "completed"},
        {"Status": "canceled"},
        {"Url": NEW},
        {"Twiml": "<Response/>"},
        {"StatusCallback": NEW},
        {"TimeLimit": "5"},
    ],
    ids=str,
)
async def test_a_call_that_has_ended_is_not_changed(desk: Desk, form: dict[str, str]) -> None:
    sid = await desk.ended()
    before = await desk.fetch(sid)

    answer = await desk.update(sid, **form)

    assert answer.refusal == NOT_IN_PROGRESS
    assert await desk.fetch(sid) == before


async def test_a_call_goes_on_with_another_document(desk: Desk) -> None:
    sid = await desk.answered()

    answer = await desk.update(sid, Url=NEW, Method="GET", FallbackUrl=URL, FallbackMethod="GET")
    text = await desk.update(sid, Twiml="<Response/>")

    assert (answer.status, answer.json["status"], text.status) == (200, "in-progress", 200)
    assert desk.sessions.redirected == [
        (sid, DocumentSource(url=NEW, method="GET", fallback_url=URL, fallback_method="GET")),
        (sid, DocumentSource(twiml="<Response/>")),
    ]


async def test_a_call_that_rings_is_not_redirected(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    await desk.sessions.move(sid, "initiated", "ringing")

    answer = await desk.update(sid, Url=NEW, TimeLimit="5")

    assert answer.refusal == NOT_IN_PROGRESS
    assert (desk.sessions.redirected, desk.sessions.limited) == ([], [])


REFUSALS: list[tuple[dict[str, str], int, str]] = [
    ({"Url": NEW, "Twiml": "<Response/>"}, 20001, "Url and Twiml are mutually exclusive"),
    ({"Status": "busy"}, 20001, "Invalid Status: busy"),
    ({"Url": "x"}, 21205, "Url is not a valid URL: x"),
    ({"Method": "x"}, 21209, "Method is not valid: x"),
    ({"StatusCallback": "x"}, 21609, "The StatusCallback URL x is not a valid URL."),
    ({"Twiml": "x" * 4001}, 32018, "Twiml size exceeded maximum allowed value"),
    ({"TimeLimit": "-1"}, 20422, "Invalid parameter TimeLimit: out of range"),
]


@pytest.mark.parametrize(("form", "code", "message"), REFUSALS, ids=[str(r[1]) for r in REFUSALS])
async def test_what_is_refused(desk: Desk, form: dict[str, str], code: int, message: str) -> None:
    sid = await desk.answered()

    answer = await desk.update(sid, **form)

    assert answer.refusal == (400, code, message)


async def test_nothing_asked_for_is_no_change(desk: Desk) -> None:
    sid = await desk.ended()

    answer = await desk.update(sid)

    assert (answer.status, answer.json) == (200, await desk.fetch(sid))


async def settings(desk: Desk, sid: str) -> tuple[Any, Any]:
    row = await desk.database.fetchrow(
        "SELECT status_callback, options FROM calls WHERE id = $1", sid[2:]
    )
    assert row is not None
    return row["status_callback"], row["options"]


async def test_another_status_callback_is_told_the_same_events(desk: Desk) -> None:
    sid = await desk.answered(StatusCallback=URL, StatusCallbackEvent=["ringing", "completed"])

    await desk.update(sid, StatusCallback=NEW, StatusCallbackMethod="GET")

    events = ["ringing", "completed"]
    assert (await settings(desk, sid))[0] == {"url": NEW, "method": "GET", "events": events}


async def test_a_first_status_callback_is_told_the_end(desk: Desk) -> None:
    sid = await desk.answered()

    await desk.update(sid, StatusCallback=NEW)

    wanted = {"url": NEW, "method": "POST", "events": ["completed"]}
    assert (await settings(desk, sid))[0] == wanted


async def test_no_status_callback_any_more(desk: Desk) -> None:
    sid = await desk.answered(StatusCallback=URL)

    await desk.update(sid, StatusCallback="")

    assert (await settings(desk, sid))[0] is None


async def test_a_shorter_time_limit(desk: Desk) -> None:
    sid = await desk.answered()

    answer = await desk.update(sid, TimeLimit="30")

    assert answer.status == 200
    assert desk.sessions.limited == [(sid, 30)]
    assert (await settings(desk, sid))[1] == {"timeout": 60, "time_limit": 30}


async def test_a_call_whose_session_is_elsewhere_is_to_be_asked_again(desk: Desk) -> None:
    sid = await desk.answered()
    desk.sessions.too_late = True

    answer = await desk.update(sid, Status="completed")

    assert (answer.status, answer.json["code"]) == (503, 20503)


async def test_a_call_that_ends_while_it_is_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = await desk.answered()
    redirect = desk.sessions.redirect

    async def ends(*order: Any) -> None:
        await desk.sessions.move(sid, "completed")
        desk.sessions.too_late = True
        await redirect(*order)

    monkeypatch.setattr(desk.sessions, "redirect", ends)

    assert (await desk.update(sid, Url=NEW)).refusal == NOT_IN_PROGRESS


async def test_a_call_that_is_ending_goes_on_with_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = await desk.answered()

    async def is_ending(sid: str, _: DocumentSource) -> None:
        raise Ending(sid)

    monkeypatch.setattr(desk.sessions, "redirect", is_ending)

    assert (await desk.update(sid, Url=NEW)).refusal == NOT_IN_PROGRESS


async def test_calls_of_others_are_not_there(desk: Desk) -> None:
    sid = await desk.answered()
    subaccount = (await desk.client.post("/2010-04-01/Accounts.json")).json["sid"]
    path = desk.path(f"/{sid}.json", subaccount)
    missing = (404, 20404, f"The requested resource {path} was not found")

    assert (await desk.client.post(path, Status="completed")).refusal == missing
    assert (await desk.client.delete(path)).refusal == missing
    assert desk.sessions.ended == []


async def test_a_call_that_has_ended_is_deleted(desk: Desk) -> None:
    sid = await desk.ended()
    path = desk.path(f"/{sid}.json")

    answer = await desk.client.delete(path)

    assert (answer.status, answer.text) == (204, "")
    assert (await desk.client.get(path)).status == 404
    assert (await desk.client.delete(path)).status == 404
    assert await desk.listed() == []
    left = await desk.database.fetch("SELECT kind FROM call_events WHERE subject_id = $1", sid[2:])
    assert [row["kind"] for row in left] == ["call.deleted"]


async def test_what_was_pressed_and_heard_goes_with_its_call(desk: Desk) -> None:
    sid = await desk.ended()
    heard = desk.heard_folder / f"{sid}.wav"
    heard.write_bytes(b"RIFF")
    made = desk.webhooks.make(
        subject=sid,
        account_id=desk.account.account_sid[2:],
        world_id=desk.world_id,
        kind="call.document",
        url=URL,
        method="POST",
        data={"parameters": [["Digits", "4711"]]},
    )
    await desk.commit.submit(
        Job(LogRequests(), Ended(made, "failed", None, desk.now(), desk.now()))
    )
    stored = "SELECT data FROM deliveries WHERE subject_id = $1"
    assert "4711" in str(await desk.database.fetchval(stored, sid[2:]))

    await desk.client.delete(desk.path(f"/{sid}.json"))

    assert await desk.database.fetchval(stored, sid[2:]) == {}
    assert not heard.exists()


async def test_a_call_that_is_going_on_is_not_deleted(desk: Desk) -> None:
    sid = await desk.answered()

    answer = await desk.client.delete(desk.path(f"/{sid}.json"))

    message = "Cannot delete this resource before it is complete"
    assert answer.refusal == (409, 20009, message)
    assert (await desk.fetch(sid))["status"] == "in-progress"

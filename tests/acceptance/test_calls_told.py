"""What a customer's app is told of calls that were made with the official library: documents asked
for at once, status callbacks, a call a second, and calls that a power cut ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twilio.rest import Client

from tests.support.app_server import Asked, CustomerApp, Reply, customer_app, twiml
from tests.support.calls import NUMBER, PHONE, WAITS, script
from tests.support.control import advance, settle
from tests.support.platform import RunningPlatform, World, read_credentials
from tests.support.python_client import connect

EVENTS = ["initiated", "ringing", "answered", "completed"]
PAUSES = "<Response><Pause length='61'/></Response>"


def call(client: Client, app: CustomerApp, **wanted: Any) -> str:
    """Call the phone, and have everything told; the SID."""
    given = {
        "to": PHONE,
        "from_": NUMBER,
        "url": app.url("/voice"),
        "status_callback": app.url("/status"),
        "status_callback_event": EVENTS,
        **wanted,
    }
    return str(client.calls.create(**given).sid)


def told(app: CustomerApp) -> list[Asked]:
    """The status callbacks that came."""
    assert [asked.url for asked in app.asked if not asked.signed] == []
    return [asked for asked in app.asked if asked.path == "/status"]


def test_a_whole_call_is_told_in_order_and_its_document_asked_for_between(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "answer 3s")
    app.on("/voice", twiml(PAUSES))

    sid = call(client, app)
    advance(platform, 120)

    callbacks = told(app)
    assert [(c["CallStatus"], c["SequenceNumber"]) for c in callbacks] == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]
    [asked] = [asked for asked in app.asked if asked.path == "/voice"]
    assert (asked["CallSid"], asked["CallStatus"]) == (sid, "in-progress")
    assert {asked.header("X-Home-Region") for asked in app.asked} == {"us1"}
    end = callbacks[-1]
    # The pause is in engine time: it took a moment, and exactly a minute and a second.
    assert (end["CallDuration"], end["Duration"], end["SipResponseCode"]) == ("61", "2", "200")
    assert client.calls(sid).fetch().duration == "61"
    assert "CallDuration" not in callbacks[2].names


def test_a_busy_phone_is_told_once_where_only_the_end_is_wanted(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "busy")

    call(client, app, status_callback_event=["completed"])
    advance(platform, 5)

    [end] = told(app)
    assert (end["CallStatus"], end["SequenceNumber"], end["CallDuration"]) == ("busy", "0", "0")
    assert end["SipResponseCode"] == "486"


def test_a_callback_that_is_not_taken_is_a_warning(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "busy")
    app.on("/status", Reply(500))

    sid = call(client, app, status_callback_event=["completed"])
    advance(platform, 5)

    [alert] = client.monitor.v1.alerts.list()
    assert (alert.error_code, alert.log_level, alert.resource_sid) == ("15003", "warning", sid)


def test_the_app_keeps_a_session_with_a_call_by_cookies(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "answer 0s")
    app.on("/voice", twiml("<Response><Redirect>/next</Redirect></Response>",
                           ("Set-Cookie", "session=7; Path=/")))  # fmt: skip
    app.on("/next", twiml("<Response><Hangup/></Response>"))

    for _ in range(2):
        call(client, app, status_callback_event=["completed"])
        advance(platform, 5)

    first, following, second, _ = [a for a in app.asked if a.path in ("/voice", "/next")]
    assert first.header("Cookie") is None
    assert following.header("Cookie") == "session=7"
    assert second.header("Cookie") is None


def test_a_document_that_was_asked_for_is_in_the_log_of_requests(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "answer 0s")
    app.on("/voice", twiml("<Response><Hangup/></Response>"))

    sid = call(client, app, status_callback_event=["completed"])
    advance(platform, 5)

    listed = platform.control("GET", f"/webhooks?subject={sid}")["requests"]
    document = next(r for r in listed if r["kind"] == "call.document")
    assert (document["outcome"], document["status"]) == ("delivered", 200)
    shown = platform.control("GET", f"/webhooks/{document['id']}")
    assert ["X-Home-Region", "us1"] in shown["request"]["headers"]
    assert ["CallSid", sid] in shown["request"]["parameters"]
    # It may be made again: what comes of it is shown, and the call is over.
    platform.control("POST", f"/webhooks/{document['id']}/resend")
    settle(platform)
    asked = [asked for asked in app.asked if asked.path == "/voice"]
    assert [a.form for a in asked] == [asked[0].form] * 2


def test_an_account_dials_a_call_a_second(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "busy")
    platform.control("PUT", "/limits", {"limits": "custom", "calls_per_second": 0.1})

    sids = [call(client, app) for _ in range(3)]
    settle(platform)
    _, second, third = (client.calls(sid).fetch() for sid in sids)
    assert (second.status, third.status) == ("queued", "queued")
    client.calls(sids[1]).update(status="canceled")

    advance(platform, 60)
    assert [client.calls(sid).fetch().status for sid in sids] == ["busy", "canceled", "busy"]
    waited = int(client.calls(sids[2]).fetch().queue_time or 0)
    assert 5_000 < waited <= 10_000  # its turn was that of the one that was canceled


def test_a_power_cut_ends_the_calls_that_go_on_and_dials_those_that_waited(
    short_tmp: Path,
) -> None:
    process = RunningPlatform(
        short_tmp / "calls data", environment={"TRUNKLINE_LEASE_SECONDS": "3"}
    )

    def started() -> tuple[Client, World]:
        runtime = process.start()
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        return connect(world), world

    try:
        client, world = started()
        number = world.numbers[0]
        with customer_app(world.auth_token) as app:
            world.control("PUT", "/limits", {"limits": "custom", "calls_per_second": 0.01})
            script(world, PHONE, "answer 0s")
            lasting = call(client, app, from_=number, url=None, twiml=WAITS)
            advance(world, 30)
            script(world, PHONE, "busy")
            waiting = call(client, app, from_=number)
            assert client.calls(lasting).fetch().status == "in-progress"
            app.expect(3)
            process.kill()

            client, world = started()
            done = client.calls(lasting).fetch()
            assert done.status == "completed"
            assert 0 <= int(done.duration or -1) <= 60
            advance(world, 200)
            assert client.calls(waiting).fetch().status == "busy"
            ends = [asked for asked in told(app) if asked["CallStatus"] in ("completed", "busy")]
            assert {asked["CallSid"] for asked in ends} == {lasting, waiting}
            codes = [alert.error_code for alert in client.monitor.v1.alerts.list()]
            assert codes == ["12400"]
        assert process.stop() == 0
    finally:
        process.clear_away()

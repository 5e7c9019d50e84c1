"""Status callbacks as a customer's app sees them, of messages sent with the official libraries."""

from __future__ import annotations

import re
import select
import socket
from datetime import timedelta
from typing import Any

from twilio.rest import Client

from tests.support.app_server import Asked, CustomerApp, Reply, customer_app
from tests.support.control import advance, now, set_phone, settle
from tests.support.node_clients import run_script
from tests.support.platform import World
from tests.support.python_client import connect
from tests.support.raw_http import FORM, connected, form, head, messages

PHONE = "+14155550123"
COMMON = ["SmsSid", "SmsStatus", "MessageStatus", "To", "MessageSid", "AccountSid", "From"]
SENT = [*COMMON, "ApiVersion"]
TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def send(client: Client, platform: World, **fields: Any) -> str:
    """Send with twilio-python; the SID."""
    wanted = {"to": PHONE, "from_": platform.numbers[0], "body": "hello", **fields}
    return str(client.messages.create(**wanted).sid)


def told(app: CustomerApp, platform: World) -> list[str]:
    """The statuses that the app was told of until the world had nothing more to do; everything
    that told them was signed."""
    settle(platform)
    assert [asked.url for asked in app.asked if not asked.signed] == []
    return [asked["MessageStatus"] for asked in app.asked]


def test_a_plain_send_tells_sent_and_delivered_and_nothing_else(
    client: Client, platform: World, app: CustomerApp
) -> None:
    sid = send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent", "delivered"]
    sent, delivered = app.asked
    assert (sent.method, sent.target) == ("POST", "/status")
    assert sent.names == SENT
    assert dict(sent.form) == {
        "SmsSid": sid,
        "SmsStatus": "sent",
        "MessageStatus": "sent",
        "To": PHONE,
        "MessageSid": sid,
        "AccountSid": platform.account_sid,
        "From": platform.numbers[0],
        "ApiVersion": "2010-04-01",
    }
    assert delivered.names == ["RawDlrDoneDate", *SENT]
    assert delivered["MessageSid"] == sid
    assert client.messages(sid).fetch().status == "delivered"


async def test_callbacks_of_a_message_of_twilio_node(platform: World, app: CustomerApp) -> None:
    seen = await run_script(
        platform, "webhooks.js", platform.numbers[0], PHONE, app.url("/status?by=node")
    )

    assert seen["status"] == "delivered"
    assert told(app, platform) == ["sent", "delivered"]
    assert {asked["MessageSid"] for asked in app.asked} == {seen["sid"]}


def test_the_headers_are_twilios(client: Client, platform: World, app: CustomerApp) -> None:
    send(client, platform, status_callback=app.url("/status"))

    asked = app.expect(1)[0]
    headers = dict(asked.headers)
    assert TOKEN.fullmatch(headers.pop("I-Twilio-Idempotency-Token"))
    assert len(headers.pop("X-Twilio-Signature")) == 28
    assert headers == {
        "Host": app.base_url.removeprefix("http://"),
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "Content-Length": str(len(asked.body)),
    }


def test_the_receipts_date_is_the_worlds_time(
    client: Client, platform: World, app: CustomerApp
) -> None:
    set_phone(platform, PHONE, deliver_after="26h")
    before = now(platform)
    send(client, platform, status_callback=app.url("/status"))
    assert told(app, platform) == ["sent"]

    after = advance(platform, "26h")

    assert told(app, platform) == ["sent", "delivered"]
    stamp = app.asked[1]["RawDlrDoneDate"]
    assert f"{before + timedelta(hours=26):%y%m%d%H%M}" <= stamp <= f"{after:%y%m%d%H%M}"


def test_a_phone_that_cannot_be_reached(client: Client, platform: World, app: CustomerApp) -> None:
    set_phone(platform, PHONE, fail=30003)
    sid = send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent", "undelivered"]
    undelivered = app.asked[1]
    assert undelivered.names == ["RawDlrDoneDate", "ErrorCode", *SENT]
    assert undelivered["ErrorCode"] == "30003"
    assert client.messages(sid).fetch().error_code == 30003


def test_a_message_that_the_carrier_refuses(
    client: Client, platform: World, app: CustomerApp
) -> None:
    set_phone(platform, PHONE, reject=30007)
    sid = send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["failed"]
    failed = app.asked[0]
    assert failed.names == ["ErrorCode", *SENT]
    assert (failed["ErrorCode"], failed["SmsStatus"], failed["SmsSid"]) == ("30007", "failed", sid)


def test_a_phone_without_receipts_leaves_it_at_sent(
    client: Client, platform: World, app: CustomerApp
) -> None:
    set_phone(platform, PHONE, no_receipt=True)
    send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent"]


def test_an_applications_callback(client: Client, platform: World, app: CustomerApp) -> None:
    application = client.applications.create(
        message_status_callback=app.url("/of-messages"), sms_status_callback=app.url("/of-sms")
    )
    send(client, platform, application_sid=application.sid)

    assert told(app, platform) == ["sent", "delivered"]
    assert {asked.path for asked in app.asked} == {"/of-messages"}


def test_an_applications_old_callback_serves_where_there_is_no_other(
    client: Client, platform: World, app: CustomerApp
) -> None:
    application = client.applications.create(sms_status_callback=app.url("/of-sms"))
    send(client, platform, application_sid=application.sid)

    assert told(app, platform) == ["sent", "delivered"]
    assert {asked.path for asked in app.asked} == {"/of-sms"}


def test_the_requests_own_callback_comes_before_the_applications(
    client: Client, platform: World, app: CustomerApp
) -> None:
    application = client.applications.create(message_status_callback=app.url("/of-application"))
    send(
        client,
        platform,
        application_sid=application.sid,
        status_callback=app.url("/of-request"),
    )

    assert told(app, platform) == ["sent", "delivered"]
    assert {asked.path for asked in app.asked} == {"/of-request"}


def test_test_credentials_tell_nothing(client: Client, platform: World, app: CustomerApp) -> None:
    pretending = connect(platform, platform.test_account_sid, platform.test_auth_token)
    pretending.messages.create(
        to=PHONE, from_="+15005550006", body="hello", status_callback=app.url("/pretended")
    )
    send(client, platform, status_callback=app.url("/real"))

    assert told(app, platform) == ["sent", "delivered"]
    assert {asked.path for asked in app.asked} == {"/real"}


def test_a_subaccounts_callbacks_are_signed_with_its_own_token(
    client: Client, platform: World
) -> None:
    subaccount = client.api.v2010.accounts.create(friendly_name="branch")
    own = connect(platform, subaccount.sid, subaccount.auth_token)
    offered = own.available_phone_numbers("US").local.list(limit=1)[0]
    number = own.incoming_phone_numbers.create(phone_number=offered.phone_number)
    with customer_app(subaccount.auth_token) as app:
        own.messages.create(
            to=PHONE,
            from_=number.phone_number,
            body="hello",
            status_callback=app.url("/status"),
        )

        assert told(app, platform) == ["sent", "delivered"]
        assert {asked["AccountSid"] for asked in app.asked} == {subaccount.sid}


def test_each_callback_has_a_token_of_its_own(
    client: Client, platform: World, app: CustomerApp
) -> None:
    send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent", "delivered"]
    tokens = {asked.header("I-Twilio-Idempotency-Token") for asked in app.asked}
    assert len(tokens) == 2


def test_a_retry_repeats_the_token_and_the_parameters(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/status", Reply(500), Reply(503), Reply(204))
    send(client, platform, status_callback=app.url("/status#rc=2&rp=5xx"))

    assert told(app, platform) == ["sent", "sent", "sent", "delivered"]
    first, *_ = app.asked
    assert first.target == "/status"
    assert [(a.headers, a.body) for a in app.asked[:3]] == [(first.headers, first.body)] * 3


def test_an_app_that_refuses_is_not_asked_again(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/status", Reply(500))
    sid = send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent", "delivered"]
    assert client.messages(sid).fetch().status == "delivered"


def test_what_the_url_asks_for_is_kept(client: Client, platform: World, app: CustomerApp) -> None:
    send(client, platform, status_callback=app.url("/status?order=7&tag=a%20b&empty="))

    assert told(app, platform) == ["sent", "delivered"]
    for asked in app.asked:
        assert (asked.method, asked.target) == ("POST", "/status?order=7&tag=a%20b&empty=")
        assert "order" not in asked.names


def test_one_callback_waits_for_the_answer_to_the_one_before(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.hold()
    slow = send(client, platform, status_callback=app.url("/slow"))
    app.expect(1, "/slow")
    # Another message does not wait for this one.
    other = send(client, platform, status_callback=app.url("/slow?other"))
    app.expect(2, "/slow")
    assert [a["MessageStatus"] for a in app.asked] == ["sent", "sent"]
    assert client.messages(slow).fetch().status == "delivered"

    app.release()

    app.expect(4)
    for sid in (slow, other):
        mine = [a["MessageStatus"] for a in app.asked if a["MessageSid"] == sid]
        assert mine == ["sent", "delivered"]


def test_no_callback_comes_before_the_answer(platform: World, app: CustomerApp) -> None:
    """When the app is asked, the answer lies in the socket of whoever sent the message."""
    with connected(platform) as wire:
        came: list[tuple[str, bytes]] = []

        def note(asked: Asked) -> Reply:
            readable, _, _ = select.select([wire.socket], [], [], 0)
            there = wire.socket.recv(12, socket.MSG_PEEK) if readable else b""
            came.append((asked["MessageStatus"], there))
            return Reply()

        app.on("/status", note)
        body = form(platform, StatusCallback=app.url("/status"))
        request = head(
            platform,
            "POST",
            messages(platform),
            {"Content-Type": FORM, "Content-Length": str(len(body))},
        )
        for sent in range(1, 11):
            wire.send(request + body)
            app.expect(2 * sent)
            settle(platform)
            answer = wire.answer()
            assert answer is not None
            assert answer.status == 201

    assert came == [("sent", b"HTTP/1.1 201"), ("delivered", b"HTTP/1.1 201")] * 10


# Chaos --------------------------------------------------------------------------------------------


def disturb(platform: World, **chaos: Any) -> None:
    """Let the world's requests go wrong, each with these probabilities."""
    platform.control("PUT", "/webhooks/chaos", {"seed": 1, **chaos})


def tokens(app: CustomerApp) -> list[str | None]:
    """The idempotency tokens of what came."""
    return [asked.header("I-Twilio-Idempotency-Token") for asked in app.asked]


def test_duplicates_are_on_the_wire_at_the_same_time(
    client: Client, platform: World, app: CustomerApp
) -> None:
    disturb(platform, duplicate=1)
    app.hold()
    send(client, platform, status_callback=app.url("/status"))
    first, second = app.expect(2)
    assert first.connection is not second.connection
    assert not first.hung_up()
    assert not second.hung_up()
    app.release()

    assert told(app, platform) == ["sent", "sent", "delivered", "delivered"]
    one, two, three, four = tokens(app)
    assert one == two != three == four


def test_what_is_dropped_is_a_broken_connection_and_a_repetition(
    client: Client, platform: World, app: CustomerApp
) -> None:
    disturb(platform, drop=1)
    broken: list[bool] = []

    def work(asked: Asked) -> Reply:
        broken.append(asked.hung_up(patience=10))
        return Reply()

    app.on("/status", work, Reply(), work, Reply())
    sid = send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent", "sent", "delivered", "delivered"]
    assert broken == [True, True]
    one, two, three, four = tokens(app)
    assert one == two != three == four
    logged = platform.control("GET", f"/webhooks?subject={sid}")["requests"]
    assert [(request["status"], request["attempts"]) for request in logged] == [(204, 2)] * 2


def test_dropped_and_duplicated_it_comes_three_times(
    client: Client, platform: World, app: CustomerApp
) -> None:
    disturb(platform, drop=1, duplicate=1)
    send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent"] * 3 + ["delivered"] * 3
    assert len(set(tokens(app)[:3])) == 1
    assert len(set(tokens(app))) == 2


def test_chaos_lets_callbacks_pass_each_other(
    client: Client, platform: World, app: CustomerApp
) -> None:
    disturb(platform, reorder=1)
    sid = send(client, platform, status_callback=app.url("/status"))
    advance(platform, "10s")

    assert told(app, platform) == ["delivered", "sent"]
    assert client.messages(sid).fetch().status == "delivered"


def test_chaos_lets_callbacks_come_late(client: Client, platform: World, app: CustomerApp) -> None:
    disturb(platform, delay=1, delay_seconds=3600)
    send(client, platform, status_callback=app.url("/status"))
    assert told(app, platform) == []

    advance(platform, "2h")

    assert told(app, platform) == ["sent", "delivered"]


def test_chaos_contradicts_itself(client: Client, platform: World, app: CustomerApp) -> None:
    disturb(platform, contradict=1)
    sid = send(client, platform, status_callback=app.url("/status"))

    assert told(app, platform) == ["sent", "undelivered", "delivered"]
    assert app.asked[1]["ErrorCode"] == "30008"
    assert client.messages(sid).fetch().status == "delivered"

"""What is told of an app that fails: alerts, notifications and the debugger, read with the official
libraries, and the log of requests, read with the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.monitor.v1.alert import AlertInstance
from twilio.twiml.messaging_response import MessagingResponse

from tests.support.app_server import Asked, CustomerApp, Reply, customer_app, redirect, twiml
from tests.support.control import bodies, set_phone, settle, text_from
from tests.support.node_clients import run_script
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect

PHONE = "+14155550123"
NUMBER = "+12065550100"


@pytest.fixture
def client(platform: World) -> Client:
    client = connect(platform)
    client.monitor.base_url = f"{platform.base_url}/monitor"
    return client


@pytest.fixture
def app(platform: World) -> Iterator[CustomerApp]:
    with customer_app(platform.auth_token) as app:
        yield app


@pytest.fixture
def trunkline(platform: World, short_tmp: Path) -> Callable[..., str]:
    """The command line, in the world of the test: what a command prints."""
    running = RunningPlatform(short_tmp / "acceptance data")

    def run(*arguments: str) -> str:
        return running.cli(*arguments, "--world", platform.name)

    return run


def ask_app(client: Client, platform: World, url: str, body: str = "hello", **more: Any) -> str:
    """Let a phone write to a number whose messages go to `url`; the SID, when all is done."""
    number = client.incoming_phone_numbers.list(phone_number=NUMBER)[0]
    number.update(sms_url=url, **more)
    sid = text_from(platform, PHONE, NUMBER, body)
    settle(platform)
    return sid


def reply_with(text: str) -> Reply:
    response = MessagingResponse()
    response.message(text)
    return twiml(response)


def codes(client: Client) -> list[str]:
    """The codes of the account's alerts, the newest first."""
    return [str(alert.error_code) for alert in client.monitor.v1.alerts.list()]


def only_alert(client: Client) -> AlertInstance:
    [alert] = client.monitor.v1.alerts.list()
    return alert


FAILURES = [
    pytest.param(Reply(404, b"not here", "text/plain"), "11200", "error", id="404"),
    pytest.param(Reply(500), "11200", "error", id="500"),
    pytest.param(redirect(302, "/sms"), "11215", "error", id="redirects for ever"),
    pytest.param(twiml("<Response><Message>half"), "12100", "error", id="broken XML"),
    pytest.param(twiml("<Answer/>"), "12102", "error", id="wrong root"),
    pytest.param(Reply(200, b"{}", "application/json"), "12300", "error", id="wrong content type"),
    pytest.param(twiml(f"<Response>{' ' * 70_000}</Response>"), "11750", "error", id="too large"),
    pytest.param(twiml("<Response><Say>Hi</Say></Response>"), None, "warning", id="a voice verb"),
]


@pytest.mark.parametrize(("answer", "code", "level"), FAILURES)
def test_a_failure_becomes_an_alert(
    client: Client, platform: World, app: CustomerApp, answer: Reply, code: str | None, level: str
) -> None:
    sid = ask_app(client, platform, app.on("/sms", answer))

    alert = only_alert(client)
    assert alert.error_code in ((code,) if code else ("14110", "12200"))
    assert (alert.log_level, alert.resource_sid) == (level, sid)
    assert alert.account_sid == platform.account_sid
    assert alert.more_info == f"https://www.twilio.com/docs/errors/{alert.error_code}"
    assert (alert.request_method or "")[:4] in ("POST", "GET")
    assert alert.request_url == app.url("/sms")
    text = parse_qs(str(alert.alert_text))
    assert text["ErrorCode"] == [alert.error_code]
    assert text["Msg"][0]


def test_an_app_that_is_not_there(client: Client, platform: World, app: CustomerApp) -> None:
    url = app.url("/sms")
    app.stop()
    ask_app(client, platform, url)

    assert only_alert(client).error_code == "11205"


def test_a_good_answer_and_an_empty_one_make_no_alert(
    client: Client, platform: World, app: CustomerApp
) -> None:
    ask_app(client, platform, app.on("/sms", reply_with("fine"), Reply(204)))
    text_from(platform, PHONE, NUMBER, "again")
    settle(platform)

    assert len(app.asked) == 2
    assert codes(client) == []


def test_an_alert_shows_the_request_and_the_answer(
    client: Client, platform: World, app: CustomerApp
) -> None:
    ask_app(client, platform, app.on("/sms", Reply(404, "not here – sorry".encode(), "text/plain")))

    listed = only_alert(client)
    fetched = client.monitor.v1.alerts(str(listed.sid)).fetch()
    assert listed.request_variables is None
    assert fetched.error_code == "11200"
    [asked] = app.asked
    assert parse_qsl(str(fetched.request_variables), keep_blank_values=True) == asked.form
    assert fetched.response_body == "not here – sorry"
    assert parse_qs(str(fetched.response_headers))["Content-Type"] == ["text/plain"]
    headers = parse_qs(str(fetched.request_headers))
    assert headers["X-Twilio-Signature"] == [asked.header("X-Twilio-Signature")]
    assert parse_qs(str(fetched.alert_text))["httpResponse"] == ["404"]


def test_a_redacted_message_takes_its_text_out_of_the_alert(
    client: Client, platform: World, app: CustomerApp
) -> None:
    sid = ask_app(client, platform, app.on("/sms", Reply(404)), "a secret")
    listed = only_alert(client)
    assert "a+secret" in str(client.monitor.v1.alerts(str(listed.sid)).fetch().request_variables)

    client.messages(sid).update(body="")

    assert "secret" not in str(client.monitor.v1.alerts(str(listed.sid)).fetch().request_variables)


async def test_alerts_of_twilio_node(client: Client, platform: World, app: CustomerApp) -> None:
    sid = ask_app(client, platform, app.on("/sms", Reply(404, b"not here", "text/plain")))

    seen = await run_script(platform, "alerts.js")

    [listed] = seen["listed"]
    assert (listed["errorCode"], listed["logLevel"]) == ("11200", "error")
    assert (listed["resourceSid"], listed["requestUrl"]) == (sid, app.url("/sms"))
    assert seen["warnings"] == 0
    fetched = seen["fetched"]
    assert (fetched["sid"], fetched["responseBody"]) == (listed["sid"], "not here")
    variables = parse_qsl(fetched["requestVariables"], keep_blank_values=True)
    assert variables == app.asked[0].form
    notification = seen["notification"]
    assert (notification["sid"], notification["log"]) == (listed["sid"], "0")
    assert notification["responseBody"] == "not here"


def test_the_same_alerts_are_notifications(
    client: Client, platform: World, app: CustomerApp
) -> None:
    ask_app(client, platform, app.on("/sms", Reply(500)))
    ask_app(client, platform, app.on("/sms", twiml("<Response><Say>Hi</Say></Response>")))

    notifications = client.api.v2010.account.notifications
    listed = notifications.list()
    assert [n.sid for n in listed] == [a.sid for a in client.monitor.v1.alerts.list()]
    assert [(n.log, n.error_code) for n in notifications.list(log=0)] == [("0", "11200")]
    [warning] = notifications.list(log=1)
    assert warning.log == "1"
    fetched = notifications(listed[1].sid).fetch()
    assert parse_qsl(fetched.request_variables, keep_blank_values=True) == app.asked[0].form


def test_a_status_callback_that_fails(client: Client, platform: World, app: CustomerApp) -> None:
    message = client.messages.create(
        to=PHONE, from_=NUMBER, body="hello", status_callback=app.on("/status", Reply(500))
    )
    settle(platform)

    alerts = client.monitor.v1.alerts.list()
    assert [(a.error_code, a.resource_sid) for a in alerts] == [("11200", message.sid)] * 2
    fetched = client.monitor.v1.alerts(str(alerts[0].sid)).fetch()
    assert parse_qs(str(fetched.request_variables))["MessageStatus"] == ["delivered"]


def test_a_message_that_could_not_be_delivered(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, fail=30003)
    message = client.messages.create(to=PHONE, from_=NUMBER, body="hello")
    settle(platform)

    alert = only_alert(client)
    assert (alert.error_code, alert.resource_sid) == ("30003", message.sid)


def test_another_accounts_alerts_are_not_shown(
    client: Client, platform: World, running: World, app: CustomerApp
) -> None:
    ask_app(client, platform, app.on("/sms", Reply(500)))
    alert = only_alert(client)
    stranger = connect(running)
    stranger.monitor.base_url = f"{running.base_url}/monitor"

    with pytest.raises(TwilioRestException) as refused:
        stranger.monitor.v1.alerts(str(alert.sid)).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_the_debugger_is_told_of_every_alert(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    trunkline("webhooks", "debugger", app.url("/debugger"))
    sid = ask_app(client, platform, app.on("/sms", Reply(404, b"not here", "text/plain")))

    [told] = app.asked_for("/debugger")
    assert told.signed
    alert = only_alert(client)
    assert (told["Sid"], told["AccountSid"]) == (alert.sid, platform.account_sid)
    assert (told["Level"], told["PayloadType"]) == ("Error", "application/json")
    payload = json.loads(told["Payload"])
    assert (payload["error_code"], payload["resource_sid"]) == ("11200", sid)
    request, response = payload["webhook"]["request"], payload["webhook"]["response"]
    assert (request["url"], request["method"]) == (app.url("/sms"), "POST")
    assert request["parameters"]["Body"] == "hello"
    assert (response["status_code"], response["body"]) == (404, "not here")


def test_a_debugger_that_fails_makes_no_alerts_of_its_own(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    trunkline("webhooks", "debugger", app.on("/debugger", Reply(500)))
    ask_app(client, platform, app.on("/sms", Reply(404)))

    assert len(app.asked_for("/debugger")) == 1
    assert codes(client) == ["11200"]


# The log of requests ------------------------------------------------------------------------------


def test_why_shows_the_callbacks_of_a_message(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    url = app.on("/status", Reply(204), Reply(500))
    message = client.messages.create(to=PHONE, from_=NUMBER, body="hello", status_callback=url)
    settle(platform)

    explained = json.loads(trunkline("why", str(message.sid), "--json"))
    told = [entry for entry in explained["timeline"] if entry["kind"].startswith("webhook.")]
    assert [(e["kind"], e["data"]["told"], e["data"]["status"]) for e in told] == [
        ("webhook.delivered", "sent", 204),
        ("webhook.failed", "delivered", 500),
    ]
    printed = trunkline("why", str(message.sid))
    assert url in printed
    assert "11200" in printed


def test_the_log_shows_what_was_sent_and_answered(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    sid = ask_app(client, platform, app.on("/sms", reply_with("pong")), "ping")

    [listed] = json.loads(trunkline("webhooks", "list", "--json"))["requests"]
    assert (listed["subject"], listed["outcome"], listed["status"]) == (sid, "delivered", 200)
    shown = json.loads(trunkline("webhooks", "show", listed["id"], "--json"))
    [asked] = app.asked
    assert [tuple(pair) for pair in shown["request"]["parameters"]] == asked.form
    assert dict(shown["request"]["headers"]).items() <= dict(asked.headers).items()
    assert "<Message>pong</Message>" in shown["response"]["body"]
    printed = trunkline("webhooks", "show", listed["id"])
    assert str(asked.header("X-Twilio-Signature")) in printed
    assert app.url("/sms") in trunkline("webhooks", "list")


def test_a_request_that_failed_is_made_again(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    ask_app(client, platform, app.on("/sms", Reply(500), reply_with("pong")), "ping")
    assert bodies(platform, PHONE) == []
    [failed] = json.loads(trunkline("webhooks", "list", "--failed", "--json"))["requests"]

    again = json.loads(trunkline("webhooks", "resend", failed["id"], "--json"))

    settle(platform)
    assert (again["outcome"], again["resent"]) == ("delivered", True)
    first, second = app.asked
    assert second.signed
    assert token(second) == token(first)
    assert second.form == first.form
    assert bodies(platform, PHONE) == ["pong"]


def test_a_request_that_is_made_again_brings_no_second_reply(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    ask_app(client, platform, app.on("/sms", reply_with("pong")), "ping")
    [done] = json.loads(trunkline("webhooks", "list", "--json"))["requests"]

    trunkline("webhooks", "resend", done["id"])

    settle(platform)
    assert len(app.asked) == 2
    assert bodies(platform, PHONE) == ["pong"]


def token(asked: Asked) -> str | None:
    return asked.header("I-Twilio-Idempotency-Token")

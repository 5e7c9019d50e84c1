"""What is told of an app that fails: alerts, notifications and the debugger, read with the official
libraries, and the log of requests, read with the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.monitor.v1.alert import AlertInstance
from twilio.twiml.messaging_response import MessagingResponse

from tests.support.app_server import Asked, CustomerApp, Reply, redirect, twiml
from tests.support.control import bodies, set_phone, settle, text_from
from tests.support.node_clients import run_script
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect

PHONE = "+14155550123"
NUMBER = "+12065550100"


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


def test_an_answer_without_a_content_type_is_told_as_a_bad_gateway(
    client: Client, platform: World, app: CustomerApp
) -> None:
    ask_app(client, platform, app.on("/sms", Reply(200, b"<Response/>")))

    alert = only_alert(client)
    assert parse_qs(str(alert.alert_text))["httpResponse"] == ["502"]


def test_media_that_cannot_be_had(client: Client, platform: World, app: CustomerApp) -> None:
    media = app.on("/cat.png", Reply(404)).replace("http://", "http://desk:s3cret@")

    message = client.messages.create(
        to=PHONE, from_=NUMBER, body="look", media_url=[media + "?signature=s3cret"]
    )
    settle(platform)

    alert = only_alert(client)
    assert (alert.error_code, alert.resource_sid) == ("11200", message.sid)
    assert (alert.request_url, alert.request_method) == (app.url("/cat.png"), "GET")
    text = parse_qs(str(alert.alert_text))
    assert text["Msg"] == [f"GET {app.url('/cat.png')} answered 404."]
    assert text["httpResponse"] == ["404"]
    why = platform.control("GET", f"/messages/{message.sid}/explanation")
    assert why["timeline"][-1]["data"] == {
        "error_code": 11200,
        "reason": "answered 404",
        "url": app.url("/cat.png"),
        "http_status": 404,
    }
    assert "s3cret" not in json.dumps(why)


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_account_that_is_not_active_is_not_served(
    client: Client, platform: World, app: CustomerApp, status: str
) -> None:
    """Its app is left alone, its parent reads why, and no message is lost."""
    branch = client.api.accounts.create(friendly_name="branch")
    for_branch = client.api.accounts(branch.sid)
    number = for_branch.incoming_phone_numbers.create(
        area_code="628",
        sms_url=app.on("/sms", reply_with("fine")),
        sms_fallback_url=app.on("/fallback", reply_with("sorry")),
    )

    for_branch.update(status=status)
    text_from(platform, PHONE, str(number.phone_number), "anybody there?")
    settle(platform)

    assert app.asked == []
    [message] = for_branch.messages.list()
    assert (message.status, message.body) == ("received", "anybody there?")
    [told] = for_branch.notifications.list()
    assert (told.error_code, told.log) == ("10001", "0")
    assert parse_qs(str(told.message_text))["Msg"] == ["The account is not active."]
    if status == "suspended":
        for_branch.update(status="active")
        text_from(platform, PHONE, str(number.phone_number), "and now?")
        settle(platform)
        assert [asked["Body"] for asked in app.asked] == ["and now?"]
        assert len(for_branch.notifications.list()) == 1


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


def test_what_an_app_is_asked_at_this_moment_is_under_way(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    app.hold()
    message = client.messages.create(
        to=PHONE, from_=NUMBER, body="hello", status_callback=app.url("/status")
    )
    app.expect(1)
    listed = json.loads(trunkline("webhooks", "list", "--json"))["requests"]
    assert [(r["told"], r["outcome"]) for r in listed] == [
        ("delivered", "waiting"),
        ("sent", "under_way"),
    ]
    assert "webhook.under_way" in trunkline("why", str(message.sid))
    with pytest.raises(HTTPError) as refused:
        platform.control("POST", f"/webhooks/{listed[1]['id']}/resend", {})
    with refused.value as answer:
        assert "is under way" in answer.read().decode()
    app.release()
    settle(platform)
    listed = json.loads(trunkline("webhooks", "list", "--json"))["requests"]
    assert {r["outcome"] for r in listed} == {"delivered"}


def test_a_mapped_request_is_shown_as_it_was_sent(
    client: Client, platform: World, app: CustomerApp, trunkline: Callable[..., str]
) -> None:
    trunkline("webhooks", "map", f"https://api.example.com:8443={app.base_url}")
    ask_app(client, platform, "https://api.example.com:8443/sms")

    [listed] = json.loads(trunkline("webhooks", "list", "--json"))["requests"]
    shown = json.loads(trunkline("webhooks", "show", listed["id"], "--json"))
    sent = dict(app.asked[0].headers)
    del sent["Content-Length"]
    assert dict(shown["request"]["headers"]) == sent
    assert sent["X-Forwarded-Port"] == "8443"


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

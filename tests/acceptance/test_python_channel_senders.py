"""twilio-python and the senders of channels: registered, changed, sent from, written to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderInstance, ChannelsSenderList

from tests.support import openapi
from tests.support.app_server import CustomerApp
from tests.support.control import bodies, make_world, set_phone, settle, text_from, timeline
from tests.support.conversations import reply_with
from tests.support.media_server import PNG, File, MediaServer
from tests.support.platform import World
from tests.support.python_client import connect, refused

SENDER = "whatsapp:+14155550100"
PHONE = "whatsapp:+14155550123"
AGENT = "rcs:acme_agent"
WEBHOOK = {
    "callback_url": "https://example.com/in",
    "callback_method": "POST",
    "fallback_url": "https://example.com/fallback",
    "fallback_method": "POST",
    "status_callback_url": "https://example.com/status",
    "status_callback_method": "POST",
}
PROFILE: dict[str, Any] = {
    "name": "Acme",
    "about": "Anvils",
    "vertical": "Retail",
    "websites": [{"website": "https://example.com", "label": "Home"}],
    "emails": [{"email": "desk@example.com"}],
}
CONFIGURATION = {"waba_id": "1234567", "verification_method": "sms"}
Create = ChannelsSenderList.MessagingV2ChannelsSenderRequestsCreate
Update = ChannelsSenderList.MessagingV2ChannelsSenderRequestsUpdate
MISMATCH = "Invalid From and To pair. From and To should be of the same channel."
NO_CHANNEL = "Twilio could not find a Channel with the specified From address"


def register(client: Client, sender_id: str = SENDER, **more: Any) -> ChannelsSenderInstance:
    """A sender of the account."""
    return client.messaging.v2.channels_senders.create(Create({"sender_id": sender_id, **more}))


def given(shown: Any) -> dict[str, Any]:
    """What is set of a part."""
    return {name: value for name, value in shown.items() if value is not None}


def not_found(sid: str) -> tuple[int, int, str]:
    return 404, 20404, f"The requested resource /Channels/Senders/{sid} was not found"


def test_create_and_fetch(client: Client, platform: World) -> None:
    made = register(
        client,
        "WhatsApp:+1 (415) 555-0100",
        friendly_name="Desk",
        webhook=WEBHOOK,
        profile=PROFILE,
        configuration={**CONFIGURATION, "verification_code": "123456"},
    )

    assert made.sid is not None
    assert made.sid[:2] == "XE"
    fetched = client.messaging.v2.channels_senders(made.sid).fetch()
    for each in (made, fetched):
        assert (each.sid, each.sender_id, each.status) == (made.sid, SENDER, "ONLINE")
        assert each.friendly_name == "Desk"
        assert given(each.webhook) == WEBHOOK
        assert given(each.profile) == PROFILE
        assert given(each.configuration) == CONFIGURATION  # the code was used, and is not kept
    assert fetched.url == f"{platform.base_url}/messaging/v2/Channels/Senders/{made.sid}"


EXAMPLES = openapi.official("messaging_v2")["components"]["examples"]


def test_the_answers_have_the_keys_of_the_official_examples(client: Client) -> None:
    def asked(method: str, path: str, example: str) -> tuple[Any, Any]:
        sent = EXAMPLES[example]["value"] if method == "POST" else None
        if sent is not None:
            sent = {**sent, "sender_id": SENDER}
        url = f"{client.messaging.base_url}/v2/Channels/Senders{path}"
        headers = {"Content-Type": "application/json"}
        answer = client.request(method, url, data=sent, headers=headers)
        return answer.status_code, json.loads(answer.text)

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shape(each) for name, each in value.items()}
        return [shape(each) for each in value] if isinstance(value, list) else None

    status, made = asked("POST", "", "whatsapp_create_request")
    expected = EXAMPLES["whatsapp_create_response"]["value"]
    assert (status, shape(made)) == (202, shape(expected)), made
    status, changed = asked("POST", f"/{made['sid']}", "whatsapp_patch_update_webhook_request")
    expected = EXAMPLES["whatsapp_patch_update_webhook_response"]["value"]
    assert (status, set(changed)) == (202, {*expected, "friendly_name"})
    status, fetched = asked("GET", f"/{made['sid']}", "")
    expected = EXAMPLES["whatsapp_fetch"]["value"]
    assert (status, set(fetched)) == (200, {*expected, "friendly_name"})
    for part in ("configuration", "webhook", "profile", "properties"):
        assert set(fetched[part]) == set(expected[part])


def test_list(client: Client) -> None:
    sids = [register(client, f"whatsapp:+1415555010{n}").sid for n in range(3)]
    agent = register(client, AGENT).sid
    senders = client.messaging.v2.channels_senders

    assert [each.sid for each in senders.list(channel="whatsapp")] == sids[::-1]
    assert [each.sid for each in senders.list(channel="whatsapp", page_size=2)] == sids[::-1]
    assert [each.sid for each in senders.list(channel="rcs")] == [agent]
    with pytest.raises(Exception, match="Channel"):
        senders.list(channel="carrier pigeon")


def test_update_keeps_what_it_does_not_name(client: Client) -> None:
    sid = register(client, webhook=WEBHOOK, profile=PROFILE, friendly_name="Desk").sid
    sender = client.messaging.v2.channels_senders(sid)

    changed = sender.update(
        Update({"webhook": {"callback_url": "https://example.com/new", "fallback_url": ""}})
    )

    expected = {**WEBHOOK, "callback_url": "https://example.com/new"}
    del expected["fallback_url"]
    for each in (changed, sender.fetch()):
        assert given(each.webhook) == expected
        assert given(each.profile) == PROFILE
        assert each.friendly_name == "Desk"


def test_delete(client: Client) -> None:
    sid = str(register(client).sid)
    sender = client.messaging.v2.channels_senders(sid)

    assert sender.delete() is True

    for act in (sender.fetch, sender.delete):
        with refused(*not_found(sid)):
            act()
    with refused(400, 63007, NO_CHANNEL):
        client.messages.create(to=PHONE, from_=SENDER, body="x")
    assert register(client).sid != sid  # the address is free again


REQUIRED = "Invalid parameter sender_id: it is required"
MALFORMED = (
    "Invalid parameter sender_id: not whatsapp: and a number in E.164, or rcs: and the name of an"
    " agent"
)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({}, 20422, REQUIRED),
        ({"sender_id": "+14155550100"}, 20422, MALFORMED),
        ({"sender_id": "whatsapp:12345"}, 20422, MALFORMED),
        ({"sender_id": "rcs:an agent"}, 20422, MALFORMED),
        ({"sender_id": "messenger:12345"}, 20422, MALFORMED),
        (
            {"sender_id": SENDER, "webhook": {"callback_url": "nowhere"}},
            21402,
            "webhook.callback_url is not valid: nowhere",
        ),
        (
            {"sender_id": SENDER, "webhook": {"callback_method": "PUT"}},
            20422,
            "Invalid parameter webhook.callback_method: not one of POST",
        ),
    ],
)
def test_what_cannot_be_a_sender(
    client: Client, body: dict[str, Any], code: int, message: str
) -> None:
    with refused(400, code, message):
        client.messaging.v2.channels_senders.create(Create(body))
    assert client.messaging.v2.channels_senders.list(channel="whatsapp") == []


def test_an_address_is_one_accounts(client: Client, running: World) -> None:
    sid = str(register(client).sid)
    with refused(409, 20409, f"The sender {SENDER} exists already"):
        register(client)
    stranger = connect(make_world(running, "stranger"))
    with refused(*not_found(sid)):
        stranger.messaging.v2.channels_senders(sid).fetch()
    with refused(400, 63007, NO_CHANNEL):
        stranger.messages.create(to=PHONE, from_=SENDER, body="x")
    assert register(stranger).sid != sid  # in its own world it is free


def test_a_message_goes_to_a_phone_on_whatsapp(
    client: Client, platform: World, app: CustomerApp
) -> None:
    sid = register(client).sid
    set_phone(platform, "+14155550123", read=True)
    sent = client.messages.create(
        to=PHONE, from_=SENDER, body="ü" * 700, status_callback=app.url("/status")
    )
    assert (sent.from_, sent.to, sent.num_segments) == (SENDER, PHONE, "1")
    settle(platform)

    assert client.messages(sent.sid).fetch().status == "read"
    assert "message.read" in timeline(platform, str(sent.sid))
    assert bodies(platform, PHONE) == ["ü" * 700]
    assert bodies(platform, "+14155550123") == []  # that is its SMS
    told = [dict(asked.form) for asked in app.expect(3, "/status")]
    assert [each["MessageStatus"] for each in told] == ["sent", "delivered", "read"]
    assert [each["EventType"] for each in told] == ["SENT", "DELIVERED", "READ"]
    for each in told:
        assert (each["From"], each["To"]) == (SENDER, PHONE)
        assert each["ChannelPrefix"] == "whatsapp"
        assert each["ChannelToAddress"] == "+14155550123"
        assert each["ChannelInstallSid"] == sid
    listed = client.messages.list(to=PHONE)
    assert [each.sid for each in listed] == [sent.sid]


def test_a_phone_reads_a_message_when_it_likes(
    client: Client, platform: World, app: CustomerApp
) -> None:
    register(client)
    sent = client.messages.create(
        to=PHONE, from_=SENDER, body="x", status_callback=app.url("/status")
    )
    settle(platform)
    assert client.messages(sent.sid).fetch().status == "delivered"

    for _ in range(2):  # the second time nobody is told anything
        path = f"/phones/{PHONE}/messages/{sent.sid}/read"
        assert platform.control("POST", path, {}) == {"sid": sent.sid}
    settle(platform)

    assert client.messages(sent.sid).fetch().status == "read"
    told = [asked["MessageStatus"] for asked in app.expect(3, "/status")]
    assert told == ["sent", "delivered", "read"]


def test_the_sender_says_who_is_told_where_nobody_else_is(
    client: Client, platform: World, app: CustomerApp
) -> None:
    register(client, webhook={"status_callback_url": app.url("/of-sender")})
    client.messages.create(to=PHONE, from_=SENDER, body="1")
    client.messages.create(to=PHONE, from_=SENDER, body="2", status_callback=app.url("/mine"))
    settle(platform)
    assert len(app.expect(2, "/of-sender")) == len(app.expect(2, "/mine")) == 2


def test_a_failure_is_told_as_undelivered(
    client: Client, platform: World, app: CustomerApp
) -> None:
    register(client)
    set_phone(platform, PHONE, fail=63016)
    client.messages.create(to=PHONE, from_=SENDER, body="x", status_callback=app.url("/status"))
    settle(platform)
    last = dict(app.expect(2, "/status")[-1].form)
    assert (last["MessageStatus"], last["EventType"]) == ("undelivered", "UNDELIVERED")
    assert last["ErrorCode"] == "63016"


def test_media_go_on_a_channel(client: Client, platform: World, media: MediaServer) -> None:
    register(client)
    url = media.add("a.png", File("image/png", PNG))
    sent = client.messages.create(to=PHONE, from_=SENDER, media_url=[url])
    settle(platform)
    assert (client.messages(sent.sid).fetch().status, str(sent.sid)[:2]) == ("delivered", "MM")


def test_an_sms_phone_does_not_tell_what_it_reads(client: Client, platform: World) -> None:
    set_phone(platform, "default", read=True)
    sent = client.messages.create(to="+14155550123", from_=platform.numbers[0], body="x")
    settle(platform)
    assert client.messages(sent.sid).fetch().status == "delivered"


def test_a_phone_writes_on_whatsapp_and_is_answered(
    client: Client, platform: World, app: CustomerApp
) -> None:
    register(client, webhook={"callback_url": app.on("/in", reply_with("Hello back"))})
    inbound = text_from(platform, PHONE, SENDER, "STOP")  # a word as any other there
    settle(platform)

    [asked] = app.expect(1, "/in")
    told = dict(asked.form)
    assert asked.signed
    assert (told["From"], told["To"], told["Body"]) == (PHONE, SENDER, "STOP")
    assert (told["ProfileName"], told["WaId"]) == ("(415) 555-0123", "14155550123")
    assert told["ReferralNumMedia"] == "0"
    assert client.messages(inbound).fetch().status == "received"
    assert bodies(platform, PHONE) == ["Hello back"]
    [reply] = client.messages.list(from_=SENDER)
    assert (reply.to, reply.status, reply.direction) == (PHONE, "delivered", "outbound-reply")


def test_an_rcs_agent_writes_and_is_written_to(client: Client, platform: World) -> None:
    register(client, AGENT)
    set_phone(platform, "rcs:+14155550123", auto_reply="Hi")
    sent = client.messages.create(to="rcs:+14155550123", from_=AGENT, body="Hello")
    settle(platform)
    assert client.messages(sent.sid).fetch().status == "delivered"
    [answer] = client.messages.list(to=AGENT)
    assert (answer.from_, answer.body) == ("rcs:+14155550123", "Hi")


@pytest.mark.parametrize(
    ("to", "sender", "code", "message"),
    [
        (PHONE, "+14155550100", 21910, MISMATCH),
        ("+14155550123", SENDER, 21910, MISMATCH),
        ("rcs:+14155550123", SENDER, 21910, MISMATCH),
        (PHONE, "whatsapp:+14155550199", 63007, NO_CHANNEL),
        (SENDER, SENDER, 21266, f"'To' and 'From' number cannot be the same: {SENDER}"),
        ("whatsapp:12345", SENDER, 21211, "Invalid 'To' Phone Number: whatsapp:1XXXX"),
    ],
)
def test_pairs_that_are_refused(
    client: Client, to: str, sender: str, code: int, message: str
) -> None:
    register(client)
    with refused(400, code, message):
        client.messages.create(to=to, from_=sender, body="x")


def test_a_sender_shows_that_it_is_writing(client: Client, platform: World) -> None:
    register(client)
    inbound = text_from(platform, PHONE, SENDER, "Hello?")
    typing = client.messaging.v2.typing_indicator
    assert typing.create(channel="whatsapp", message_id=inbound).success is True
    with pytest.raises(TwilioRestException) as caught:
        typing.create(channel="whatsapp", message_id="SM" + "0" * 32)
    assert (caught.value.status, caught.value.code) == (400, 20422)

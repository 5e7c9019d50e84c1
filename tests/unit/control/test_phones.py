from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.unit.control.support import NOW, NUMBER, SID, Client, FakePlatform, refusal
from trunkline.carriers.virtual import Behaviour
from trunkline.messaging.content.render import Button
from trunkline.messaging.media.files import MediaFile
from trunkline.messaging.phone_inbox import InboxEntry

PHONE = "+14155550123"
PATH = f"/phones/{PHONE}"
WORLD = "0" * 32


async def test_an_untouched_phone_is_ordinary(client: Client) -> None:
    answer = await client.get(PATH)
    assert answer.status == 200
    assert answer.json() == {
        "number": PHONE,
        "deliver_after_ms": None,
        "fail": None,
        "reject": None,
        "no_receipt": None,
        "auto_reply": None,
        "read": None,
        "effective": {
            "deliver_after_ms": 0,
            "fail": None,
            "reject": None,
            "no_receipt": False,
            "auto_reply": None,
            "read": False,
        },
    }


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"deliver_after": "2s"}, Behaviour(deliver_after_ms=2000)),
        ({"deliver_after": 1.5}, Behaviour(deliver_after_ms=1500)),
        ({"deliver_after_ms": 250}, Behaviour(deliver_after_ms=250)),
        ({"fail": 30003}, Behaviour(fail_code=30003)),
        ({"reject": 30007}, Behaviour(reject_code=30007)),
        ({"no_receipt": True}, Behaviour(no_receipt=True)),
        ({"auto_reply": "STOP"}, Behaviour(auto_reply="STOP")),
        ({"read": True}, Behaviour(read=True)),
        (
            {"deliver_after": "1h", "fail": 30003, "auto_reply": "héllo 👋"},
            Behaviour(deliver_after_ms=3_600_000, fail_code=30003, auto_reply="héllo 👋"),
        ),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_each_behaviour_can_be_set(
    client: Client, fake: FakePlatform, method: str, asked: dict[str, Any], kept: Behaviour
) -> None:
    answer = await client.call(method, PATH, asked)
    assert answer.status == 200
    assert fake.phones.set_for(WORLD, PHONE) == kept
    assert (await client.get(PATH)).json() == answer.json()


async def test_patch_keeps_what_it_does_not_name(client: Client, fake: FakePlatform) -> None:
    await client.call("PATCH", PATH, {"deliver_after": "2s"})
    await client.call("PATCH", PATH, {"fail": 30003})
    await client.call("PATCH", PATH, {"auto_reply": "Hi"})
    await client.call("PATCH", PATH, {"deliver_after_ms": None})
    assert fake.phones.set_for(WORLD, PHONE) == Behaviour(fail_code=30003, auto_reply="Hi")


async def test_put_forgets_what_it_does_not_name(client: Client, fake: FakePlatform) -> None:
    await client.call("PUT", PATH, {"fail": 30003, "auto_reply": "Hi"})
    await client.call("PUT", PATH, {"no_receipt": True})
    assert fake.phones.set_for(WORLD, PHONE) == Behaviour(no_receipt=True)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ({"fail": 30003}, {"reject": 30007}, Behaviour(reject_code=30007)),
        ({"reject": 30007}, {"fail": 30003}, Behaviour(fail_code=30003)),
        ({"reject": 30007}, {"no_receipt": True}, Behaviour(no_receipt=True)),
        ({"no_receipt": True}, {"fail": 30003}, Behaviour(fail_code=30003)),
        ({"fail": 30003}, {"no_receipt": False}, Behaviour(fail_code=30003, no_receipt=False)),
    ],
)
async def test_of_the_outcomes_the_last_one_said_counts(
    client: Client,
    fake: FakePlatform,
    first: dict[str, Any],
    second: dict[str, Any],
    kept: Behaviour,
) -> None:
    await client.call("PATCH", PATH, first)
    await client.call("PATCH", PATH, second)
    assert fake.phones.set_for(WORLD, PHONE) == kept


async def test_delete_makes_a_phone_ordinary(client: Client, fake: FakePlatform) -> None:
    await client.call("PATCH", PATH, {"fail": 30003})
    answer = await client.call("DELETE", PATH)
    assert answer.status == 200
    assert answer.json()["fail"] is None
    assert fake.phones.set_for(WORLD, PHONE) == Behaviour()


async def test_default_stands_for_phones_without_settings(client: Client) -> None:
    answer = await client.call("PATCH", "/phones/default", {"deliver_after": "5s"})
    assert answer.json()["number"] == "default"
    effective = (await client.get(PATH)).json()["effective"]
    assert effective["deliver_after_ms"] == 5000


@pytest.mark.parametrize(
    "asked",
    [
        {"deliver_after": "soon"},
        {"deliver_after": -1},
        {"deliver_after": "367d"},
        {"deliver_after": True},
        {"deliver_after": "1s", "deliver_after_ms": 1},
        {"deliver_after_ms": -1},
        {"deliver_after_ms": 10**15},
        {"fail": 0},
        {"fail": 100_000},
        {"fail": "30003"},
        {"fail": 30003, "reject": 30007},
        {"reject": 30007, "no_receipt": True},
        {"no_receipt": "yes"},
        {"auto_reply": ""},
        {"auto_reply": "x" * 1601},
        {"auto_reply": 5},
        {"fial": 30003},
    ],
)
async def test_a_bad_behaviour_is_refused_and_changes_nothing(
    client: Client, fake: FakePlatform, asked: dict[str, Any]
) -> None:
    assert refusal(await client.call("PATCH", PATH, asked)) == (422, "invalid_parameter")
    assert fake.phones.kept == {}


@pytest.mark.parametrize(
    "number",
    ["14155550123", "+0415555", "+1", "+1415555012x", "+" + "1" * 16, "\0", "*", "+1415555012²"],
)
async def test_a_number_must_have_the_shape_of_one(client: Client, number: str) -> None:
    assert refusal(await client.get(f"/phones/{number}")) == (422, "invalid_number")
    assert refusal(await client.get(f"/phones/{number}/messages")) == (422, "invalid_number")


TRACK = Button("URL", "Track", "https://a.example")


async def test_an_inbox_shows_what_arrived(client: Client, fake: FakePlatform) -> None:
    fake.entries = [
        InboxEntry(None, NUMBER, PHONE, "You are out.", 0, NOW, "automatic_reply"),
        InboxEntry(SID, NUMBER, PHONE, "Hello", 1, NOW, "message", (TRACK,)),
    ]
    answer = await client.get(f"{PATH}/messages")
    assert answer.json()["messages"] == [
        {
            "sid": None,
            "kind": "automatic_reply",
            "from": NUMBER,
            "to": PHONE,
            "body": "You are out.",
            "num_media": 0,
            "buttons": [],
            "arrived_at": "2026-03-04T05:06:07Z",
        },
        {
            "sid": SID,
            "kind": "message",
            "from": NUMBER,
            "to": PHONE,
            "body": "Hello",
            "num_media": 1,
            "buttons": [{"type": "URL", "title": "Track", "target": "https://a.example"}],
            "arrived_at": "2026-03-04T05:06:07Z",
        },
    ]
    assert len((await client.get(f"{PATH}/messages?limit=1")).json()["messages"]) == 1


async def test_all_phones_together_have_no_inbox(client: Client) -> None:
    assert refusal(await client.get("/phones/default/messages")) == (422, "invalid_number")


async def test_a_phone_sends_to_a_number_of_the_world(client: Client, fake: FakePlatform) -> None:
    answer = await client.call("POST", f"{PATH}/messages", {"to": NUMBER, "body": "Hi"})
    assert answer.status == 201
    assert answer.json() == {"sid": SID}
    assert fake.received == [
        {
            "world_id": WORLD,
            "phone": PHONE,
            "number": NUMBER,
            "body": "Hi",
            "media_urls": (),
            "media": (),
        }
    ]


async def test_a_phone_sends_media(client: Client, fake: FakePlatform) -> None:
    picture = bytes(range(256)) * 19_000  # more than other bodies may have
    asked = {
        "to": NUMBER,
        "media": [{"content_type": "Image/PNG", "data": b64encode(picture).decode()}],
        "media_urls": ["http://example.com/a.png"],
    }
    answer = await client.call("POST", f"{PATH}/messages", asked)
    assert answer.status == 201
    (received,) = fake.received
    assert received["media"] == (MediaFile("image/png", picture),)
    assert received["media_urls"] == ("http://example.com/a.png",)


async def test_only_media_may_be_so_large(client: Client) -> None:
    large = {"auto_reply": "x" * 2_000_000}
    assert refusal(await client.call("PATCH", PATH, large)) == (413, "body_too_large")
    larger = b'{"to": "' + b"x" * 7_000_000 + b'"}'
    answer = await client.call("POST", f"{PATH}/messages", raw=larger)
    assert refusal(answer) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"body": "Hi"}, "invalid_parameter"),
        ({"to": NUMBER, "body": "x" * 1601}, "invalid_parameter"),
        ({"to": NUMBER, "body": "a\0b"}, "invalid_parameter"),
        ({"to": NUMBER, "media_urls": ["a\0b"]}, "invalid_parameter"),
        ({"to": "+19995550100", "body": "Hi"}, "no_such_number"),
        ({"to": NUMBER, "media_urls": ["http://example.com/missing"]}, "media_not_taken"),
        ({"to": NUMBER, "media": [{"content_type": "a/b", "data": "***"}]}, "invalid_parameter"),
        ({"to": NUMBER, "media": [{"content_type": "a/b", "data": ""}]}, "invalid_parameter"),
        ({"to": NUMBER, "media": [{"content_type": "a/b"}]}, "invalid_parameter"),
        ({"to": NUMBER, "media": [{"content_type": "png", "data": "eA=="}]}, "invalid_parameter"),
        (
            {"to": NUMBER, "media": [{"content_type": "a/b\n", "data": "eA=="}]},
            "invalid_parameter",
        ),
        (
            {"to": NUMBER, "media": [{"content_type": "a/b", "data": "eA=="}] * 11},
            "invalid_parameter",
        ),
    ],
)
async def test_a_message_that_cannot_be_sent_is_refused(
    client: Client, fake: FakePlatform, asked: dict[str, Any], code: str
) -> None:
    assert refusal(await client.call("POST", f"{PATH}/messages", asked)) == (422, code)
    assert fake.received == []


@pytest.mark.parametrize(
    ("phone", "to"),
    [("whatsapp:" + PHONE, NUMBER), (PHONE, "whatsapp:" + NUMBER), ("rcs:" + PHONE, "whatsapp:x")],
)
async def test_a_phone_writes_on_one_channel(
    fake: FakePlatform, client: Client, phone: str, to: str
) -> None:
    answer = await client.call("POST", f"/phones/{phone}/messages", {"to": to, "body": "x"})
    assert refusal(answer) == (422, "other_channel")
    assert fake.received == []

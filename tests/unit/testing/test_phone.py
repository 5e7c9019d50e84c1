from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import CREDENTIALS, FakeWorld
from trunkline.testing import Phone, TrunklineError
from trunkline.testing.world import World

NUMBER = "+14155550123"
INBOX = f"GET /phones/{NUMBER}/messages"


def phone_in(world: FakeWorld) -> Phone:
    return Phone(cast(World, world), NUMBER, within=0, explain=lambda first, *_: first)


def arrived(body: str, sid: str | None, second: int = 0) -> dict[str, Any]:
    return {
        "sid": sid,
        "from": CREDENTIALS.numbers[0],
        "to": NUMBER,
        "body": body,
        "num_media": 0,
        "arrived_at": f"2026-03-04T05:06:{second:02}Z",
    }


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld()
    world.answers[f"POST /phones/{NUMBER}/messages"] = {"sid": "SM1"}
    return world


def test_a_message_is_sent_between_two_rests_of_the_world(world: FakeWorld) -> None:
    assert phone_in(world).send("Hi") == "SM1"
    assert world.settled == 2
    [(_, _, body)] = world.asked
    assert body == {"to": CREDENTIALS.numbers[0], "body": "Hi", "media_urls": [], "media": []}


def test_media_are_urls_paths_data_or_several(world: FakeWorld, tmp_path: Path) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(b"cat")
    (tmp_path / "noname").write_bytes(b"?")
    phone = phone_in(world)
    cat = {"content_type": "image/png", "data": "Y2F0"}
    for media, urls, files in (
        ("https://x.example/a", ["https://x.example/a"], []),
        (file, [], [cat]),
        (str(file), [], [cat]),
        (("image/png", b"cat"), [], [cat]),
        (
            [file, "http://x/b", ("a/b", b"cat")],
            ["http://x/b"],
            [cat, cat | {"content_type": "a/b"}],
        ),
        (tmp_path / "noname", [], [{"content_type": "application/octet-stream", "data": "Pw=="}]),
    ):
        phone.send(media=media)  # type: ignore[arg-type]
        _, _, body = world.asked[-1]
        assert (body["media_urls"], body["media"]) == (urls, files)


def test_what_is_not_named_stays_as_it_is(world: FakeWorld) -> None:
    phone = phone_in(world)
    phone.set(fail=30003, auto_reply=None)
    phone.set(deliver_after=timedelta(minutes=1))
    phone.set(deliver_after=None)
    assert [body for _, _, body in world.asked] == [
        {"fail": 30003, "auto_reply": None},
        {"deliver_after": 60},
        {"deliver_after": None},
    ]


def test_each_message_is_expected_once(world: FakeWorld) -> None:
    phone = phone_in(world)
    listed = [
        arrived("Same", None, 2),
        arrived("Same", None, 1),
        arrived("Same", "SM2"),
        arrived("Same", "SM1"),
    ]
    world.answers[INBOX] = {"messages": listed}
    assert [phone.expects("Same").sid for _ in range(4)] == ["SM1", "SM2", None, None]
    phone.expects_nothing()
    world.answers[INBOX] = {"messages": listed[:3]}  # one was deleted
    phone.expects_nothing()


def test_it_shows_its_number_and_nothing_else(world: FakeWorld) -> None:
    assert repr(phone_in(world)) == f"<phone {NUMBER}>"
    with pytest.raises(TrunklineError, match="is no phone number"):
        Phone(cast(World, world), "1", within=0, explain=lambda first, *_: first)


def test_a_phone_may_be_on_whatsapp() -> None:
    world, number, sender = FakeWorld(), f"whatsapp:{NUMBER}", "whatsapp:+12065550100"
    world.answers[f"GET /phones/{number}/messages"] = {
        "messages": [{**arrived("Hi", "SM1"), "from": sender, "to": number}]
    }
    world.answers[f"POST /phones/{number}/messages"] = {"sid": "SM2"}
    phone = Phone(cast(World, world), number, within=0, explain=lambda first, *_: first)
    phone.set(read=True)
    assert world.asked[-1][2] == {"read": True}
    assert phone.replies("Hello") == "SM2"
    assert world.asked[-1][2]["to"] == sender


@pytest.mark.parametrize(("sender", "possible"), [("12345", True), ("ACME", False)])
def test_short_codes_can_be_answered_and_names_cannot(
    world: FakeWorld, sender: str, possible: bool
) -> None:
    world.answers[INBOX] = {"messages": [{**arrived("Hi", "SM1"), "from": sender}]}
    if possible:
        assert phone_in(world).replies("YES") == "SM1"
        return
    with pytest.raises(TrunklineError, match="Nobody can reply to 'ACME'"):
        phone_in(world).replies("YES")

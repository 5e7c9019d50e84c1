from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.unit.control.fake_calls import CALL, NUMBER, PHONE
from tests.unit.control.support import Client, FakePlatform, refusal
from trunkline.voice.phones.audio_files import digest_of
from trunkline.voice.phones.script import StepAnswer, StepHear, StepPlay, StepPress

SCRIPT = f"/phones/{PHONE}/script"
SOUND = b"RIFF sound"
DIGEST = digest_of(b"converted " + SOUND)


def file(data: bytes = SOUND) -> str:
    return b64encode(data).decode()


async def test_a_phone_does_as_all_do_until_it_is_told(client: Client) -> None:
    ordinary = {"script": "answer", "steps": [{"do": "answer", "after_ms": 1000}]}
    assert (await client.get(SCRIPT)).json() == {
        "number": PHONE,
        "own": None,
        "effective": ordinary,
    }
    changed = await client.call("PUT", "/phones/default/script", {"script": "ring"})
    assert changed.json()["number"] == "default"
    assert (await client.get(SCRIPT)).json()["effective"] == {"script": "ring", "steps": []}
    own = await client.call("PUT", SCRIPT, {"script": "answer 2s; hear; press 1"})
    assert own.json()["own"]["script"] == "answer 2s; hear; press 1"
    assert (await client.call("DELETE", SCRIPT)).json()["effective"]["script"] == "ring"


async def test_steps_can_be_given_one_by_one(client: Client, fake: FakePlatform) -> None:
    steps = [{"do": "answer", "after_ms": 5}, {"do": "hear"}, {"do": "press", "keys": "1"}]
    assert (await client.call("PUT", SCRIPT, {"script": steps})).status == 200
    kept = fake.calls.scripts.kept["0" * 32, PHONE]
    assert kept.steps == (StepAnswer(after_ms=5), StepHear(), StepPress(keys="1"))


async def test_files_come_with_the_script(client: Client, fake: FakePlatform) -> None:
    body = {"script": "answer; play a.wav", "audio": {"a.wav": file(), "not named": file(b"x")}}
    assert (await client.call("PUT", SCRIPT, body)).status == 200
    kept = fake.calls.scripts.kept["0" * 32, PHONE]
    assert kept.audio == {"a.wav": DIGEST}
    assert kept.steps[1] == StepPlay(path="a.wav")
    assert fake.calls.scripts.waves == {DIGEST: b"converted " + SOUND}
    assert fake.calls.kept == [b"converted " + SOUND]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"script": "prss 1"}, "invalid_script"),
        ({"script": "answer; answer"}, "invalid_script"),
        ({"script": "wait 1s\0"}, "invalid_parameter"),
        ({"script": [{"do": "press", "keys": "x"}]}, "invalid_parameter"),
        ({"script": [{"do": "dance"}]}, "invalid_parameter"),
        ({"script": "answer; play /etc/passwd"}, "audio_missing"),
        ({"script": "play a", "audio": {"a": file(b"no sound")}}, "audio_not_taken"),
        ({"script": "play a", "audio": {"a": "?"}}, "invalid_parameter"),
        ({"skript": "hear"}, "invalid_parameter"),
        (
            {
                "script": "; ".join(f"play {n}" for n in range(21)),
                "audio": {str(n): file() for n in range(21)},
            },
            "audio_not_taken",
        ),
    ],
)
async def test_what_is_refused(
    client: Client, fake: FakePlatform, body: dict[str, Any], code: str
) -> None:
    assert refusal(await client.call("PUT", SCRIPT, body)) == (422, code)
    assert fake.calls.scripts.kept == {}


@pytest.mark.parametrize(
    "number", ["+1", "alice", "client:", "client:a b", "whatsapp:+14155550123"]
)
async def test_who_is_no_phone_of_calls(client: Client, number: str) -> None:
    answer = await client.get(f"/phones/{number}/script")
    assert refusal(answer) == (422, "invalid_number")


async def test_a_client_is_a_phone(client: Client) -> None:
    path = "/phones/client:alice/script"
    assert (await client.call("PUT", path, {"script": "busy"})).json()["number"] == "client:alice"


async def test_a_phone_calls(client: Client, fake: FakePlatform) -> None:
    body = {"to": f" {NUMBER}", "script": "hear; play a", "audio": {"a": file()}, "hold": True}
    placed = await client.call("POST", f"/phones/{PHONE}/calls", body)
    assert (placed.status, placed.json()) == (201, {"sid": CALL})
    steps = (StepHear(), StepPlay(path=DIGEST))
    assert fake.calls.phones.held == [CALL]
    assert fake.calls.placed == [("0" * 32, PHONE, NUMBER, steps)]


async def test_calls_that_cannot_be_made(client: Client, fake: FakePlatform) -> None:
    path = f"/phones/{PHONE}/calls"
    refused = await client.call("POST", path, {"to": "+14155550199"})
    assert refusal(refused) == (422, "no_such_number")
    refused = await client.call("POST", path, {"to": NUMBER, "script": "answer"})
    assert refusal(refused) == (422, "invalid_script")
    refused = await client.call("POST", "/phones/default/calls", {"to": NUMBER})
    assert refusal(refused) == (422, "invalid_number")
    fake.calls.full = True
    assert refusal(await client.call("POST", path, {"to": NUMBER})) == (503, "unavailable")

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import CREDENTIALS, FakeWorld
from trunkline.testing import Call, ExpectationFailed, Phone, TrunklineError
from trunkline.testing.verbs import Gather, Say
from trunkline.testing.world import World

NUMBER = "+14155550123"
SID = "CA" + "0" * 32
AT = "2026-03-04T05:06:07Z"


class WorldOfCalls(FakeWorld):
    """`refused` is what it says to orders of a phone."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = ""
        self.known: dict[str, Any] = {
            "sid": SID,
            "direction": "outbound-api",
            "from": CREDENTIALS.numbers[0],
            "to": NUMBER,
            "status": "in-progress",
            "duration": None,
            "verbs": [],
            "timeline": [{"kind": "call.queued", "data": {}, "world_time": AT}],
        }
        self.answers[f"GET /calls/{SID}"] = self.known
        self.answers[f"POST /calls/{SID}/steps"] = {"reached": True, "status": "in-progress"}
        self.answers[f"GET /phones/{NUMBER}/messages"] = {"messages": []}
        self.answers["POST /calls/run"] = {"reached": True, "status": "completed"}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        if self.refused and path.endswith("/steps"):
            raise TrunklineError(self.refused)
        return super().control(method, path, body)

    def may_wait(self) -> None:
        pass

    def say(self, *texts: str) -> None:
        for text in texts:
            say = {"verb": "Say", "text": text, "attributes": {}, "within": []}
            self.known["verbs"].append(say | {"world_time": AT})
            self.known["timeline"].append({"kind": "call.verb", "data": {}, "world_time": AT})


@pytest.fixture
def world() -> WorldOfCalls:
    return WorldOfCalls()


@pytest.fixture
def call(world: WorldOfCalls) -> Call:
    return Call(cast(World, world), NUMBER, SID)


def scripts(world: WorldOfCalls) -> list[str]:
    return [body["script"] for _, path, body in world.asked if path.endswith("/steps")]


def test_what_a_phone_does_are_steps(world: WorldOfCalls, call: Call, tmp_path: Path) -> None:
    (tmp_path / "a b.wav").write_bytes(b"wave")
    call.answer(after="1.5s").hears().press("12#").says('the "one"').waits(2.25)
    call.plays(tmp_path / "a b.wav").plays(b"wave").does("hear; press 1").hangs_up()
    assert scripts(world) == [
        "answer 1500ms",
        "hear 60000ms",
        "press 12#",
        'say "the \\"one\\""',
        "wait 2250ms",
        'play "a b.wav"',
        'play "sound"',
        "hear; press 1",
        "hangup",
    ]
    bodies = [body for _, path, body in world.asked if path.endswith("/steps")]
    assert bodies[5]["audio"] == {"a b.wav": "d2F2ZQ=="}
    assert all(body["run"] for body in bodies)
    assert world.asked[-1][2] == {"until": "ended", "call": SID, "most": "4h"}


def test_words_are_expected_since_the_phone_listened_last(world: WorldOfCalls, call: Call) -> None:
    world.say("Welcome to the bank.", "Press one.")
    call.hears("bank. Press")
    world.say("Your balance is 5.")
    call.hears(re.compile(r"balance is \d"))
    world.say("Good bye.")
    call.hears(lambda words: words == "Good bye.")
    with pytest.raises(ExpectationFailed, match="heard nothing that the app said; expected 'Good'"):
        call.hears("Good")


def test_other_words_fail_and_all_that_happened_is_told(world: WorldOfCalls, call: Call) -> None:
    world.say("Welcome.")
    with pytest.raises(ExpectationFailed) as error:
        call.hears("Good bye")
    first, _, *rest = str(error.value).split("\n")
    assert first == f"{NUMBER} heard 'Welcome.'; expected 'Good bye'."
    assert rest[0].startswith(f"{SID}  outbound-api  {CREDENTIALS.numbers[0]} -> {NUMBER}")
    assert rest[1:] == ["  05:06:07Z  queued", "  05:06:07Z  Say('Welcome.')"]
    call.hears("Welcome")  # they are still to come


def test_last_words_count_when_the_call_is_over(world: WorldOfCalls, call: Call) -> None:
    world.say("Good bye.")
    world.known["status"] = "completed"
    world.refused = "No virtual phone is in this call, which is completed."
    call.hears("Good bye.")
    with pytest.raises(ExpectationFailed, match="was to press 1, but the call is over: completed"):
        call.press("1")
    with pytest.raises(ExpectationFailed, match="was to listen, but the call is over"):
        call.hears()


def test_what_the_platform_refuses_is_told(world: WorldOfCalls, call: Call) -> None:
    world.refused = "Step 1, 'press x': keys are 0-9."
    with pytest.raises(TrunklineError, match="keys are 0-9"):
        call.press("x")


def test_a_call_that_ends_before_it_is_answered(world: WorldOfCalls, call: Call) -> None:
    world.answers[f"POST /calls/{SID}/steps"] = {"reached": True, "status": "canceled"}
    with pytest.raises(ExpectationFailed, match="was to answer, and the call ended before: cancel"):
        call.answer()


def test_a_call_that_does_not_end(world: WorldOfCalls, call: Call) -> None:
    world.answers["POST /calls/run"] = {"reached": False, "status": "in-progress"}
    with pytest.raises(ExpectationFailed, match="is not over: in-progress"):
        call.ends(within="10m")
    assert world.asked[-2][2] == {"until": "ended", "call": SID, "most": 600.0}


def test_verbs_are_values(world: WorldOfCalls, call: Call) -> None:
    world.say("Hi")
    assert call.verbs == [Say("Hi")]
    assert call.verbs != [Gather()]
    assert call.said == ["Hi"]


def test_a_sound_that_is_no_file(call: Call, tmp_path: Path) -> None:
    with pytest.raises(TrunklineError, match="cannot be played: No such file"):
        call.plays(tmp_path / "none.wav")
    with pytest.raises(TrunklineError, match="that is no name of a file"):
        call.plays("a\0b")


# --- phones ---------------------------------------------------------------------------------


def phone_in(world: FakeWorld) -> Phone:
    return Phone(cast(World, world), NUMBER, within=0, explain=lambda first, *_: first)


def listed(sid: str, **changed: Any) -> dict[str, Any]:
    return {"sid": sid, "direction": "outbound-api", "to": NUMBER, **changed}


def test_calls_are_expected_in_their_order(world: WorldOfCalls) -> None:
    phone = phone_in(world)
    world.answers["GET /calls"] = {
        "calls": [
            listed("CA4", direction="inbound"),
            listed("CA3", to=CREDENTIALS.numbers[0]),
            listed("CA2", direction="outbound-dial"),
            listed("CA1"),
        ]
    }
    assert [phone.expects_call().sid, phone.expects_call().sid] == ["CA1", "CA2"]
    assert world.asked[-1][2] == {"until": "ringing", "call": "CA2", "most": "1h", "hold": True}
    phone.expects_no_call()
    with pytest.raises(ExpectationFailed, match=f"{re.escape(NUMBER)} got no call; expected one."):
        phone.expects_call()


def test_a_call_that_was_not_expected(world: WorldOfCalls) -> None:
    world.answers["GET /calls"] = {"calls": [listed("CA1")]}
    with pytest.raises(ExpectationFailed, match="got a call, CA1; expected none"):
        phone_in(world).expects_no_call()


def test_a_phone_has_a_script(world: WorldOfCalls, tmp_path: Path) -> None:
    phone = phone_in(world)
    (tmp_path / "a.wav").write_bytes(b"wave")
    text = f'answer; play "{tmp_path}/a.wav"'
    phone.on_call(text)
    phone.on_call(None)
    path = f"/phones/{NUMBER}/script"
    audio = {f"{tmp_path}/a.wav": "d2F2ZQ=="}
    assert world.asked == [("PUT", path, {"script": text, "audio": audio}), ("DELETE", path, None)]
    with pytest.raises(TrunklineError, match="do you mean press"):
        phone.on_call("prss 1")


def test_a_phone_calls(world: WorldOfCalls) -> None:
    world.answers[f"POST /phones/{NUMBER}/calls"] = {"sid": SID}
    assert phone_in(world).calls(script="hear; press 1").sid == SID
    [(_, _, body)] = world.asked
    assert body == {
        "to": CREDENTIALS.numbers[0],
        "hold": False,  # it needs nobody who leads it
        "script": "hear; press 1",
        "audio": {},
    }

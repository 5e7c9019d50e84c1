"""Ask for every operation of calls once: see `recorded_answers`."""

from __future__ import annotations

from tests.support.calls import NUMBER, PHONE, WAITS, script
from tests.support.control import advance
from tests.support.platform import World
from tests.support.recorded_services import Recorder

__all__ = ["record_calls"]


def record_recordings(recorder: Recorder, world: World, call: str) -> None:
    """A recording of a call that goes on, paused, stopped and deleted."""
    own, path = f"{call}/Recordings", f"/2010-04-01/Accounts/{world.account_sid}/Recordings"
    for _ in range(2):
        made = recorder.record("api CreateCallRecording", "POST", f"{own}.json")
        advance(world, 2)
        one = f"{own}/{made['sid']}"
        recorder.record("api UpdateCallRecording", "POST", f"{one}.json", Status="stopped")
    advance(world, 1)
    recorder.record("api FetchCallRecording", "GET", f"{one}.json")
    recorder.record("api ListCallRecording", "GET", f"{own}.json", PageSize=1)
    recorder.record("api FetchRecording", "GET", f"{path}/{made['sid']}.json")
    recorder.record("api ListRecording", "GET", f"{path}.json", PageSize=1)
    recorder.record("api DeleteCallRecording", "DELETE", f"{one}.json")
    made = recorder.record("api CreateCallRecording", "POST", f"{own}.json")
    recorder.record(
        "api UpdateCallRecording", "POST", f"{own}/{made['sid']}.json", Status="stopped"
    )
    advance(world, 1)
    recorder.record("api DeleteRecording", "DELETE", f"{path}/{made['sid']}.json")


def record_calls(recorder: Recorder, world: World) -> None:
    """A call that is answered, with a warning about it, hung up and deleted."""
    path = f"/2010-04-01/Accounts/{world.account_sid}/Calls"
    script(world, PHONE, "answer 0s")
    # The setting that is none is the warning.
    wanted = {
        "To": PHONE,
        "From": NUMBER,
        "Twiml": WAITS,
        "MachineDetection": "Enable",
        "MachineDetectionTimeout": "soon",
    }
    for _ in range(2):  # so that a list has a second page
        made = recorder.record("api CreateCall", "POST", f"{path}.json", **wanted)
    advance(world, 1)
    one = f"{path}/{made['sid']}"
    record_recordings(recorder, world, one)
    recorder.record("api UpdateCall", "POST", f"{one}.json", Status="completed")
    recorder.record("api FetchCall", "GET", f"{one}.json")
    recorder.record("api ListCall", "GET", f"{path}.json", PageSize=1)
    recorder.record("api ListCallEvent", "GET", f"{one}/Events.json")
    notifications = f"{one}/Notifications"
    listed = recorder.record("api ListCallNotification", "GET", f"{notifications}.json")
    sid = listed["notifications"][0]["sid"]
    recorder.record("api FetchCallNotification", "GET", f"{notifications}/{sid}.json")
    recorder.record("api DeleteCall", "DELETE", f"{one}.json")

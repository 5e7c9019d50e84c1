"""Recordings with the official library: begun, changed, heard and deleted."""

from __future__ import annotations

import io
import urllib.request
import wave
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import numpy as np
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance

from tests.support.app_server import CustomerApp, customer_app
from tests.support.calls import NUMBER, PHONE, WAITS, answered, ended, script
from tests.support.control import advance, settle
from tests.support.platform import RunningPlatform, World, read_credentials
from tests.support.python_client import connect
from tests.support.waiting import wait_until


def fetch(url: str, **headers: str) -> tuple[Any, bytes]:
    """What is at an address, without credentials."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.headers, answer.read()


def samples(body: bytes) -> np.ndarray[Any, Any]:
    """The samples of a WAV, a column for each channel."""
    with wave.open(io.BytesIO(body)) as read:
        assert (read.getframerate(), read.getsampwidth()) == (8000, 2)
        found = np.frombuffer(read.readframes(read.getnframes()), "<i2")
        return found.reshape(-1, read.getnchannels())


def address(platform: World, call: CallInstance, sid: str) -> str:
    """Where a recording of a call is heard."""
    path = f"/2010-04-01/Accounts/{call.account_sid}/Recordings/{sid}"
    return platform.base_url + path


def test_a_call_is_recorded_paused_and_heard(
    client: Client, platform: World, app: CustomerApp
) -> None:
    call = answered(client, platform)
    recordings = client.calls(call.sid).recordings
    made = recordings.create(
        recording_channels="dual",
        recording_status_callback=app.url("/recorded"),
        recording_status_callback_event=["in-progress", "completed"],
    )
    assert (made.status, made.channels, made.source) == ("in-progress", 2, "StartCallRecordingAPI")
    advance(platform, 4)
    current = recordings("Twilio.CURRENT")
    assert current.update(status="paused", pause_behavior="skip").status == "paused"
    advance(platform, 30)
    assert current.update(status="in-progress").status == "in-progress"
    advance(platform, 3)
    current.update(status="stopped")
    settle(platform)

    found = client.recordings(made.sid).fetch()
    assert (found.status, found.duration) == ("completed", "7")
    told = [dict(asked.form) for asked in app.asked]
    assert [each["RecordingStatus"] for each in told] == ["in-progress", "completed"]
    assert told[1]["RecordingUrl"] == address(platform, call, made.sid)

    headers, body = fetch(told[1]["RecordingUrl"])
    assert headers["Content-Type"] == "audio/x-wav"
    assert samples(body).shape == (pytest.approx(7 * 8000, abs=800), 2)
    part_headers, part = fetch(told[1]["RecordingUrl"], Range="bytes=40-99")
    assert part == body[40:100]
    assert part_headers["Content-Range"] == f"bytes 40-99/{len(body)}"
    headers, mp3 = fetch(told[1]["RecordingUrl"] + ".mp3")
    assert headers["Content-Type"] == "audio/mpeg"
    assert 1000 < len(mp3) < len(body) / 2
    _, mono = fetch(told[1]["RecordingUrl"] + "?RequestedChannels=1")
    assert samples(mono).shape[1] == 1

    with pytest.raises(TwilioRestException) as refused:
        recordings(made.sid).update(status="paused")
    assert (refused.value.status, refused.value.code) == (400, 16114)


def test_a_call_that_is_made_with_a_recording_says_so_at_its_end(
    client: Client, platform: World, app: CustomerApp
) -> None:
    script(platform, PHONE, "answer 0s; wait 1s; press 123; wait 2s; hangup")
    call = client.calls.create(
        to=PHONE,
        from_=NUMBER,
        twiml=WAITS,
        record=True,
        trim="do-not-trim",
        status_callback=app.url("/status"),
    )
    advance(platform, 10)
    [recording] = client.recordings.list(call_sid=call.sid)
    assert (recording.source, recording.status) == ("OutboundAPI", "completed")
    [told] = [asked for asked in app.asked if asked.path == "/status"]
    assert (told["CallStatus"], told["RecordingSid"]) == ("completed", recording.sid)
    assert told["RecordingDuration"] == recording.duration
    _, body = fetch(told["RecordingUrl"])
    assert abs(samples(body).astype(int)).max() > 1000  # the keys are heard


def test_a_deleted_recording_is_not_heard(client: Client, platform: World) -> None:
    call = answered(client, platform)
    made = client.calls(call.sid).recordings.create()
    advance(platform, 2)
    with pytest.raises(TwilioRestException) as refused:
        client.recordings(made.sid).delete()
    assert (refused.value.status, refused.value.code) == (409, 20009)
    with pytest.raises(HTTPError) as missing:
        fetch(address(platform, call, made.sid))
    assert missing.value.code == 404
    missing.value.close()
    client.calls(call.sid).update(status="completed")
    settle(platform)
    fetch(address(platform, call, made.sid))

    assert client.recordings(made.sid).delete()
    with pytest.raises(HTTPError) as missing:
        fetch(address(platform, call, made.sid))
    assert missing.value.code == 404
    missing.value.close()
    assert client.recordings.list() == []
    [kept] = client.recordings.list(include_soft_deleted=True)
    assert (kept.sid, kept.status) == (made.sid, "deleted")


def test_a_call_that_has_ended_is_not_recorded(client: Client, platform: World) -> None:
    call = ended(client, platform)
    with pytest.raises(TwilioRestException) as refused:
        client.calls(call.sid).recordings.create()
    assert (refused.value.status, refused.value.code) == (400, 21220)


def test_what_a_power_cut_leaves_is_completed_at_the_next_start(short_tmp: Path) -> None:
    data = short_tmp / "recordings data"
    process = RunningPlatform(data)

    def started() -> tuple[Client, World]:
        runtime = process.start()
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        return connect(world), world

    try:
        client, world = started()
        with customer_app(world.auth_token) as app:
            call = answered(client, world, from_=world.numbers[0])
            made = client.calls(call.sid).recordings.create(
                recording_status_callback=app.url("/recorded")
            )
            advance(world, 5)
            process.kill()

            client, world = started()
            [told] = app.expect(1, "/recorded")
            assert (told["RecordingSid"], told["RecordingStatus"]) == (made.sid, "completed")
            assert 4 <= int(told["RecordingDuration"]) <= 6
            _, body = fetch(address(world, call, made.sid))
            assert 4 * 8000 <= len(samples(body)) <= 6 * 8000
            wait_until(lambda: not list((data / "recordings").glob("RE*")))
        assert process.stop() == 0
    finally:
        process.clear_away()

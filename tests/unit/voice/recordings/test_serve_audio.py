"""The audio of recordings: whole, in part, as MP3, mixed; for everybody or not."""

from __future__ import annotations

import asyncio
import io
import wave

import numpy as np
import pytest

from tests.unit.voice.recordings.support import Audio, Encoder, Studio
from trunkline.messaging.media.blobs import CHUNK


def samples(audio: Audio) -> tuple[int, np.ndarray]:  # type: ignore[type-arg]
    """Channels, and the samples of all of them, of a WAV that a strict reader reads."""
    with wave.open(io.BytesIO(audio.body)) as read:
        assert (read.getframerate(), read.getsampwidth()) == (8000, 2)
        return read.getnchannels(), np.frombuffer(read.readframes(read.getnframes()), "<i2")


@pytest.mark.parametrize("extension", ["", ".wav"])
async def test_a_wav(studio: Studio, extension: str) -> None:
    handle = await studio.recorded(3)
    audio = await studio.hear(studio.path(f"/Recordings/{handle.sid}{extension}"))
    assert audio.status == 200
    assert audio.headers["content-type"] == "audio/x-wav"
    channels, found = samples(audio)
    assert (channels, len(found)) == (1, 24000)
    assert int(audio.headers["content-length"]) == len(audio.body)


async def test_below_its_call_with_an_extension(studio: Studio) -> None:
    handle, other = await studio.recorded(), await studio.call()
    for call_sid, status in ((handle.call_sid, 200), (other.sid, 404)):
        path = studio.path(f"/Calls/{call_sid}/Recordings/{handle.sid}.mp3")
        assert (await studio.hear(path)).status == status
    scope = {"type": "http", "method": "GET"}
    path = studio.path(f"/Calls/{handle.call_sid}/Recordings/{handle.sid}")
    assert not studio.recordings.serve.takes({**scope, "path": path})


async def test_what_it_takes(studio: Studio) -> None:
    path = studio.path(f"/Recordings/RE{'0' * 32}")
    for method, rest, taken in (
        ("GET", "", True),
        ("HEAD", ".mp3", True),
        ("DELETE", "", False),
        ("GET", ".json", False),
        ("GET", ".xml", False),
        ("GET", "/Transcriptions", False),
        ("GET", ".wav\n", False),
    ):
        scope = {"type": "http", "method": method, "path": path + rest}
        assert studio.recordings.serve.takes(scope) is taken, (method, rest)


async def test_head_tells_and_sends_nothing(studio: Studio) -> None:
    handle = await studio.recorded(1)
    for extension in (".wav", ".mp3"):
        path = studio.path(f"/Recordings/{handle.sid}{extension}")
        told, whole = await studio.hear(path, "HEAD"), await studio.hear(path)
        assert (told.status, told.body) == (200, b"")
        assert int(told.headers["content-length"]) == len(whole.body) > 0


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=40-50", 40, 51),
        ("bytes=-7", -7, None),
        ("bytes=5-", 5, None),
    ],
)
@pytest.mark.parametrize("query", ["", "?RequestedChannels=1"])
async def test_a_part(studio: Studio, asked: str, start: int, end: int | None, query: str) -> None:
    handle = await studio.recorded(1, channels=2, other=3000)
    path = studio.path(f"/Recordings/{handle.sid}{query}")
    whole, part = await studio.hear(path), await studio.hear(path, range=asked)
    assert part.status == 206
    assert part.body == whole.body[start:end]
    assert part.headers["content-range"].endswith(f"/{len(whole.body)}")


async def test_every_part_of_a_mixed_one_is_that_of_the_whole(studio: Studio) -> None:
    handle = await studio.recorded(0.1, channels=2, other=3000)
    path = studio.path(f"/Recordings/{handle.sid}?RequestedChannels=1")
    whole = (await studio.hear(path)).body
    for start in (0, 1, 43, 44, 45, 46, 47, len(whole) - 1):
        for length in (1, 2, 3, 4, 5):
            if start + length <= len(whole):
                asked = f"bytes={start}-{start + length - 1}"
                assert (await studio.hear(path, range=asked)).body == whole[start : start + length]


async def test_a_part_that_is_not_there(studio: Studio) -> None:
    handle = await studio.recorded(1)
    path = studio.path(f"/Recordings/{handle.sid}")
    part = await studio.hear(path, range="bytes=16044-")
    assert (part.status, part.headers["content-range"]) == (416, "bytes */16044")


async def test_two_channels(studio: Studio) -> None:
    handle = await studio.recorded(1, channels=2, other=3000)
    path = studio.path(f"/Recordings/{handle.sid}")
    for query in ("", "?RequestedChannels=2"):
        channels, found = samples(await studio.hear(path + query))
        assert (channels, found[0::2].max() > 7900, 2900 < found[1::2].max() < 3100) == (
            2, True, True,
        )  # fmt: skip
    both = found.reshape(-1, 2).astype(int).sum(1)
    channels, mixed = samples(await studio.hear(f"{path}?RequestedChannels=1"))
    assert channels == 1
    assert (mixed == both).all()


async def test_a_mixed_one_of_many_pieces_does_not_wrap(studio: Studio) -> None:
    handle = await studio.recorded(12, channels=2, other=32000)
    audio = await studio.hear(studio.path(f"/Recordings/{handle.sid}?RequestedChannels=1"))
    assert len(audio.body) == 44 + 2 * 96000 > 2 * CHUNK
    _, mixed = samples(audio)
    assert mixed.max() == 32767


async def test_a_mono_one_has_no_two_channels(studio: Studio) -> None:
    handle = await studio.recorded(1)
    path = studio.path(f"/Recordings/{handle.sid}?RequestedChannels=2")
    audio = await studio.hear(path)
    assert audio.status == 400
    assert b"<Code>16113</Code>" in audio.body
    assert (await studio.hear(path.replace("=2", "=1"))).status == 200
    assert (await studio.hear(path.replace("=2", "=3"))).status == 400
    assert (await studio.hear(path.replace("=2", "=%00"))).status == 400


class TestMp3:
    async def test_it_is_made_once(self, studio: Studio) -> None:
        handle = await studio.recorded(1, channels=2)
        path = studio.path(f"/Recordings/{handle.sid}.mp3")
        first, *rest = await asyncio.gather(*(studio.hear(path) for _ in range(5)))
        wav = await studio.hear(path.replace(".mp3", ".wav"))
        assert first.headers["content-type"] == "audio/mpeg"
        assert first.body == b"MP3 of " + wav.body
        assert {each.body for each in rest} == {first.body}
        assert studio.encoder.asked == 1
        mono = await studio.hear(f"{path}?RequestedChannels=1")
        assert len(mono.body) < len(first.body)
        assert studio.encoder.asked == 2

    async def test_no_more_are_at_hand_than_is_allowed(self, studio: Studio) -> None:
        mp3s = studio.recordings._mp3s
        mp3s._most = 40_000
        paths = [studio.path(f"/Recordings/{(await studio.recorded(1)).sid}.mp3") for _ in range(4)]
        bodies = [(await studio.hear(path)).body for path in paths]
        assert len(list((studio.recordings.folder / "mp3").iterdir())) == 2
        assert [(await studio.hear(path)).body for path in paths] == bodies

    async def test_one_that_is_deleted_while_it_is_made_is_not_kept(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        studio.encoder.gate.clear()
        hearing = asyncio.create_task(studio.hear(studio.path(f"/Recordings/{handle.sid}.mp3")))
        await studio.encoder.reached.wait()
        answer = await studio.client.delete(studio.path(f"/Recordings/{handle.sid}.json"))
        assert answer.status == 204
        studio.encoder.gate.set()
        assert (await hearing).status == 404
        assert list((studio.recordings.folder / "mp3").iterdir()) == []

    async def test_those_of_recordings_that_went_elsewhere_are_removed(
        self, studio: Studio
    ) -> None:
        gone, kept = await studio.recorded(1), await studio.recorded(1)
        for handle in (gone, kept):
            await studio.hear(studio.path(f"/Recordings/{handle.sid}.mp3"))
        # As another node does, or the reset of a world.
        await studio.core.database.execute("DELETE FROM recordings WHERE id = $1", gone.sid[2:])
        await studio.recordings._forget_deleted()
        assert len(list((studio.recordings.folder / "mp3").iterdir())) == 1
        await studio.hear(studio.path(f"/Recordings/{kept.sid}.mp3"))
        assert studio.encoder.asked == 2

    async def test_an_encoder_that_fails_is_told(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        studio.encoder.fails = True
        path = studio.path(f"/Recordings/{handle.sid}.mp3")
        assert (await studio.hear(path)).status == 503
        assert list((studio.recordings.folder / "mp3").iterdir()) == []
        studio.encoder.fails = False
        assert (await studio.hear(path)).status == 200


class TestWho:
    async def test_everybody_who_knows_its_sid(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        path = studio.path(f"/Recordings/{handle.sid}")
        assert (await studio.hear(path)).status == 200
        own = studio.account.account_sid, studio.account.auth_token
        assert (await studio.hear(path, credentials=own)).status == 200

    async def test_wrong_credentials_are_worse_than_none(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        path = studio.path(f"/Recordings/{handle.sid}")
        wrong = studio.account.account_sid, "0" * 32
        assert (await studio.hear(path, credentials=wrong)).status == 401
        test = studio.account.test_account_sid, studio.account.test_auth_token
        assert (await studio.hear(path, credentials=test)).status == 404

    async def test_an_account_may_ask_for_credentials(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        path = studio.path(f"/Recordings/{handle.sid}")
        own = studio.account.account_sid, studio.account.auth_token
        await studio.media.accounts.set(own[0], basic_auth=True)
        refused = await studio.hear(path)
        assert (refused.status, refused.headers["www-authenticate"]) == (
            401, 'Basic realm="Twilio API"',
        )  # fmt: skip
        assert (await studio.hear(path, credentials=own)).status == 200

    async def test_not_that_of_another_account(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        made = await studio.client.post("/2010-04-01/Accounts.json")
        path = f"/2010-04-01/Accounts/{made.json['sid']}/Recordings/{handle.sid}"
        assert (await studio.hear(path)).status == 404
        unknown = f"/2010-04-01/Accounts/AC{'0' * 32}/Recordings/{handle.sid}"
        assert (await studio.hear(unknown)).status == 404

    async def test_not_that_of_a_suspended_account(self, studio: Studio) -> None:
        made = (await studio.client.post("/2010-04-01/Accounts.json")).json
        path = f"/2010-04-01/Accounts/{made['sid']}/Recordings/RE{'0' * 32}"
        await studio.client.post(f"/2010-04-01/Accounts/{made['sid']}.json", Status="suspended")
        assert (await studio.hear(path)).status == 404


class TestNotThere:
    async def test_not_ready(self, studio: Studio) -> None:
        handle = await studio.start()
        path = studio.path(f"/Recordings/{handle.sid}")
        audio = await studio.hear(path)
        assert audio.status == 404
        assert b"<Code>20404</Code>" in audio.body
        assert f"The requested resource {path} was not found".encode() in audio.body

    async def test_a_file_that_is_lost(self, studio: Studio) -> None:
        handle = await studio.recorded(1)
        await studio.media.blobs.remove([(await studio.row(handle.sid))["blob_id"].hex])
        for extension in ("", ".mp3"):
            path = studio.path(f"/Recordings/{handle.sid}{extension}")
            assert (await studio.hear(path)).status == 404


def test_the_stand_in_is_called_as_the_encoder_of_speech_is() -> None:
    from inspect import signature

    from trunkline.voice.speech.convert_audio import EncodeToMp3

    ours, theirs = signature(Encoder.__call__), signature(EncodeToMp3.__call__)
    assert list(ours.parameters) == list(theirs.parameters)

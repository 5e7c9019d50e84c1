"""A recording is begun, paused and ended as its leg's report says, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.voice.recordings.support import Studio, WritingLeg
from trunkline.store import StoreUnavailable
from trunkline.voice.legs import EngineLost
from trunkline.voice.recordings.find_recording import FindRecording
from trunkline.voice.recordings.finish_recording import FinishRecording
from trunkline.voice.recordings.record_call import RecordCall, RecordingHandle, WrongRecordingState


def files(studio: Studio) -> list[str]:
    """What the engine has written and nobody has taken."""
    return sorted(path.name for path in studio.recordings.folder.glob("RE*"))


async def status(studio: Studio, handle: RecordingHandle) -> str:
    return str((await studio.row(handle.sid))["status"])


async def test_it_is_on_disk_before_the_engine_begins(studio: Studio) -> None:
    handle = await studio.start(channels=2, trim=True, limit=60, silence=5)

    [(_, order)] = studio.leg(handle).orders
    assert (order.channels, order.trim, order.limit, order.silence) == (2, True, 3000, 250)
    assert Path(order.path).parent == studio.recordings.folder
    assert await status(studio, handle) == "in-progress"


async def test_a_stopped_one_is_kept(studio: Studio) -> None:
    handle = await studio.start()
    studio.leg(handle).hears(2.3)
    await handle.stop()
    ended = await handle.ended()

    assert (ended.status, ended.seconds, ended.sound, ended.reason) == (
        "completed", 2, True, "stopped",
    )  # fmt: skip
    assert ended.url.endswith(f"/Accounts/{studio.account.account_sid}/Recordings/{handle.sid}")
    row = await studio.row(handle.sid)
    assert (row["status"], row["duration"], row["size"]) == (
        "completed",
        2,
        44 + 2 * 8000 * 23 // 10,
    )
    assert files(studio) == []
    assert studio.recordings.record.find(handle.sid) is None
    assert not +studio.places.counts


async def test_one_track_alone_has_one_channel(studio: Studio) -> None:
    handle = await studio.start(channels=2, track="inbound")
    assert (await studio.row(handle.sid))["channels"] == 1


async def test_a_hang_up_ends_it(studio: Studio) -> None:
    handle = await studio.start()
    studio.leg(handle).hears(1)
    studio.leg(handle).hangs_up()
    ended = await handle.ended()
    assert (ended.status, ended.reason) == ("completed", "hangup")


async def test_all_of_a_call_are_ended_before_it_is_settled(studio: Studio) -> None:
    call = await studio.call()
    one, two = await studio.start(call), await studio.start(call)
    leg = studio.leg(one)
    leg.hears(1)
    leg.reports_late = True
    leg.hangs_up()
    settling = asyncio.create_task(studio.recordings.record.settle(call.sid))
    await asyncio.sleep(0)
    assert studio.places.counts[studio.world_id] == 2  # the world's time waits
    leg.report()
    await settling
    assert [await status(studio, each) for each in (one, two)] == ["completed"] * 2
    assert not +studio.places.counts


class TestChanges:
    async def test_a_pause_is_written_as_silence_or_left_out(self, studio: Studio) -> None:
        handle = await studio.start()
        leg = studio.leg(handle)
        leg.hears(1)
        await handle.pause(silence=False)
        assert await status(studio, handle) == "paused"
        leg.hears(3)
        await handle.resume()
        assert await status(studio, handle) == "in-progress"
        leg.hears(1)
        await handle.pause(silence=True)
        leg.hears(2)
        handle.end()
        assert (await handle.ended()).seconds == 4

    async def test_what_cannot_follow_is_refused(self, studio: Studio) -> None:
        handle = await studio.start()
        with pytest.raises(WrongRecordingState):
            await handle.resume()
        await handle.pause()
        with pytest.raises(WrongRecordingState):
            await handle.pause()
        await handle.stop()
        for change in (handle.pause, handle.resume, handle.stop):
            with pytest.raises(WrongRecordingState):
                await change()
        handle.end()  # which verbs may always do
        orders = [order[0] for order in studio.leg(handle).orders]
        assert orders == ["start", "pause", "stop"]

    async def test_of_two_at_once_one_is_refused(self, studio: Studio) -> None:
        handle = await studio.start()
        results = await asyncio.gather(handle.pause(), handle.pause(), return_exceptions=True)
        assert sorted(type(each).__name__ for each in results) == [
            "NoneType", "WrongRecordingState",
        ]  # fmt: skip

    async def test_one_that_ends_meanwhile_cannot_be_paused(self, studio: Studio) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(1)
        pausing = asyncio.create_task(handle.pause())
        await asyncio.sleep(0)
        studio.leg(handle).hangs_up()
        with pytest.raises(WrongRecordingState):
            await pausing
        assert (await handle.ended()).status == "completed"

    async def test_it_goes_on_when_the_pause_cannot_be_written_down(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handle = await studio.start()
        with monkeypatch.context() as patch:
            patch.setattr(FinishRecording, "step", _unavailable)
            with pytest.raises(StoreUnavailable):
                await handle.pause()
        assert [order[0] for order in studio.leg(handle).orders] == ["start"]
        await handle.pause()


async def _unavailable(*_: Any, **__: Any) -> Any:
    raise StoreUnavailable("gone")


class TestAbsent:
    @pytest.mark.parametrize(
        ("options", "seconds", "loud", "code"),
        [
            ({"source": "RecordVerb"}, 5, 0, 16102),
            ({"source": "RecordVerb"}, 0.1, 8000, 16101),
            ({"source": "DialVerb", "trim": True}, 5, 0, 16102),
            ({"source": "StartCallRecordingAPI"}, 0, 0, 16101),
        ],
    )
    async def test_nothing_to_hear(
        self, studio: Studio, options: dict[str, Any], seconds: float, loud: int, code: int
    ) -> None:
        handle = await studio.start(**options)
        studio.leg(handle).hears(seconds, loud=loud)
        handle.end("silence")
        ended = await handle.ended()
        assert (ended.status, ended.seconds, ended.reason) == ("absent", 0, "silence")
        row = await studio.row(handle.sid)
        assert (row["status"], row["error_code"], row["blob_id"]) == ("absent", code, None)
        alerts = await studio.core.database.fetch(
            "SELECT code, level, details FROM alerts WHERE resource = $1", handle.call_sid
        )
        assert [tuple(each) for each in alerts] == [
            (code, "warning", {"RecordingSid": handle.sid}),
        ]
        assert files(studio) == []

    async def test_silence_of_a_call_is_part_of_it(self, studio: Studio) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(3, loud=0)
        handle.end()
        ended = await handle.ended()
        assert (ended.status, ended.seconds, ended.sound) == ("completed", 3, False)


class TestLost:
    async def test_a_dead_engine_leaves_what_it_wrote(self, studio: Studio) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(3)
        studio.leg(handle).is_lost()
        studio.recordings.record.heard(EngineLost(handle.leg.sid))
        ended = await handle.ended()
        assert (ended.status, ended.seconds, ended.reason) == ("completed", 3, "lost")
        assert (await studio.hear(studio.path(f"/Recordings/{handle.sid}"))).status == 200

    async def test_more_than_the_header_says_is_found(self, studio: Studio) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(1)
        studio.leg(handle).is_lost()
        with (studio.recordings.folder / f"{handle.sid}.wav").open("ab") as file:
            file.write(os.urandom(16000 + 1))
        studio.recordings.record.heard(EngineLost(handle.leg.sid))
        assert (await handle.ended()).seconds == 2

    async def test_an_order_that_came_too_late_leaves_nothing(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(studio.recordings.record, "_first_look", 0.0)
        call = await studio.call()
        studio.legs[call.sid].alive = False
        handle = await studio.start(call)
        studio.legs[call.sid].hangs_up()
        ended = await handle.ended()
        assert (ended.status, ended.reason) == ("absent", "lost")
        assert not +studio.places.counts

    async def test_a_report_that_never_comes_is_not_awaited_for_ever(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(studio.recordings.record, "_first_look", 0.0)
        monkeypatch.setattr(studio.recordings.record, "_patience", 0.0)
        handle = await studio.start()
        studio.leg(handle).hears(1)
        studio.leg(handle).is_lost()
        studio.recordings.record.closed(handle.leg.sid)
        assert (await handle.ended()).status == "completed"


class TestRecovery:
    async def crashed(self, studio: Studio, **options: Any) -> tuple[RecordingHandle, RecordCall]:
        """A recording that the node did not live to end, and who starts after it."""
        handle = await studio.start(**options)
        studio.leg(handle).hears(2)
        studio.leg(handle).is_lost()
        record = studio.recordings.record
        record._handles.clear()
        return handle, record

    async def test_it_is_completed_at_the_next_start(self, studio: Studio) -> None:
        handle, record = await self.crashed(studio)
        await record.recover_own()
        row = await studio.row(handle.sid)
        assert (row["status"], row["duration"]) == ("completed", 2)
        assert files(studio) == []

    @pytest.mark.parametrize("before", ["paused", "stopped", "processing"])
    async def test_whatever_it_was_doing(self, studio: Studio, before: str) -> None:
        handle, record = await self.crashed(studio)
        await record.finish.step(handle.recording, before)
        await record.recover(handle.call_sid)
        assert await status(studio, handle) == "completed"

    async def test_its_call_waits_for_who_completes_it_already(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handle, record = await self.crashed(studio)
        keep, entered, may_go_on = studio.media.blobs.keep, asyncio.Event(), asyncio.Event()

        async def keep_slowly(blob_id: str, path: Path) -> None:
            entered.set()
            await may_go_on.wait()
            await keep(blob_id, path)

        monkeypatch.setattr(studio.media.blobs, "keep", keep_slowly)
        finishing = asyncio.create_task(record.recover_own())
        await entered.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(record.recover(handle.call_sid), 0.3)
        may_go_on.set()
        await record.recover(handle.call_sid)
        assert await status(studio, handle) == "completed"
        await finishing

    async def test_it_is_trimmed_if_that_was_asked(self, studio: Studio) -> None:
        handle = await studio.start(trim=True)
        leg = studio.leg(handle)
        for loud in (0, 8000, 0):
            leg.hears(2, loud=loud)
        leg.is_lost()
        record = studio.recordings.record
        record._handles.clear()
        await record.recover_own()
        assert (await studio.row(handle.sid))["duration"] == 2

    async def test_what_goes_on_is_left_alone(self, studio: Studio) -> None:
        handle = await studio.start()
        await studio.recordings.record.recover_own()
        assert await status(studio, handle) == "in-progress"

    async def test_that_of_another_node_waits_for_its_file(self, studio: Studio) -> None:
        handle, record = await self.crashed(studio)
        path = studio.recordings.folder / f"{handle.sid}.wav"
        aside = path.rename(path.with_suffix(".aside"))
        other = studio.core.sids.new_id()
        await studio.core.database.execute(
            "UPDATE recordings SET owner = $2 WHERE id = $1", handle.sid[2:], other
        )
        await record.recover(handle.call_sid)
        assert await status(studio, handle) == "processing"
        aside.rename(path)
        await record.recover(handle.call_sid)
        assert await status(studio, handle) == "completed"

    async def test_a_file_that_is_gone_is_told(self, studio: Studio) -> None:
        handle, record = await self.crashed(studio)
        (studio.recordings.folder / f"{handle.sid}.wav").unlink()
        await record.recover_own()
        row = await studio.row(handle.sid)
        assert (row["status"], row["error_code"]) == ("absent", 16101)

    async def test_files_that_nothing_needs_are_removed(self, studio: Studio) -> None:
        done = await studio.recorded()
        goes_on, (waits, _) = await studio.start(), await self.crashed(studio)
        studio.recordings.record._handles[goes_on.sid] = goes_on
        strays = [done.sid, studio.core.sids.new("RE")]
        folder = studio.recordings.folder
        for sid in strays:
            (folder / f"{sid}.wav").write_bytes(b"RIFF")
        await studio.recordings.drop_old()
        assert len(files(studio)) == 4  # they are too young
        for path in folder.glob("RE*"):
            os.utime(path, (1, 1))
        await studio.recordings.drop_old()
        assert files(studio) == sorted(f"{each.sid}.wav" for each in (goes_on, waits))

    async def test_what_is_no_wav_is_told(self, studio: Studio) -> None:
        handle, record = await self.crashed(studio)
        (studio.recordings.folder / f"{handle.sid}.wav").write_bytes(b"\0" * 1000)
        await record.recover_own()
        assert await status(studio, handle) == "absent"

    async def test_a_place_for_files_that_is_away_is_tried_again(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(2)
        with monkeypatch.context() as patch:
            patch.setattr(studio.media.blobs, "keep", _unavailable)
            handle.end()
            assert (await handle.ended()).status == "processing"
        assert await status(studio, handle) == "processing"
        assert files(studio) == [f"{handle.sid}.wav"]
        await studio.recordings.record.recover_own()
        assert await status(studio, handle) == "completed"

    async def test_a_database_that_is_away_is_tried_again(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(2)
        with monkeypatch.context() as patch:
            patch.setattr(FinishRecording, "step", _unavailable)
            handle.end()
            assert (await handle.ended()).status == "processing"
        assert not +studio.places.counts
        await studio.recordings.record.recover_own()
        assert await status(studio, handle) == "completed"


async def test_a_call_that_cannot_be_written_down_is_not_recorded(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await studio.call()
    monkeypatch.setattr(studio.core.commit, "submit", _unavailable)
    with pytest.raises(StoreUnavailable):
        await studio.start(call)
    assert studio.legs[call.sid].orders == []
    assert studio.recordings.record.of_call(call.sid) == []


async def test_a_call_that_ends_while_it_is_written_down_leaves_nothing(studio: Studio) -> None:
    call = await studio.call()
    leg = studio.legs[call.sid]
    handle = await studio.start(
        call, hold=lambda _: asyncio.get_running_loop().call_soon(leg.hangs_up)
    )
    assert (await handle.ended()).status == "absent"
    assert studio.legs[call.sid].orders == []
    assert not +studio.places.counts


async def test_what_goes_on_does_not_hold_up_the_end_of_a_call(studio: Studio) -> None:
    handle = await studio.start()
    await studio.recordings.record.settle(handle.call_sid)
    assert handle.status == "in-progress"


async def test_a_pause_of_what_is_gone_is_refused(studio: Studio) -> None:
    handle = await studio.start()
    await studio.core.database.execute("DELETE FROM recordings WHERE id = $1", handle.sid[2:])
    with pytest.raises(WrongRecordingState):
        await handle.pause()
    assert handle.status == "in-progress"


async def test_the_recording_that_a_call_was_made_with(studio: Studio) -> None:
    await studio.recorded(2)
    handle = await studio.start(source="OutboundAPI")
    find = FindRecording(studio.core.base_url)
    async with studio.core.database.connection() as connection:
        assert await find(connection, handle.call_sid) is None
        studio.leg(handle).hears(3)
        handle.end()
        ended = await handle.ended()
        found = await find(connection, handle.call_sid)
    assert found is not None
    assert (found.sid, found.url, found.seconds) == (handle.sid, ended.url, 3)


async def test_a_world_that_is_emptied_keeps_nothing(studio: Studio) -> None:
    done, goes_on = await studio.recorded(), await studio.start()
    studio.leg(goes_on).hears(1)
    async with studio.core.database.transaction() as connection:
        await studio.recordings.reset(connection, studio.world_id)
    studio.recordings.forget_world(studio.world_id)
    await goes_on.ended()
    assert await studio.row(done.sid) is None
    assert await studio.row(goes_on.sid) is None
    assert files(studio) == []
    left = await studio.core.database.fetchval(
        "SELECT count(*) FROM call_events WHERE subject_id = ANY ($1::uuid[])",
        [done.sid[2:], goes_on.sid[2:]],
    )
    assert left == 0
    assert not +studio.places.counts


def test_the_stand_in_has_what_a_leg_has() -> None:
    for name in ("start_recording", "pause_recording", "resume_recording", "stop_recording"):
        assert callable(getattr(WritingLeg, name))

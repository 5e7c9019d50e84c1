"""See a recording to its end: decide whether there is anything in it, put its file where it stays,
and write down what became of it.

The file is at this node until the commit that says where it is kept: whatever fails or is killed in
between, it is there to begin again with.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.messaging.media.blobs import Blobs, BlobStoreDown, cannot_keep
from trunkline.sids import SidFactory, is_sid
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.voice.media.wire import FRAMES_PER_SECOND, RecordingEnded, Track
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.model import (
    SILENT,
    TOO_SHORT,
    UNFINISHED,
    EndedRecording,
    NewRecording,
    seconds_of,
)
from trunkline.worlds import Worlds

__all__ = ["FinishRecording", "audio_url"]

log = structlog.get_logger(__name__)

GRACE = timedelta(hours=1)  # in which nobody asks what a file is for
BATCH = 500
SHORTEST = FRAMES_PER_SECOND // 5  # frames: less is nothing that somebody said


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a recording."""

    frames: int
    sound: bool
    reason: str


class FinishRecording:
    """See the module. `folder` has the files that the engine writes; `base_url` is what the address
    of a recording begins with."""

    def __init__(
        self,
        *,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        blobs: Blobs,
        sids: SidFactory,
        worlds: Worlds,
        clock: Clock,
        folder: Path,
        base_url: Callable[[], str],
        owner: str,
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._blobs = blobs
        self._sids = sids
        self._worlds = worlds
        self._clock = clock
        self._folder = folder
        self._base_url = base_url
        self._owner = owner
        self._under_way: dict[str, asyncio.Event] = {}  # set when it is not any more

    def url(self, recording: NewRecording) -> str:
        """Where its audio will be: without an extension."""
        return audio_url(self._base_url(), recording.account_id, recording.sid)

    async def __call__(
        self, recording: NewRecording, report: RecordingEnded | None
    ) -> EndedRecording:
        """Finish a recording of which the engine said this; None: nothing, so that its file tells.

        Raises StoreUnavailable or Overloaded where the end could not be written down: `recover`
        does it later, as it does for what is returned as `processing`.
        """
        over = self._under_way[recording.sid] = asyncio.Event()
        try:
            return await self._finish(recording, report)
        finally:
            self._under_way.pop(recording.sid, None)
            over.set()

    async def recover(self, call_sid: str | None, *, skip: Container[str]) -> None:
        """Finish, from their files, the recordings of a call whose node is gone; without a call,
        all of this node, but for those that go on (`skip`). Of a call, those that are being
        finished are waited for: its end tells of them. Raises StoreUnavailable."""
        call_id = None if call_sid is None else call_sid[2:]
        rows = await self._database.fetch(
            queries.UNFINISHED, list(UNFINISHED), call_id, self._owner
        )
        for row in rows:
            recording = _recording(row)
            if recording.sid in skip:
                continue
            if (others := self._under_way.get(recording.sid)) is not None:
                if call_id is not None:
                    await others.wait()
                continue
            if row["owner"].hex != self._owner and not self._path(recording.sid).exists():
                # Its file is at its own node, which completes it when it comes back.
                await self.step(recording, "processing")
                continue
            try:
                await self(recording, None)
            except StoreUnavailable:
                raise
            except Exception as error:  # the others are to be finished
                log.error("recording.not_recovered", recording=recording.sid, **fault(error))

    async def drop_strays(self, *, skip: Container[str]) -> None:
        """Remove files without a row that still needs them, but for young ones, and those of
        recordings that go on (`skip`). Raises StoreUnavailable."""
        before = self._clock.now() - GRACE
        found = await asyncio.to_thread(self._files_before, before)
        for start in range(0, len(found), BATCH):
            some = [sid for sid in found[start : start + BATCH] if sid not in skip]
            rows = await self._database.fetch(
                queries.NEEDED, [sid[2:] for sid in some], list(UNFINISHED)
            )
            needed = {f"RE{row['id'].hex}" for row in rows}
            for sid in some:
                if sid not in needed and sid not in self._under_way:
                    await asyncio.to_thread(self._remove, sid)

    async def _finish(
        self, recording: NewRecording, report: RecordingEnded | None
    ) -> EndedRecording:
        if report is None or report.reason == "failed":
            found = await asyncio.to_thread(self._look, recording)
            if report is not None:
                found = Found(found.frames, report.sound, report.reason)
        else:
            found = Found(report.frames, report.sound, report.reason)
        code = _why_absent(recording, found)
        if code is not None:
            await self.step(recording, "absent", changes={"error_code": code})
            await asyncio.to_thread(self._remove, recording.sid)
            return self._outcome(recording, found, "absent")
        # Refused where it is processing already, or gone: what follows finds out.
        await self.step(recording, "processing")
        try:
            kept = await self._keep(recording, seconds_of(found.frames))
        except StoreUnavailable as error:  # of the database, or of the place for blobs
            log.warning("recording.not_kept", recording=recording.sid, reason=str(error))
            return self._outcome(recording, found, "processing")
        await asyncio.to_thread(self._remove, recording.sid)
        return self._outcome(recording, found, "completed" if kept else "absent")

    async def _keep(self, recording: NewRecording, seconds: int) -> bool:
        """Make a blob of its file. False where the recording is gone, or was completed before."""
        blob_id = self._sids.new_id()
        size = await asyncio.to_thread(self._spool, recording.sid, blob_id)
        spooled = self._blobs.spool / blob_id
        try:
            await self._blobs.keep(blob_id, spooled)
        finally:
            with contextlib.suppress(OSError):
                spooled.unlink(missing_ok=True)
        done = {"blob_id": blob_id, "size": size, "duration": seconds}
        if await self.step(recording, "completed", changes=done):
            return True
        with contextlib.suppress(BlobStoreDown):  # else the sweep finds it
            await self._blobs.remove([blob_id])
        return False

    async def step(
        self,
        recording: NewRecording,
        status: str,
        *,
        data: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write down a step of a recording, with the data of its event and the columns that
        change; False where it cannot be taken any more."""
        transition = Transition(
            subject=recording.sid,
            world_id=recording.world_id,
            path=(status,),
            world_time=self._worlds.clock(recording.world_id).now(),
            real_time=self._clock.now(),
            data=data or {},
            changes=changes or {},
        )
        job = Job(self._transitions, transition)
        (result,) = await self._commit.submit(job, urgent=True)
        return not isinstance(result, TransitionRefused)

    def _outcome(self, recording: NewRecording, found: Found, status: str) -> EndedRecording:
        return EndedRecording(
            sid=recording.sid,
            url=self.url(recording),
            status=status,
            seconds=0 if status == "absent" else seconds_of(found.frames),
            sound=found.sound,
            reason=found.reason,
        )

    # What follows is disk access: called in threads.
    def _look(self, recording: NewRecording) -> Found:
        """What is in a file whose writer did not live to say so."""
        # Where nothing is recorded, nothing of this is loaded.
        from trunkline.voice.media.frame import FRAME_SAMPLES
        from trunkline.voice.media.wave_file import BadWave, repair_wave, trim_wave

        path = self._path(recording.sid)
        path.with_name(f"{path.name}.trimmed").unlink(missing_ok=True)
        try:
            samples = repair_wave(path)
            if recording.trim:
                samples = trim_wave(path)
        except (FileNotFoundError, BadWave):
            samples = 0
        return Found(samples // FRAME_SAMPLES, samples > 0, "lost")

    def _spool(self, sid: str, blob_id: str) -> int:
        """Let the file be a second time, next to where blobs are kept; its size. Raises
        BlobStoreDown."""
        path, spooled = self._path(sid), self._blobs.spool / blob_id
        try:
            spooled.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(path, spooled)
            except OSError:  # another disk, or one that has no links
                shutil.copyfile(path, spooled)
            return path.stat().st_size
        except OSError as error:
            raise cannot_keep(error) from error

    def _files_before(self, moment: datetime) -> list[str]:
        """The SIDs of the files that were last written before a moment (real time)."""
        found = []
        with contextlib.suppress(OSError):
            for path in self._folder.glob("RE*.wav"):
                if is_sid(path.stem, "RE") and path.stat().st_mtime < moment.timestamp():
                    found.append(path.stem)
        return sorted(found)

    def _remove(self, sid: str) -> None:
        with contextlib.suppress(OSError):
            self._path(sid).unlink(missing_ok=True)

    def _path(self, sid: str) -> Path:
        return self._folder / f"{sid}.wav"


def audio_url(base_url: str, account_id: str, sid: str) -> str:
    """Where the audio of a recording is: without an extension, as it is told to apps."""
    return f"{base_url}/2010-04-01/Accounts/AC{account_id}/Recordings/{sid}"


def _why_absent(recording: NewRecording, found: Found) -> int | None:
    """The code that says why there is nothing to be had; None where there is something.

    What somebody was asked to say is absent when nothing was said; of a call that is recorded
    silence is part, unless it was to be trimmed.
    """
    if not found.sound and (recording.trim or recording.source == "RecordVerb"):
        return SILENT
    shortest = SHORTEST if recording.source == "RecordVerb" else 1
    return TOO_SHORT if found.frames < shortest else None


def _recording(row: Any) -> NewRecording:
    conference_id, track = row["conference_id"], row["track"]
    known_track: Track = track
    return NewRecording(
        sid=f"RE{row['id'].hex}",
        account_id=row["account_id"].hex,
        world_id=row["world_id"].hex,
        call_sid=f"CA{row['call_id'].hex}",
        conference_sid=None if conference_id is None else f"CF{conference_id.hex}",
        source=row["source"],
        track=known_track,
        channels=row["channels"],
        trim=row["trim"],
        callback=None,  # it is in the row, from which it is told
        created_at=row["created_at"],
        real_time=row["created_at"],
    )

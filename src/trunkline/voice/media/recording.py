"""Records: the tick hands frames over, and the one writer thread of the process does the rest.

A `Recording` only collects references to frames, and gives them on once a second. So a disk that
stands still delays no tick; a recording of which too much waits for the disk ends as `failed`, with
what was written until then.

The file is a whole WAV after each write: when the process is killed, the last second is missing.
When a recording is trimmed, its beginning is left out until there is sound, and its end is cut when
it ends; 200 ms are left next to the sound.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trunkline.voice.media.frame import SILENCE, Frame
from trunkline.voice.media.speech_activity import SpeechActivity
from trunkline.voice.media.wire import StartRecording
from trunkline.voice.media.write_recording import RecordingFile

__all__ = ["EndedRecording", "Recording", "RecordingWriter"]

HANDED_FRAMES: Final = 50
"""So many at once: a second. The first time fewer, for most: recordings that begin together would
otherwise all be handed over in the same tick, for ever."""

_STRIDE: Final = 17  # so that neighbours are apart

MOST_BEHIND: Final = 3000
"""Frames of one recording that may wait for the disk: a minute."""

CROWDED: Final = 1000
"""Frames of all recordings, from which on a world that is stepped should wait."""


@dataclass(frozen=True, slots=True)
class EndedRecording:
    """The file of a recording is whole; or, of one that `failed`, as far as it could be written."""

    recording: str
    leg: str
    frames: int  # in the file, so after trimming
    sound: bool  # whether there was anything but silence
    reason: str  # what `stop` was told, or `limit`, `silence`, `failed`
    problem: str = ""  # why it failed


@dataclass(frozen=True, slots=True)
class _Handed:
    """A part of a recording on its way to the thread; with `reason`, the last one."""

    recording: Recording
    inbound: list[Frame]
    outbound: list[Frame]
    reason: str


class Recording:
    """One recording of a leg, or of what a virtual phone hears: `RecordingWriter.begin` makes it.
    All methods are for the tick's thread. Frames that were pushed are not written to any more."""

    __slots__ = (
        "_activity", "_full", "_inbound", "_left", "_outbound", "_pause", "_silence", "_writer",
        "file", "handed", "leg", "over", "recording", "taken",
    )  # fmt: skip

    def __init__(self, order: StartRecording, writer: RecordingWriter, first: int) -> None:
        """`first`: so many frames are handed over first."""
        self.recording = order.recording
        self.leg = order.leg
        self.over = False
        """Whether it was stopped, ended by itself or failed: `push` does nothing any more."""
        self._writer = writer
        self._left = order.limit if order.limit > 0 else -1  # frames; negative: no limit
        self._silence = order.silence
        self._activity = SpeechActivity() if order.silence > 0 else None
        self._pause = ""
        self._full = first
        self._inbound: list[Frame] = []
        self._outbound: list[Frame] = []
        # Of the hand-over: the file is the thread's, until it is None; frames that were given to
        # the thread, and those of which it is rid.
        self.file: RecordingFile | None = RecordingFile(order)
        self.handed = 0
        self.taken = 0

    def push(self, inbound: Frame | None, outbound: Frame | None) -> bool:
        """Take a frame of both directions (None: silence). False: it is over, by its limit, its
        silence, or before."""
        if self.over:
            return False
        if self._pause:
            if self._pause == "skip":
                return True
            inbound = outbound = None
        elif self._activity is not None:
            self._activity.push(SILENCE if inbound is None else inbound)
        count = len(self._inbound) + 1
        self._inbound.append(SILENCE if inbound is None else inbound)
        self._outbound.append(SILENCE if outbound is None else outbound)
        self._left -= 1
        if not self._left:
            self.stop("limit")
        elif self._activity is not None and self._activity.quiet >= self._silence:
            self.stop("silence")
        elif count >= self._full:
            self._full = HANDED_FRAMES
            self._hand_over("")
            if self.handed - self.taken > MOST_BEHIND:
                self.stop("failed")
        return not self.over

    def pause(self, *, silence: bool) -> None:
        """Leave out what comes, or write silence for it. Neither a pause counts as silence of the
        caller, nor does what is left out count for the limit."""
        self._pause = "silence" if silence else "skip"

    def resume(self) -> None:
        """Go on."""
        self._pause = ""

    def stop(self, reason: str = "stopped") -> None:
        """End it; `RecordingWriter.ended` has it when the file is whole. Twice does nothing."""
        if not self.over:
            self.over = True
            self._hand_over(reason)

    def _hand_over(self, reason: str) -> None:
        self.handed += len(self._inbound)
        self._writer.take(_Handed(self, self._inbound, self._outbound, reason))
        self._inbound, self._outbound = [], []


class RecordingWriter:
    """The thread of a process that writes its recordings, and all recordings that are not over.
    Methods are for the tick's thread."""

    def __init__(self, *, wake: Callable[[], None] | None = None) -> None:
        """`wake` is called by the thread when `ended` got one."""
        self.ended: deque[EndedRecording] = deque()
        """Those whose file is whole: popped by the reader, which may look each tick."""
        self._wake = wake
        self._recordings: set[Recording] = set()
        self._parts: queue.SimpleQueue[_Handed | threading.Event | None] = queue.SimpleQueue()
        # What the tick's thread counts, and what the writer does: neither adds to the other's.
        self._begun = self._handed = self._stopped = 0
        self._taken = self._finished = 0
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
        self._thread.start()

    @property
    def ending(self) -> int:
        """How many were stopped, and are not in `ended` yet."""
        return self._stopped - self._finished

    @property
    def behind(self) -> int:
        """Frames that wait to be written."""
        return self._handed - self._taken

    @property
    def crowded(self) -> bool:
        """Whether who makes frames faster than time passes (a world that is stepped) should let
        the thread `settle`: it would not keep up, which looks like a disk that stands still."""
        return self._handed - self._taken > CROWDED

    def begin(self, order: StartRecording) -> Recording:
        """Start one. The thread makes the file, which must not be there yet: if it cannot, the
        recording ends as `failed`."""
        first = HANDED_FRAMES - self._begun * _STRIDE % HANDED_FRAMES
        self._begun += 1
        recording = Recording(order, self, first)
        self._recordings.add(recording)
        self.take(_Handed(recording, [], [], ""))
        return recording

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait, blocking, until all that was handed over is written, and what was stopped is in
        `ended`: in a world that is stepped, after a frame in which one was stopped, and when it is
        `crowded`. Whether it came to that in time."""
        written = threading.Event()
        self._parts.put(written)
        return written.wait(seconds)

    def close(self, seconds: float = 10.0) -> bool:
        """Stop (`hangup`) what is still being recorded, write all there is, and let the thread end.
        Whether it did, in time."""
        for recording in tuple(self._recordings):
            recording.stop("hangup")
        self._parts.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def take(self, part: _Handed) -> None:
        """Of `Recording`: write this."""
        self._handed += len(part.inbound)
        if part.reason:
            self._stopped += 1
        self._parts.put(part)

    # In the thread --------------------------------------------------------------------------------
    def _run(self) -> None:
        while (part := self._parts.get()) is not None:
            if isinstance(part, threading.Event):
                part.set()
            else:
                self._write(part)

    def _write(self, part: _Handed) -> None:
        recording = part.recording
        file = recording.file
        if file is not None:  # otherwise it has failed already, and said so
            try:
                file.write(part.inbound, part.outbound)
                if part.reason:
                    file.end()
                    problem = "The disk is too slow." if part.reason == "failed" else ""
                    self._tell(recording, file, part.reason, problem)
            except Exception as error:  # the thread is that of all recordings: it goes on
                file.abandon()
                self._tell(recording, file, "failed", f"{type(error).__name__}: {error}")
        recording.taken += len(part.inbound)
        self._taken += len(part.inbound)
        if part.reason:
            self._finished += 1

    def _tell(
        self, recording: Recording, file: RecordingFile, reason: str, problem: str = ""
    ) -> None:
        recording.over = True
        recording.file = None
        self._recordings.discard(recording)  # one step to all threads, as `tuple` of it is
        self.ended.append(
            EndedRecording(
                recording.recording, recording.leg, file.frames, file.sound, reason, problem
            )
        )
        if self._wake is not None:
            self._wake()

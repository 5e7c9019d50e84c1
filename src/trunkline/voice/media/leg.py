"""A leg in the engine: what plays to its far end, what it hears of it, its recordings."""

from __future__ import annotations

from typing import Protocol

from trunkline.voice.media.detect_digits import DigitDetector
from trunkline.voice.media.far_end import EndReason, FarEnd, Refusal
from trunkline.voice.media.frame import SILENCE, Frame
from trunkline.voice.media.playing import Playing, Sounds
from trunkline.voice.media.recording import Recording
from trunkline.voice.media.tones import KEY_FRAMES
from trunkline.voice.media.wire import (
    Answered,
    Digit,
    HungUp,
    Play,
    Played,
    Refused,
    Report,
    Ringing,
    ScriptDone,
)

__all__ = ["LegWorld", "MediaLeg"]

# A key is told when its tone begins, so that prompts end at once; of a leg that is paired with
# another one, a frame before.
TONE_FRAMES = KEY_FRAMES + 1


class LegWorld(Protocol):
    """What a leg needs of its world."""

    frame: int

    def report(self, report: Report) -> None:
        """Tell something of the leg."""

    def closed(self, sid: str) -> None:
        """The leg has ended."""


class MediaLeg:
    """One party of a call.

    In each frame `hear` comes before `speak`, of all legs of the world.
    """

    __slots__ = (
        "_detector",
        "_playing",
        "_world",
        "barge_in",
        "far",
        "inbound",
        "key_until",
        "open",
        "recordings",
        "sid",
        "unheard_until",
    )

    def __init__(self, sid: str, world: LegWorld, sounds: Sounds) -> None:
        self.sid = sid
        self.far: FarEnd  # is given its line, which is the leg, and then to the leg
        self.inbound: Frame = SILENCE
        self.open = True
        self.barge_in = False
        self.recordings: dict[str, Recording] = {}
        self._world = world
        self._playing = Playing(sounds)
        self._detector: DigitDetector | None = None
        self.key_until = 0  # the frame by which the tone of the last key that was told is over
        self.unheard_until = 0  # the frame until which a room does not hear it

    # Orders ---------------------------------------------------------------------------------
    def play(self, order: Play) -> None:
        """Play after what is playing."""
        self._playing.add(order.playback, order.sources, order.loop)
        self._tell_ended()

    def stop_playing(self) -> None:
        """End what plays and waits to."""
        self._playing.stop()
        self._tell_ended()

    def close(self, reason: EndReason = "normal") -> None:
        """The end of the leg, of its far end and of its recordings, untold."""
        if self.open:
            self.open = False
            self._world.closed(self.sid)
            self.far.hang_up(reason)
            self._playing.stop()
            for recording in self.recordings.values():
                recording.stop("hangup")
            self.recordings.clear()

    # Frames ---------------------------------------------------------------------------------
    def hear(self) -> None:
        """Take what the far end says in this frame."""
        frame = self.inbound = self.far.pull_frame()
        if self._detector is not None:
            key = self._detector.push(frame)
            if key is not None and self.open:
                self.digit(key)

    def speak(self, room: Frame | None) -> None:
        """Give the far end what plays, or what is heard in the room."""
        frame = None
        playing = self._playing
        if playing.busy:
            frame = playing.pull()
            if playing.pressed:
                self.far.dtmf(playing.pressed)
            if playing.ended:
                self._tell_ended()
        if frame is None:
            frame = SILENCE if room is None else room
        if self.recordings:
            self._record(frame)
        self.far.push_frame(frame)

    def _record(self, outbound: Frame) -> None:
        over = [
            sid
            for sid, recording in self.recordings.items()
            if not recording.push(self.inbound, outbound)
        ]
        for sid in over:
            del self.recordings[sid]

    def _tell_ended(self) -> None:
        ended = list(self._playing.ended)
        self._playing.ended.clear()
        for end in ended:
            self._world.report(
                Played(
                    leg=self.sid,
                    frame=self._world.frame,
                    playback=end.playback,
                    stopped=end.stopped,
                    failed=end.failed,
                )
            )

    # What the far end says of itself: see `far_end.Line` ------------------------------------
    def rings(self) -> None:
        """Part of Line."""
        self._world.report(Ringing(leg=self.sid, frame=self._world.frame))

    def answered(self) -> None:
        """Part of Line."""
        self._world.report(Answered(leg=self.sid, frame=self._world.frame))

    def refused(self, reason: Refusal) -> None:
        """Part of Line."""
        if self.open:
            self._world.report(Refused(leg=self.sid, frame=self._world.frame, reason=reason))
            self.close()

    def hung_up(self) -> None:
        """Part of Line."""
        if self.open:
            self._world.report(HungUp(leg=self.sid, frame=self._world.frame))
            self.close()

    def digit(self, key: str) -> None:
        """Part of Line. The digit is told before what it ended."""
        barged = self.barge_in and self._playing.busy
        self.key_until = self._world.frame + TONE_FRAMES
        self._world.report(
            Digit(leg=self.sid, frame=self._world.frame, digit=key, barged=barged),
        )
        if barged:
            self.stop_playing()

    def tones(self, alone: bool) -> None:
        """Part of Line."""
        if not alone:
            self._detector = None
        elif self._detector is None:
            self._detector = DigitDetector()

    def script_done(self, steps: int) -> None:
        """Part of Line."""
        self._world.report(ScriptDone(leg=self.sid, frame=self._world.frame, steps=steps))

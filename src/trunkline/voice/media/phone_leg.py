"""A virtual phone as a far end: does what its script says, frame by frame, and keeps what it
hears."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from trunkline.voice.media.far_end import EndReason, Line
from trunkline.voice.media.frame import SILENCE, Frame
from trunkline.voice.media.playing import Playing, Sounds
from trunkline.voice.media.recording import Recording
from trunkline.voice.media.speech_activity import SpeechActivity
from trunkline.voice.media.wire import FRAME_MS, Digits, File
from trunkline.voice.phones.script import (
    Step,
    StepAnswer,
    StepBusy,
    StepHangUp,
    StepHear,
    StepPlay,
    StepPress,
    StepReject,
    StepSay,
    StepWait,
)

__all__ = ["PhoneFarEnd"]


class PhoneFarEnd:
    """See `voice.phones.script` for what the steps mean.

    What needs a conversation cannot be done before it: to hear, press and play, a phone that
    rings answers, and one that calls waits until it was answered. What it hears is kept from
    there on; `keep` begins that.
    """

    def __init__(
        self,
        line: Line,
        sounds: Sounds,
        *,
        rings: bool,
        script: Iterable[Step],
        keep: Callable[[], Recording] | None,
    ) -> None:
        self._line = line
        self._rings = rings
        self._steps = deque(script)
        self._in_band = False
        self._keep = keep
        self._kept: Recording | None = None
        self._playing = Playing(sounds)
        self._told_ringing = not rings
        self._answered = False
        self._over = False
        self._frame = 0  # its own count
        self._step: Step | None = None
        self._until = 0  # when the present step is over
        self._fetched = 0  # when a file was last asked for: it is heard from the next frame on
        self._listening: SpeechActivity | None = None
        self._to_do = bool(self._steps)  # the end of the script is to be told
        self._done = 0  # steps

    def do(self, steps: Iterable[Step]) -> None:
        """Do this after what there is."""
        self._steps.extend(steps)
        self._to_do = self._to_do or bool(self._steps)

    # Far end --------------------------------------------------------------------------------
    def pull_frame(self) -> Frame:
        """Part of FarEnd."""
        self._frame += 1
        if not self._told_ringing:
            self._told_ringing = True
            self._line.rings()
        if self._to_do:
            self._advance()
        if self._over or not self._playing.busy or self._fetched == self._frame:
            return SILENCE
        frame = self._playing.pull()
        self._playing.ended.clear()
        if self._playing.pressed and not self._in_band:
            self._line.digit(self._playing.pressed)
        return SILENCE if frame is None else frame

    def push_frame(self, frame: Frame) -> None:
        """Part of FarEnd."""
        if self._kept is not None:
            self._kept.push(None, frame)
        if self._listening is not None:
            self._listening.push(frame)

    def dtmf(self, key: str) -> None:
        """Part of FarEnd: a phone gives its owner the tone, which it hears."""

    def answer(self) -> None:
        """Part of FarEnd."""
        if not self._over:
            self._begin_conversation()

    def hang_up(self, reason: EndReason) -> None:
        """Part of FarEnd."""
        self._over = True
        self._to_do = False
        self._playing.stop()
        if self._kept is not None:
            self._kept.stop("hangup")
            self._kept = None

    # Script ---------------------------------------------------------------------------------
    def _advance(self) -> None:
        """Do all that is to be done in this frame: steps that take no time follow each other."""
        while not self._over:
            if self._step is not None:
                if not self._is_done(self._step):
                    return
                self._finish(self._step)
            elif not self._steps:
                self._to_do = False
                self._line.script_done(self._done)
                return
            else:
                if self._must_wait(self._steps[0]):
                    return
                self._step = self._steps.popleft()
                self._begin(self._step)

    def _must_wait(self, step: Step) -> bool:
        if self._answered or not isinstance(step, StepHear | StepPress | StepPlay | StepSay):
            return False
        if self._rings:
            self._take_call()
        return not self._rings

    def _begin(self, step: Step) -> None:
        self._until = self._frame
        match step:
            case StepAnswer() if self._rings and not self._answered:
                self._until += _frames(step.after_ms)
            case StepWait():
                self._until += _frames(step.ms)
            case StepHear():
                self._until += _frames(step.most_ms)
                self._listening = SpeechActivity()
            case StepPress():
                self._in_band = step.in_band
                self._line.tones(step.in_band)
                self._playing.add(0, (Digits(digits=step.keys),))
            case StepPlay():
                self._playing.add(0, (File(path=step.path),))
                self._fetched = self._frame
            case _:
                pass

    def _is_done(self, step: Step) -> bool:
        match step:
            case StepHear():
                return self._frame >= self._until or self._was_heard(step)
            case StepPress() | StepPlay():
                return not self._playing.busy
            case _:
                return self._frame >= self._until

    def _was_heard(self, step: StepHear) -> bool:
        listening = self._listening
        return (
            listening is not None
            and listening.heard
            and listening.quiet >= _frames(step.silence_ms)
        )

    def _finish(self, step: Step) -> None:
        self._step = None
        self._listening = None
        self._done += 1
        match step:
            case StepAnswer() if self._rings and not self._answered:
                self._take_call()
            case StepBusy() if self._rings and not self._answered:
                self._line.refused("busy")
            case StepReject() if self._rings and not self._answered:
                self._line.refused("rejected")
            case StepBusy() | StepReject() | StepHangUp():
                self._end()
            case _:
                pass

    def _take_call(self) -> None:
        self._begin_conversation()
        self._line.answered()

    def _begin_conversation(self) -> None:
        if not self._answered:
            self._answered = True
            if self._keep is not None:
                self._kept = self._keep()

    def _end(self) -> None:
        if self._rings and not self._answered:
            self._line.refused("rejected")
        else:
            self._line.script_done(self._done)
            self._line.hung_up()


def _frames(milliseconds: int) -> int:
    return -(-milliseconds // FRAME_MS)

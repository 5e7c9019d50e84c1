"""A leg in a media process, as call control holds it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trunkline.voice.legs import HangUpReason, RecordingOrder
from trunkline.voice.media.host import EngineHost
from trunkline.voice.media.wire import (
    Answer,
    BargeIn,
    HangUp,
    Join,
    Leave,
    PauseRecording,
    PhoneDo,
    Play,
    ResumeRecording,
    Source,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from trunkline.voice.phones.script import Step

if TYPE_CHECKING:
    from trunkline.voice.legs import Leg

__all__ = ["EngineLeg"]


class EngineLeg:
    """See `voice.legs.Leg`. Orders to a leg that has ended are left undone by the engine."""

    def __init__(self, sid: str, host: EngineHost) -> None:
        self.sid = sid
        self.host = host  # for `near`
        self._playbacks = itertools.count(1)

    def answer(self) -> None:
        """Take the call that the far end makes."""
        self.host.send(Answer(leg=self.sid))

    def hang_up(self, reason: HangUpReason = "normal") -> None:
        """End it, or cancel its ringing."""
        self.host.send(HangUp(leg=self.sid, reason=reason))
        self.host.forget_leg(self.sid)

    def play(self, sources: Sequence[Source], *, loop: int = 1) -> int:
        """Play after all that is playing; the number that `Played` tells."""
        playback = next(self._playbacks)
        self.host.send(
            Play(leg=self.sid, playback=playback, sources=tuple(sources), loop=loop),
        )
        return playback

    def stop_playing(self) -> None:
        """End all that plays or waits to."""
        self.host.send(StopPlaying(leg=self.sid))

    def barge_in(self, on: bool) -> None:
        """Whether the next digit ends what plays."""
        self.host.send(BargeIn(leg=self.sid, on=on))

    def join(self, room: str) -> None:
        """Hear, and be heard by, the members of a room."""
        self.host.send(Join(leg=self.sid, room=room))

    def leave(self) -> None:
        """Leave the room."""
        self.host.send(Leave(leg=self.sid))

    def start_recording(self, order: RecordingOrder) -> None:
        """Record; `RecordingEnded` is reported, also after the end of the leg."""
        self.host.open_recording(order.recording, self.sid)
        self.host.send(
            StartRecording(
                recording=order.recording,
                leg=self.sid,
                path=order.path,
                track=order.track,
                channels=order.channels,
                limit=order.limit,
                silence=order.silence,
                trim=order.trim,
            )
        )

    def pause_recording(self, recording: str, *, silence: bool) -> None:
        """Leave out what comes, or write silence for it."""
        self.host.send(PauseRecording(recording=recording, silence=silence))

    def resume_recording(self, recording: str) -> None:
        """Go on after a pause."""
        self.host.send(ResumeRecording(recording=recording))

    def stop_recording(self, recording: str, reason: str = "stopped") -> None:
        """End a recording."""
        self.host.send(StopRecording(recording=recording, reason=reason))

    def do(self, steps: Sequence[Step]) -> None:
        """Of a virtual phone: do this, too."""
        self.host.send(PhoneDo(leg=self.sid, steps=tuple(steps)))


if TYPE_CHECKING:

    def _is_a_leg(leg: EngineLeg) -> Leg:
        return leg

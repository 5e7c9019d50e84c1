"""The media engine: takes commands, lets frames pass, reports. It does no I/O and has no clock of
its own; files are read and written by the threads of `playing.Sounds` and
`recording.RecordingWriter`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trunkline.voice.media.leg import MediaLeg
from trunkline.voice.media.pair import paired
from trunkline.voice.media.phone_leg import PhoneFarEnd
from trunkline.voice.media.playing import Sounds
from trunkline.voice.media.recording import EndedRecording, Recording, RecordingWriter
from trunkline.voice.media.wire import (
    Answer,
    BargeIn,
    CloseWorld,
    Command,
    Freeze,
    Frozen,
    HangUp,
    HeardWritten,
    Join,
    Leave,
    OpenPair,
    OpenPhone,
    OpenWorld,
    PauseRecording,
    PhoneDo,
    Play,
    RecordingEnded,
    Report,
    ResumeRecording,
    StartRecording,
    StopPlaying,
    StopRecording,
    Thaw,
)
from trunkline.voice.media.world import EngineWorld

__all__ = ["Engine"]

HEARD = "heard:"  # before a leg's SID: the name of the recording of what its phone hears


class Engine:
    """All legs of a media process. `faulty` is told exceptions, which end no more than a leg;
    `unwritten` which file could not be written, and why.

    Commands to legs, recordings and worlds that are not there do nothing: they crossed with the
    report of the end.
    """

    def __init__(
        self,
        sounds: Sounds,
        writer: RecordingWriter,
        *,
        faulty: Callable[[Exception], None],
        unwritten: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self.worlds: dict[str, EngineWorld] = {}
        self._sounds = sounds
        self._writer = writer
        self._faulty = faulty
        self._unwritten = unwritten
        self._legs: dict[str, tuple[MediaLeg, EngineWorld]] = {}
        self._recordings: dict[str, tuple[Recording, EngineWorld]] = {}
        self._unheard: dict[str, EngineWorld] = {}  # by leg: a WAV that was not begun
        self._reports: list[Report] = []
        self._apply: dict[type, Callable[[Any], None]] = {
            OpenWorld: self._open_world,
            CloseWorld: self._close_world,
            OpenPhone: self._open_phone,
            OpenPair: self._open_pair,
            Answer: self._answer,
            HangUp: self._hang_up,
            Play: self._play,
            StopPlaying: self._stop_playing,
            BargeIn: self._barge_in,
            Join: self._join,
            Leave: self._leave,
            StartRecording: self._start_recording,
            PauseRecording: self._pause_recording,
            ResumeRecording: self._resume_recording,
            StopRecording: self._stop_recording,
            PhoneDo: self._phone_do,
            Freeze: self._freeze,
            Thaw: self._thaw,
        }

    @property
    def legs(self) -> int:
        """How many legs there are."""
        return sum(len(world.legs) for world in self.worlds.values())

    @property
    def runs(self) -> bool:
        """Whether there is a world whose time passes by itself."""
        return any(not world.frozen for world in self.worlds.values())

    def apply(self, command: Command) -> None:
        """Do what is ordered, all but `StepWorld`, which takes time: see `step_world`."""
        try:
            self._apply[type(command)](command)
        except Exception as error:
            leg, world = self._legs.get(getattr(command, "leg", ""), (None, None))
            if leg is not None and world is not None:
                world.fail(leg, error)
            else:
                self._faulty(error)

    def run_frame(self) -> None:
        """Let a frame pass in all worlds that do not stand still."""
        for world in self.worlds.values():
            if not world.frozen:
                world.run_frame()
        self.collect()

    def collect(self) -> None:
        """Tell which files have become whole."""
        ended = self._writer.ended
        while ended:
            self._recording_ended(ended.popleft())

    def tell(self, report: Report) -> None:
        """Report something that is not of a leg."""
        self._reports.append(report)

    def take_reports(self) -> list[Report]:
        """What was reported since the last time."""
        reports, self._reports = self._reports, []
        return reports

    # A world that stands still ------------------------------------------------------------------
    def must_settle(self, world: EngineWorld) -> bool:
        """Whether threads have something to finish before a frame of this world may pass: what it
        hears and what is told may not depend on their speed."""
        return self._sounds.pending > 0 or world.unwritten or self._writer.crowded

    def settle(self, seconds: float) -> None:
        """Wait for these threads, so long at most."""
        if self._sounds.pending:
            self._sounds.settle(seconds)
        else:
            self._writer.settle(seconds)
        self.collect()

    def close(self) -> None:
        """End all legs, and write what there is of their recordings."""
        for leg, _ in list(self._legs.values()):
            leg.close()
        self._writer.close()
        self._sounds.close()

    # Worlds -------------------------------------------------------------------------------------
    def _open_world(self, order: OpenWorld) -> None:
        if order.world not in self.worlds:
            self.worlds[order.world] = EngineWorld(
                order.frame,
                frozen=order.frozen,
                report=self.tell,
                closed=self._closed,
                faulty=self._faulty,
            )

    def _close_world(self, order: CloseWorld) -> None:
        world = self.worlds.pop(order.world, None)
        if world is not None:
            for leg in list(world.legs.values()):
                leg.close()

    def _freeze(self, order: Freeze) -> None:
        world = self.worlds.get(order.world)
        if world is not None:
            world.frozen = True
            world.reported = False
        self.tell(Frozen(world=order.world, frame=world.frame if world else 0))

    def _thaw(self, order: Thaw) -> None:
        world = self.worlds.get(order.world)
        if world is not None:
            world.frozen = False

    # Legs ---------------------------------------------------------------------------------------
    def _open_phone(self, order: OpenPhone) -> None:
        world = self.worlds[order.world]
        leg = self._new_leg(order.leg, world)
        leg.far = PhoneFarEnd(
            leg,
            self._sounds,
            rings=order.rings,
            script=order.script,
            keep=self._keeper(order.leg, world, order.heard),
        )

    def _open_pair(self, order: OpenPair) -> None:
        world = self.worlds[order.world]
        caller = self._new_leg(order.leg, world)
        called = self._new_leg(order.other, world)
        caller.far, called.far = paired(caller, called)

    def _new_leg(self, sid: str, world: EngineWorld) -> MediaLeg:
        leg = MediaLeg(sid, world, self._sounds)
        world.legs[sid] = leg
        self._legs[sid] = (leg, world)
        return leg

    def _closed(self, sid: str) -> None:
        self._legs.pop(sid, None)
        world = self._unheard.pop(sid, None)
        if world is not None:
            self.tell(HeardWritten(leg=sid, frame=world.frame))

    def _leg(self, sid: str) -> MediaLeg | None:
        leg, _ = self._legs.get(sid, (None, None))
        return leg

    def _answer(self, order: Answer) -> None:
        if leg := self._leg(order.leg):
            leg.far.answer()

    def _hang_up(self, order: HangUp) -> None:
        if leg := self._leg(order.leg):
            leg.close(order.reason)

    def _play(self, order: Play) -> None:
        if leg := self._leg(order.leg):
            leg.play(order)

    def _stop_playing(self, order: StopPlaying) -> None:
        if leg := self._leg(order.leg):
            leg.stop_playing()

    def _barge_in(self, order: BargeIn) -> None:
        if leg := self._leg(order.leg):
            leg.barge_in = order.on

    def _phone_do(self, order: PhoneDo) -> None:
        leg = self._leg(order.leg)
        if leg is not None and isinstance(leg.far, PhoneFarEnd):
            leg.far.do(order.steps)

    def _join(self, order: Join) -> None:
        leg, world = self._legs.get(order.leg, (None, None))
        if leg is not None and world is not None:
            world.join(leg, order.room)

    def _leave(self, order: Leave) -> None:
        _, world = self._legs.get(order.leg, (None, None))
        if world is not None:
            world.leave(order.leg)

    # Recordings ---------------------------------------------------------------------------------
    def _start_recording(self, order: StartRecording) -> None:
        leg, world = self._legs.get(order.leg, (None, None))
        if order.recording in self._recordings:
            return  # it was started already
        if leg is not None and world is not None:
            leg.recordings[order.recording] = self._record(order, world)
        else:  # whoever ordered it waits for its end
            self.tell(
                RecordingEnded(
                    recording=order.recording,
                    leg=order.leg,
                    frame=0,
                    frames=0,
                    sound=False,
                    reason="failed",
                )
            )

    def _record(self, order: StartRecording, world: EngineWorld) -> Recording:
        recording = self._writer.begin(order)
        self._recordings[order.recording] = (recording, world)
        world.writing[order.recording] = recording
        return recording

    def _keeper(
        self, sid: str, world: EngineWorld, path: str | None
    ) -> Callable[[], Recording] | None:
        if path is None:
            return None
        order = StartRecording(recording=HEARD + sid, leg=sid, path=path, track="outbound")
        self._unheard[sid] = world

        def keep() -> Recording:
            self._unheard.pop(sid, None)
            return self._record(order, world)

        return keep

    def _pause_recording(self, order: PauseRecording) -> None:
        if order.recording in self._recordings:
            self._recordings[order.recording][0].pause(silence=order.silence)

    def _resume_recording(self, order: ResumeRecording) -> None:
        if order.recording in self._recordings:
            self._recordings[order.recording][0].resume()

    def _stop_recording(self, order: StopRecording) -> None:
        if order.recording in self._recordings:
            recording, _ = self._recordings[order.recording]
            recording.stop(order.reason)
            leg = self._leg(recording.leg)
            if leg is not None:
                leg.recordings.pop(order.recording, None)

    def _recording_ended(self, ended: EndedRecording) -> None:
        _, world = self._recordings.pop(ended.recording)
        world.writing.pop(ended.recording, None)
        if ended.problem:
            self._unwritten(ended.recording, ended.problem)
        if ended.recording.startswith(HEARD):
            self.tell(HeardWritten(leg=ended.leg, frame=world.frame))
        else:
            world.report(
                RecordingEnded(
                    recording=ended.recording,
                    leg=ended.leg,
                    frame=world.frame,
                    frames=ended.frames,
                    sound=ended.sound,
                    reason=ended.reason,
                )
            )

"""One world in the engine: its legs and rooms, and a frame of all of them."""

from __future__ import annotations

from collections.abc import Callable

from trunkline.voice.media.frame import SILENCE, Frame
from trunkline.voice.media.leg import MediaLeg
from trunkline.voice.media.mixing import Mixer
from trunkline.voice.media.recording import Recording
from trunkline.voice.media.wire import Report

__all__ = ["EngineWorld"]


class EngineWorld:
    """Legs by SID. `report` takes what is to be told, `closed` the SIDs of legs that ended,
    `faulty` exceptions, which end no more than a leg."""

    def __init__(
        self,
        frame: int,
        *,
        frozen: bool,
        report: Callable[[Report], None],
        closed: Callable[[str], None],
        faulty: Callable[[Exception], None],
    ) -> None:
        self.frame = frame
        self.frozen = frozen
        self.legs: dict[str, MediaLeg] = {}
        self.writing: dict[str, Recording] = {}  # until their files are whole
        self.reported = False  # since the world was last moved, if it stands still
        self._report = report
        self._closed = closed
        self._faulty = faulty
        self._rooms: dict[str, _Room] = {}
        self._room_of: dict[str, str] = {}

    def report(self, report: Report) -> None:
        """Tell something of a leg."""
        self.reported = True
        self._report(report)

    def closed(self, sid: str) -> None:
        """A leg has ended."""
        self.legs.pop(sid, None)
        self.leave(sid)
        self._closed(sid)

    def fail(self, leg: MediaLeg, error: Exception) -> None:
        """One leg's fault is not the end of the others."""
        self._faulty(error)
        leg.hung_up()

    @property
    def unwritten(self) -> bool:
        """Whether the end of a recording is to be told, as soon as its file is whole."""
        return any(recording.over for recording in self.writing.values())

    # Rooms ----------------------------------------------------------------------------------
    def join(self, leg: MediaLeg, room: str) -> None:
        """Let a leg hear and be heard there, and no longer elsewhere. The rest of the tone of a key
        that was pressed before, for instance to accept the call, is nothing to those in the
        room."""
        self.leave(leg.sid)
        leg.unheard_until = leg.key_until
        self._rooms.setdefault(room, _Room()).members[leg.sid] = leg
        self._room_of[leg.sid] = room

    def leave(self, sid: str) -> None:
        """Let a leg be by itself."""
        name = self._room_of.pop(sid, None)
        if name is not None:
            room = self._rooms[name]
            del room.members[sid]
            if not room.members:
                del self._rooms[name]

    # Time -----------------------------------------------------------------------------------
    def run_frame(self) -> None:
        """Let 20 ms pass."""
        self.frame += 1
        legs = tuple(self.legs.values())
        for leg in legs:
            try:
                if leg.open:
                    leg.hear()
            except Exception as error:
                self.fail(leg, error)
        heard: dict[str, Frame] = {}
        for room in self._rooms.values():
            try:
                heard.update(room.mix(self.frame))
            except Exception as error:
                self._faulty(error)
        for leg in legs:
            try:
                if leg.open:
                    leg.speak(heard.get(leg.sid))
            except Exception as error:
                self.fail(leg, error)


class _Room:
    __slots__ = ("_mixer", "members")

    def __init__(self) -> None:
        self.members: dict[str, MediaLeg] = {}
        self._mixer = Mixer()

    def mix(self, frame: int) -> dict[str, Frame]:
        return self._mixer.mix(
            {
                sid: leg.inbound if frame >= leg.unheard_until else SILENCE
                for sid, leg in self.members.items()
            }
        )

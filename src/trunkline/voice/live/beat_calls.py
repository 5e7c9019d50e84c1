"""Write down now and then how far this node's calls have come, for who takes them up after a
crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import structlog

from trunkline.store import Database
from trunkline.voice.live import queries

__all__ = ["BeatCalls", "BegunCall", "Frames"]

log = structlog.get_logger(__name__)


class BegunCall(Protocol):
    """A call that this node is dialling or carries on."""

    @property
    def sid(self) -> str:
        """Its SID."""

    @property
    def world_id(self) -> str:
        """Its world."""

    @property
    def answered_frame(self) -> int | None:
        """The frame of its answer; None: it was not answered."""


class Frames(Protocol):
    """Engine time."""

    def frame(self, world_id: str) -> int:
        """The present frame of a world."""


class BeatCalls:
    """Beats. `calls` gives those that have begun here, `lost` is told of each that another node
    has taken over, because this one was silent for too long: it has ended there."""

    def __init__(
        self,
        database: Database,
        *,
        owner: str,
        calls: Callable[[], Iterable[BegunCall]],
        time: Frames,
        lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._owner = owner
        self._calls = calls
        self._time = time
        self._lost = lost

    async def __call__(self) -> None:
        """Write down the frames since the answer of every call, in one statement."""
        frames = {call.sid: self._since_answer(call) for call in self._calls()}
        if not frames:
            return
        rows = await self._database.fetch(
            queries.BEAT, self._owner, [sid[2:] for sid in frames], list(frames.values())
        )
        kept = {f"CA{row['call_id'].hex}" for row in rows}
        # What has ended meanwhile is not going on any more, and not lost.
        gone = {call.sid for call in self._calls()} & (frames.keys() - kept)
        for sid in gone:
            log.warning("call.taken_over", call=sid)
            self._lost(sid)

    def _since_answer(self, call: BegunCall) -> int | None:
        if call.answered_frame is None:
            return None
        return max(self._time.frame(call.world_id) - call.answered_frame, 0)

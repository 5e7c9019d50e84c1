"""Open legs, whose reports move engine time on before anybody reacts to them."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.voice.engine_time import EngineTime
from trunkline.voice.legs import Heard, Leg, Legs, Listener
from trunkline.voice.phones.script import Step

__all__ = ["TimedLegs"]


class TimedLegs:
    """The legs of `legs`, in the time of their worlds: see `voice.legs.Legs`."""

    def __init__(self, legs: Legs, time: EngineTime) -> None:
        self._legs = legs
        self._time = time

    async def open_phone(
        self,
        sid: str,
        world_id: str,
        listener: Listener,
        *,
        rings: bool,
        script: Sequence[Step],
        heard: str | None,
        near: Leg | None = None,
    ) -> Leg:
        """A leg to (`rings`) or from a virtual phone. Raises MediaUnavailable."""
        await self._time.ready(world_id)
        return await self._legs.open_phone(
            sid,
            world_id,
            self._timed(world_id, listener),
            rings=rings,
            script=script,
            heard=heard,
            near=near,
        )

    async def open_pair(
        self,
        sid: str,
        other_sid: str,
        world_id: str,
        listener: Listener,
        other_listener: Listener,
        *,
        near: Leg | None = None,
    ) -> tuple[Leg, Leg]:
        """The two legs of a call between two numbers of the platform. Raises MediaUnavailable."""
        await self._time.ready(world_id)
        return await self._legs.open_pair(
            sid,
            other_sid,
            world_id,
            self._timed(world_id, listener),
            self._timed(world_id, other_listener),
            near=near,
        )

    def _timed(self, world_id: str, listener: Listener) -> Listener:
        def hear(heard: Heard) -> None:
            frame: int | None = getattr(heard, "frame", None)
            if frame is not None:
                self._time.reached(world_id, frame)
            listener(heard)

        return hear

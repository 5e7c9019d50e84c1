"""Keeps an eye on the virtual phones that are in calls: tell one to do more, ask whether it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from trunkline.voice.legs import EngineLost, HangUpReason, Heard, Leg, Legs, Listener
from trunkline.voice.media.wire import HungUp, Refused, ScriptDone
from trunkline.voice.phones.script import (
    Step,
    StepAnswer,
    StepHear,
    StepPlay,
    StepPress,
    StepSay,
)

__all__ = ["NotOnPhone", "WatchPhones"]

# A phone that is to hear, press or speak answers before, if it rings.
ANSWERING = (StepAnswer, StepHear, StepPress, StepSay, StepPlay)


class NotOnPhone(LookupError):
    """No virtual phone is in this call now."""


class PhoneLeg:
    """A leg to a virtual phone: it is forgotten when the platform hangs it up."""

    def __init__(self, leg: Leg, watch: WatchPhones) -> None:
        self._leg = leg
        self._watch = watch
        self.sid = leg.sid

    def __getattr__(self, name: str) -> Any:
        return getattr(self._leg, name)  # all else is the leg's

    def hang_up(self, reason: HangUpReason = "normal") -> None:
        """See `Leg`."""
        self._watch.forget(self.sid)
        self._leg.hang_up(reason)


class Watched:
    """A phone in a call."""

    def __init__(self, world_id: str, steps: Sequence[Step], *, rings: bool) -> None:
        self.world_id = world_id
        self.leg: Leg | None = None
        self.told = len(steps)  # steps that it was given in all
        self.done = 0  # of these
        self.rings = rings
        self.take(steps)

    def take(self, steps: Sequence[Step]) -> None:
        """Know what it is going to do."""
        if any(isinstance(step, ANSWERING) for step in steps):
            self.rings = False


class WatchPhones:
    """`Legs` that remembers the phones of calls that are going on. Give it to what opens legs."""

    def __init__(self, legs: Legs) -> None:
        self._legs = legs
        self._phones: dict[str, Watched] = {}
        self._held: set[str] = set()
        self.on_free: Callable[[str], None] = lambda _: None
        """Told of a world (its id) of which the last call is over that was held."""

    # As `Legs` --------------------------------------------------------------------------------
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
        """See `Legs`."""
        phone = self._phones[sid] = Watched(world_id, script, rings=rings)

        def hear(report: Heard) -> None:
            if isinstance(report, ScriptDone):
                phone.done = max(phone.done, report.steps)
            elif isinstance(report, (HungUp, Refused, EngineLost)):
                self.forget(sid)
            listener(report)

        try:
            phone.leg = await self._legs.open_phone(
                sid,
                world_id,
                hear,
                rings=rings,
                script=script,
                heard=heard,
                near=_own(near),
            )
        except BaseException:
            self.forget(sid)
            raise
        watched: Any = PhoneLeg(phone.leg, self)
        return watched  # type: ignore[no-any-return]

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
        """See `Legs`: no phone is in such a call."""
        return await self._legs.open_pair(
            sid, other_sid, world_id, listener, other_listener, near=_own(near)
        )

    # For who controls the phones --------------------------------------------------------------
    def rings(self, sid: str) -> bool:
        """Whether the phone rings, and is not going to answer by what it was told so far. Raises
        NotOnPhone."""
        return self._phone(sid)[0].rings

    def do(self, sid: str, steps: Sequence[Step]) -> None:
        """Let the phone of a call do this, after what it was told before; its texts are files.
        Raises NotOnPhone."""
        phone, leg = self._phone(sid)
        if steps:
            phone.told += len(steps)
            phone.take(steps)
            leg.do(steps)

    def is_done(self, sid: str) -> bool:
        """Whether the phone of a call has done all that it was told. Of a call that is over, or
        has no phone, there is nothing to wait for."""
        phone = self._phones.get(sid)
        return phone is None or phone.done >= phone.told

    def is_in_call(self, sid: str) -> bool:
        """Whether a virtual phone is in this call now."""
        return sid in self._phones

    def hold(self, sid: str) -> None:
        """Let the time of the call's world stand still between its moves, for as long as the phone
        is in this call: somebody tells it step by step what to do."""
        self._held.add(sid)

    def let_go(self, world_id: str) -> None:
        """Let the time of a world pass by itself again."""
        self._held -= {sid for sid, phone in self._phones.items() if phone.world_id == world_id}

    def holds(self, world_id: str) -> bool:
        """Whether the time of a world is to stand still between its moves."""
        found = (self._phones.get(sid) for sid in self._held)
        return any(phone is not None and phone.world_id == world_id for phone in found)

    def forget(self, sid: str) -> None:
        """The call is over for the phone."""
        phone = self._phones.pop(sid, None)
        if sid in self._held:
            self._held.discard(sid)
            if phone is not None and not self.holds(phone.world_id):
                self.on_free(phone.world_id)

    def _phone(self, sid: str) -> tuple[Watched, Leg]:
        phone = self._phones.get(sid)
        if phone is None or phone.leg is None:
            raise NotOnPhone(sid)
        return phone, phone.leg


def _own(near: Leg | None) -> Leg | None:
    """The leg that the engine's client knows."""
    return near._leg if isinstance(near, PhoneLeg) else near

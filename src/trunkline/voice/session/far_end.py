"""Open the leg to whoever is called: a number of the platform, or a virtual phone."""

from __future__ import annotations

import asyncio
from typing import Protocol

from trunkline.voice.legs import Leg
from trunkline.voice.model import NewCall
from trunkline.voice.session.events import EndOrder
from trunkline.voice.session.services import Services
from trunkline.voice.session.session import CallSession

__all__ = ["MOST_HOPS", "CannotDial", "OpenFarEnd"]

MOST_HOPS = 10  # calls that lead to each other: numbers that dial each other have no end
LOOP = 13225
UNSUPPORTED = 13224


class CannotDial(Exception):
    """Nobody can be reached there. `code` is that of the alert, `sip` what a network would say."""

    def __init__(self, code: int, sentence: str, sip: int) -> None:
        super().__init__(sentence)
        self.code = code
        self.sip = sip


class TakesCalls(Protocol):
    """The numbers of the platform, as somebody calls them."""

    async def incoming(
        self, *, world_id: str, caller: str, number: str, hops: int, forwarded_from: str | None
    ) -> NewCall | None:
        """A committed inbound call to one of the world's numbers; None where there is no such."""

    def run(self, call: NewCall) -> CallSession:
        """Its session, which waits for `takes` of its leg before it begins."""


class OpenFarEnd:
    """Opens the leg of a session that dials. `near` of a session is the leg of the one that
    dialled it."""

    def __init__(self, services: Services, incoming: TakesCalls) -> None:
        self._services = services
        self._incoming = incoming

    async def __call__(self, session: CallSession) -> None:
        """The session has its leg, which rings. Raises CannotDial, MediaUnavailable."""
        call, recipient = session.call, session.call.recipient
        near = None if session.parent is None else session.parent.leg
        if recipient.startswith("+"):
            if call.hops >= MOST_HOPS:
                raise CannotDial(
                    LOOP,
                    f"{MOST_HOPS} calls of this platform led to each other, which looks like a "
                    "loop: no further one is made.",
                    482,
                )
            # Given up in the middle, it would leave a call that rings for ever, which nobody knows.
            opening = asyncio.ensure_future(self._open_number(session, near))
            try:
                found = await asyncio.shield(opening)
            except asyncio.CancelledError:
                await asyncio.gather(opening, return_exceptions=True)
                raise
            if found:
                return
        elif not recipient.startswith("client:"):
            raise CannotDial(
                UNSUPPORTED, "Only phone numbers and clients can be called so far.", 503
            )
        script = await self._services.scripts.of(call.world_id, recipient)
        leg = await self._services.legs.open_phone(
            call.sid,
            call.world_id,
            session.hear,
            rings=True,
            script=script,
            heard=str(self._services.heard_folder / f"{call.sid}.wav"),
            near=near,
        )
        session.takes(leg)

    async def _open_number(self, session: CallSession, near: Leg | None) -> bool:
        """Call a number of the platform; False where it is none."""
        call = session.call
        incoming = await self._incoming.incoming(
            world_id=call.world_id,
            # From says who calls; CallerId, where it is given, whom the far end sees.
            caller=str(call.options.get("caller_id") or call.sender),
            number=call.recipient,
            hops=call.hops + 1,
            forwarded_from=_forwarded_from(session),
        )
        if incoming is None:
            return False
        other = self._incoming.run(incoming)
        try:
            legs = await self._services.legs.open_pair(
                call.sid,
                incoming.sid,
                call.world_id,
                session.hear,
                other.hear,
                near=near,
            )
        except BaseException:
            other.tell(EndOrder("failed"))
            other.start()
            raise
        session.takes(legs[0])
        other.takes(legs[1])
        other.start()
        return True


def _forwarded_from(session: CallSession) -> str | None:
    """The number that a call was forwarded by: that which the parent came in at."""
    parent = session.parent
    if parent is None or parent.call.direction != "inbound":
        return None
    return parent.call.recipient

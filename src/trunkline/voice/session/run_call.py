"""One call from its beginning to its last status: the task of a session."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog

from trunkline.faults import fault
from trunkline.store import Overloaded, StoreUnavailable
from trunkline.store.patiently import patiently
from trunkline.voice.legs import EngineLost, HangUpReason, MediaUnavailable
from trunkline.voice.media.wire import (
    FRAMES_PER_SECOND,
    Answered,
    Digits,
    HungUp,
    Refused,
    Ringing,
)
from trunkline.voice.session.companion import Companion
from trunkline.voice.session.events import EndOrder, FarEndGone, Interrupted, RedirectOrder, TimeUp
from trunkline.voice.session.far_end import CannotDial, OpenFarEnd
from trunkline.voice.session.outcome import Finish
from trunkline.voice.session.record_options import record_call
from trunkline.voice.session.session import CallSession, EndedElsewhere
from trunkline.webhooks.alerts.catalogue import NOT_ACTIVE

__all__ = ["RunCall"]

log = structlog.get_logger(__name__)

INTERNAL = 12400
NO_MEDIA = 12400
LOST = 12400
RING_SECONDS = 60
# What a refusal is in SIP, which status callbacks tell.
SIP_CODES = {"busy": 486, "rejected": 603, "failed": 500}
REFUSED = {"busy": "busy", "rejected": "busy", "failed": "failed"}


class Ended(Exception):
    """The call is over: its last status, and what is told of it."""

    def __init__(
        self, status: str, reason: HangUpReason = "normal", sip: int | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.reason = reason
        self.sip = sip


class RunCall:
    """Runs calls."""

    def __init__(self, open_far_end: OpenFarEnd) -> None:
        self._open_far_end = open_far_end

    async def __call__(self, session: CallSession, companion: Companion | None = None) -> None:
        """Returns once the call has its last status, or it is known that it has."""
        try:
            try:
                await self._until_ended(session, companion)
            except Ended as ended:
                await self._finish(session, ended)
            except EndedElsewhere:
                raise
            except Exception as error:  # no call is left without an end
                log.error("call.defect", call=session.call.sid, **fault(error))
                session.complain(INTERNAL, "Trunkline failed in this call.")
                await self._finish(session, Ended(_last(session, "failed"), "failed"))
        except EndedElsewhere:
            session.let_go()
        finally:
            session.let_go()
            session.close()
            if companion is not None:
                companion.over(session.call.status)

    async def _until_ended(self, session: CallSession, companion: Companion | None) -> None:
        try:
            stays = True
            await self._refuse_what_is_not_active(session)
            if session.call.direction != "inbound":
                await self._dial(session, companion)
                stays = await self._after_answer(session)
            elif session.call.document.url is None:
                raise Ended("no-answer", "rejected")  # nobody to ask: rejected without an alert
            if companion is not None:
                if not stays:
                    companion.left()
                elif not await companion.answered():
                    raise Ended("completed")
            await self._converse(session)
        except FarEndGone as gone:
            if gone.lost:
                session.complain(LOST, "The media process of the call has ended, and cut it off.")
            # A caller that gives up before anybody answers.
            raise Ended(_last(session, "no-answer")) from None
        except Interrupted as interrupted:
            order = interrupted.order
            assert isinstance(order, EndOrder)
            status = _last(session, "canceled" if order.status == "completed" else order.status)
            raise Ended(status, sip=487 if status == "canceled" else None) from None

    async def _refuse_what_is_not_active(self, session: CallSession) -> None:
        """Nobody is called for an account that is suspended or closed, and nobody reaches it. What
        goes on already is not cut off (7.4)."""
        # While the database is away, the call waits.
        account_sid = session.call.account_sid
        if await session.work(patiently(lambda: session.services.is_active(account_sid))):
            return
        session.complain(NOT_ACTIVE, "The account is not active: no call is made or taken.")
        if session.call.direction == "inbound":
            raise Ended("no-answer", "rejected")
        raise Ended("failed", sip=403)

    async def _dial(self, session: CallSession, companion: Companion | None) -> None:
        """Until the far end has answered. Raises Ended when it does not."""
        call = session.call
        session.look()  # it may have been canceled while it waited for its turn
        if call.status == "queued":
            await self._initiate(session)
        try:
            await session.work(self._open_far_end(session))
        except MediaUnavailable as error:
            session.complain(NO_MEDIA, f"No audio can be had: {error}")
            raise Ended("failed", sip=503) from None
        except CannotDial as error:
            session.complain(error.code, str(error))
            raise Ended("failed", sip=error.sip) from None
        except (StoreUnavailable, Overloaded):
            session.complain(INTERNAL, "The database was away when the call was to be dialled.")
            raise Ended("failed", sip=503) from None
        patience = session.timer(int(call.options.get("timeout", RING_SECONDS)))
        try:
            while True:
                event = await session.ring()
                match event:
                    case Ringing() if call.status != "ringing":
                        await session.enter("ringing")
                        if companion is not None:
                            companion.ringing()
                    case Answered():
                        await session.answered(sip_code=200)
                        return
                    case Refused(reason=reason):
                        raise Ended(REFUSED[reason], sip=SIP_CODES[reason])
                    case HungUp() | EngineLost():
                        raise Ended("failed", sip=500)
                    case TimeUp(timer) if timer is patience:
                        raise Ended("no-answer", sip=487)
        finally:
            patience.cancel()

    async def _initiate(self, session: CallSession) -> None:
        now = session.now
        waited = now - session.created_at
        await session.enter(
            "initiated", started_at=now, queue_ms=max(waited // timedelta(milliseconds=1), 0)
        )

    async def _after_answer(self, session: CallSession) -> bool:
        """Record it, and press keys, as it was asked for. False: it was redirected meanwhile."""
        options = session.call.options
        try:
            if (record := options.get("record")) is not None:
                await record_call(session, record)
            if digits := options.get("send_digits"):
                await session.play([Digits(digits=str(digits))])
        except Interrupted as interrupted:
            if not isinstance(interrupted.order, RedirectOrder):
                raise
            session.call.document = interrupted.order.document
            session.line.stop_playing()
            return False
        return True

    async def _converse(self, session: CallSession) -> None:
        done = await session.services.converse(session, session.call.document) or Finish()
        raise Ended(_last(session, done.status), done.reason)

    async def _finish(self, session: CallSession, ended: Ended) -> None:
        call = session.call
        end_frame = session.frame
        session.let_go(ended.reason)
        try:
            await session.services.recordings.settle(call.sid)
        except (Exception, asyncio.CancelledError) as error:  # they are taken up again
            log.error("call.recordings_not_settled", call=call.sid, **fault(error))
        changes: dict[str, Any] = {"ended_at": session.now, "duration": 0}
        if call.answered_frame is not None:
            changes["duration"] = round((end_frame - call.answered_frame) / FRAMES_PER_SECOND)
            if call.direction != "inbound":
                changes["sip_code"] = 200
        elif ended.sip is not None:
            changes["sip_code"] = ended.sip
        call.duration = changes["duration"]
        await session.enter(ended.status, **changes)


def _last(session: CallSession, unanswered: str) -> str:
    """The last status: `unanswered` of a call that was not answered."""
    return "completed" if session.call.is_answered else unanswered

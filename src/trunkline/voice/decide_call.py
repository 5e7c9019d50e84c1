"""Decide what becomes of a request to call: refuse it by its code, or make the call (6.1).

Nothing is stored or dialled here. What is wrong with a parameter by itself was told before, when
it was read; here it is looked at whose number calls, and where the document comes from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from trunkline.clock import Clock
from trunkline.numbers import Application, OwnNumber
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.voice.addresses import is_phone, kind_of, split_parameters
from trunkline.voice.call_options import call_options, flattened, warnings_of
from trunkline.voice.model import CallbackTarget, DocumentSource, NewCall
from trunkline.voice.parameters import CreateCallParameters
from trunkline.worlds import Worlds

__all__ = ["CallDecision", "DecideCall", "FindApplication", "HasTurns", "Numbers"]

FindApplication = Callable[[str, str], Awaitable[Application | None]]  # account, application SID


class Numbers(Protocol):
    """What is asked of the numbers family."""

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The number of the world, or None."""


class HasTurns(Protocol):
    """The calls of an account that wait for their turn."""

    def room_for(self, world_id: str, account_id: str) -> bool:
        """Whether one more may wait."""


@dataclass(frozen=True, slots=True)
class CallDecision:
    """A call to commit, and the warnings (code and sentence) to record with it."""

    call: NewCall
    warnings: tuple[tuple[int, str], ...] = ()


class DecideCall:
    """Makes a `CallDecision` of the parameters of a create request."""

    def __init__(
        self,
        *,
        numbers: Numbers,
        application_of: FindApplication,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
        strict: Callable[[str], bool] | None = None,
        turns: HasTurns | None = None,
    ) -> None:
        self._numbers = numbers
        self._application_of = application_of
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._strict = strict
        self._turns = turns

    async def __call__(self, account: AccountIdentity, asked: CreateCallParameters) -> CallDecision:
        """The call, or the `ApiError` of the first check that fails."""
        if self._strict is not None and is_phone(asked.to) and not self._strict(asked.to):
            raise catalogue.CALL_TO_INVALID(to=asked.to)
        refuse_mismatch(asked)
        number = self._own(account, asked.sender)
        if asked.caller_id is not None:
            self._own(account, asked.caller_id)
        document, callback = await self._sources(account, asked)
        if self._turns is not None and not self._turns.room_for(account.world_id, account.sid[2:]):
            raise catalogue.CALL_QUEUE_FULL()
        call = NewCall(
            sid=self._sids.new("CA"),
            account_id=account.sid[2:],
            world_id=account.world_id,
            direction="outbound-api",
            path=("queued",),
            sender=asked.sender,
            recipient=split_parameters(asked.to)[0],
            document=document,
            created_at=self._worlds.clock(account.world_id).now(),
            real_time=self._clock.now(),
            number_sid=None if number is None else number.sid,
            status_callback=callback,
            options=call_options(asked),
        )
        return CallDecision(call, tuple(warnings_of(asked)))

    def _own(self, account: AccountIdentity, address: str) -> OwnNumber | None:
        """The number of the account that a caller is; None for a caller that is no number."""
        if not is_phone(address):
            return None
        own = self._numbers.find(account.world_id, address)
        if own is None or own.account_sid != account.sid or not own.voice_capable:
            raise catalogue.CALL_FROM_NOT_VERIFIED(sender=address)
        return own

    async def _sources(
        self, account: AccountIdentity, asked: CreateCallParameters
    ) -> tuple[DocumentSource, CallbackTarget | None]:
        """Of the application, which leaves nothing of the request's; of the URL; or the text."""
        if asked.application_sid is None:
            return document_of(asked), callback_of(asked)
        found = await self._application_of(account.sid, asked.application_sid)
        if found is None:
            raise catalogue.INVALID_APPLICATION(value=asked.application_sid)
        document = DocumentSource(
            url=found.voice_url or None,
            method=found.voice_method,
            fallback_url=found.voice_fallback_url or None,
            fallback_method=found.voice_fallback_method,
        )
        if not found.status_callback:
            return document, None
        return document, CallbackTarget(
            url=found.status_callback, method=found.status_callback_method
        )


def refuse_mismatch(asked: CreateCallParameters) -> None:
    """A phone is called by a phone number; a mere name calls nobody but SIP."""
    called = kind_of(asked.to)
    for caller in (asked.sender, asked.caller_id):
        if caller is None or is_phone(caller):
            continue
        if called == "phone" or (kind_of(caller) is None and called != "sip"):
            raise catalogue.CALL_FROM_INVALID(sender=caller)


def document_of(asked: CreateCallParameters) -> DocumentSource:
    """Where the TwiML comes from, if not from an application."""
    return DocumentSource(
        twiml=None if asked.url else asked.twiml,
        url=asked.url or None,
        method=asked.method or "POST",
        fallback_url=asked.fallback_url or None,
        fallback_method=asked.fallback_method or "POST",
    )


def callback_of(asked: CreateCallParameters) -> CallbackTarget | None:
    """Where the progress is told, if not to an application's URL."""
    if not asked.status_callback:
        return None
    return CallbackTarget(
        url=asked.status_callback,
        method=asked.status_callback_method or "POST",
        events=tuple(flattened(asked.status_callback_event, "completed")),
    )

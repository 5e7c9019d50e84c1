"""A call that comes in at one of the platform's numbers: from a phone, or from another number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from trunkline.clock import Clock
from trunkline.numbers.voice_settings import FindVoiceSettings, VoiceSettings
from trunkline.sids import SidFactory
from trunkline.store import GroupCommit, Job
from trunkline.voice.legs import Legs
from trunkline.voice.model import CallbackTarget, DocumentSource, NewCall
from trunkline.voice.phones.script import Step
from trunkline.voice.session.session import CallSession
from trunkline.voice.session.sessions import Sessions
from trunkline.voice.works import CreateCalls
from trunkline.worlds import Worlds

__all__ = ["NoSuchNumber", "ReceiveCall"]


class NoSuchNumber(Exception):
    """Nobody of the world owns the number, or it takes no calls."""


class Scripts(Protocol):
    """What virtual phones do in calls."""

    async def ready(self, world_id: str, steps: Sequence[Step]) -> tuple[Step, ...]:
        """These steps with their texts rendered to files."""


class ReceiveCall:
    """Takes calls in."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        create: CreateCalls,
        settings: FindVoiceSettings,
        legs: Legs,
        sessions: Sessions,
        scripts: Scripts,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
        heard_folder: Path,
    ) -> None:
        self._commit = commit
        self._create = create
        self._settings = settings
        self._legs = legs
        self._sessions = sessions
        self._scripts = scripts
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._heard_folder = heard_folder

    async def __call__(self, world_id: str, phone: str, number: str, script: Sequence[Step]) -> str:
        """A virtual phone calls a number of its world; the SID of the call, which is committed.

        Raises NoSuchNumber, MediaUnavailable, StoreUnavailable.
        """
        found = await self._settings(world_id, number)
        if found is None:
            raise NoSuchNumber(number)
        steps = await self._scripts.ready(world_id, script)
        call = self._make(found, world_id, phone, number, hops=0, forwarded_from=None)
        session = self._sessions.make(call)
        try:
            leg = await self._legs.open_phone(
                call.sid,
                world_id,
                session.hear,
                rings=False,
                script=steps,
                heard=str(self._heard_folder / f"{call.sid}.wav"),
            )
            session.takes(leg)
            await self._commit.submit(Job(self._create, call))
        except BaseException:
            session.let_go("failed")
            self._sessions.forget(session)
            raise
        session.start()
        return call.sid

    async def incoming(
        self, *, world_id: str, caller: str, number: str, hops: int, forwarded_from: str | None
    ) -> NewCall | None:
        """A committed call from one number of the platform to another, or None."""
        found = await self._settings(world_id, number)
        if found is None:
            return None
        call = self._make(found, world_id, caller, number, hops=hops, forwarded_from=forwarded_from)
        await self._commit.submit(Job(self._create, call), urgent=True)
        return call

    def run(self, call: NewCall) -> CallSession:
        """The session of such a call, which begins once it has its leg."""
        return self._sessions.make(call)

    def _make(
        self,
        found: VoiceSettings,
        world_id: str,
        caller: str,
        number: str,
        *,
        hops: int,
        forwarded_from: str | None,
    ) -> NewCall:
        options = {"hops": hops}
        callback = None
        if found.status_callback is not None:
            callback = CallbackTarget(
                url=found.status_callback, method=found.status_callback_method
            )
        return NewCall(
            sid=self._sids.new("CA"),
            account_id=found.account_id,
            world_id=world_id,
            direction="inbound",
            path=("ringing",),
            sender=caller,
            recipient=number,
            document=DocumentSource(
                url=found.url,
                method=found.method,
                fallback_url=found.fallback_url,
                fallback_method=found.fallback_method,
            ),
            number_sid=found.number_sid,
            forwarded_from=forwarded_from,
            status_callback=callback,
            options=options,
            created_at=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
        )

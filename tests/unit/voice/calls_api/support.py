"""The Calls operations over the shared database, with sessions that only take notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from tests.unit.accounts.support import Answer, Client
from trunkline.accounts import AccountSet
from trunkline.clock import RealClock
from trunkline.numbers import ApplicationLookup
from trunkline.server.webhooks import Webhooks
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.transitions import Transition, Transitions
from trunkline.voice.control_calls import NotInProgress
from trunkline.voice.legs import Leg
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.worlds import Worlds

NUMBER = "+14155550100"  # of the account
PHONE = "+15558675309"
URL = "https://example.com/voice"


class Sessions:
    """Stands in for the sessions of a node: does nothing but what a test says, and `end`."""

    def __init__(self, commit: GroupCommit, transitions: Transitions) -> None:
        self._commit = commit
        self._transitions = transitions
        self.begun: list[NewCall] = []
        self.redirected: list[tuple[str, DocumentSource]] = []
        self.ended: list[tuple[str, str]] = []
        self.limited: list[tuple[str, int]] = []
        self.too_late = False

    def begin(self, call: NewCall) -> None:
        self.begun.append(call)

    async def redirect(self, sid: str, document: DocumentSource) -> None:
        self._check()
        self.redirected.append((sid, document))

    async def end(self, sid: str, status: Literal["completed", "canceled"]) -> None:
        self._check()
        self.ended.append((sid, status))
        await self.move(sid, status)

    def limit(self, sid: str, seconds: int) -> None:
        self._check()
        self.limited.append((sid, seconds))

    def leg(self, sid: str) -> Leg:
        raise NotInProgress

    async def move(self, sid: str, *path: str, **changes: Any) -> None:
        """Take a call through statuses."""
        now = RealClock().now()
        world = next(call.world_id for call in self.begun if call.sid == sid)
        moved = Transition(
            subject=sid,
            world_id=world,
            path=path,
            world_time=now,
            real_time=now,
            changes=changes,
        )
        results = await self._commit.submit(Job(self._transitions, moved))
        assert isinstance(results[0], tuple), results

    def _check(self) -> None:
        if self.too_late:
            raise NotInProgress


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An account that makes calls, as its owner speaks to the platform."""

    database: Database
    sids: SidFactory
    world_id: str
    worlds: Worlds
    account: AccountSet
    applications: ApplicationLookup
    sessions: Sessions
    webhooks: Webhooks
    commit: GroupCommit
    client: Client
    test_client: Client
    heard_folder: Path
    heard: list[NewCall] = field(default_factory=list)  # what CreateCalls told of

    def path(self, rest: str = "", sid: str = "") -> str:
        """`…/Calls` and the rest."""
        return f"/2010-04-01/Accounts/{sid or self.account.account_sid}/Calls{rest}"

    async def call(self, **form: str | Sequence[str]) -> Answer:
        """Ask for a call; what is not said otherwise is good."""
        wanted: dict[str, Any] = {"To": PHONE, "From": NUMBER, "Url": URL, **form}
        return await self.ask(wanted)

    async def ask(self, form: dict[str, Any]) -> Answer:
        """Ask for a call by exactly this form; None leaves a parameter out."""
        given = {name: value for name, value in form.items() if value is not None}
        body = urlencode(given, doseq=True).encode()
        return await self.client.ask("POST", self.path(".json"), body)

    async def made(self, **form: str | Sequence[str]) -> dict[str, Any]:
        """A call that was made, as the answer shows it."""
        answer = await self.call(**form)
        assert answer.status == 201, answer.text
        shown: dict[str, Any] = answer.json
        return shown

    async def decided(self, **form: str | Sequence[str]) -> NewCall:
        """A call that was made, as the sessions get it."""
        made = await self.made(**form)
        [call] = [call for call in self.sessions.begun if call.sid == made["sid"]]
        return call

    async def answered(self, **form: str | Sequence[str]) -> str:
        """The SID of a call that is in progress."""
        sid: str = (await self.made(**form))["sid"]
        await self.sessions.move(sid, "initiated", "ringing", "in-progress")
        return sid

    async def ended(self, **form: str | Sequence[str]) -> str:
        """The SID of a call that was completed after 15 seconds."""
        sid = await self.answered(**form)
        end = RealClock().now() + timedelta(seconds=15)
        await self.sessions.move(sid, "completed", duration=15, ended_at=end)
        return sid

    async def fetch(self, sid: str) -> dict[str, Any]:
        """Read a call."""
        answer = await self.client.get(self.path(f"/{sid}.json"))
        assert answer.status == 200, answer.text
        shown: dict[str, Any] = answer.json
        return shown

    async def listed(self, **query: str) -> list[str]:
        """The SIDs of a list."""
        answer = await self.client.get(self.path(".json"), **query)
        assert answer.status == 200, answer.text
        return [each["sid"] for each in answer.json["calls"]]

    async def update(self, sid: str, **form: str) -> Answer:
        """Change a call."""
        return await self.client.post(self.path(f"/{sid}.json"), **form)

    async def count(self) -> int:
        """How many calls of the world are stored."""
        found: int = await self.database.fetchval(
            "SELECT count(*) FROM calls WHERE world_id = $1", self.world_id
        )
        return found

    def now(self) -> datetime:
        """The world's time."""
        return self.worlds.clock(self.world_id).now()

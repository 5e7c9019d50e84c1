"""Consents in memory, for the control API: the rules of rows and words are the real ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from trunkline.messaging.consents.csv_text import HEAD
from trunkline.messaging.consents.import_consents import Imported
from trunkline.messaging.consents.list_consents import Consent, ConsentFilter
from trunkline.messaging.consents.read_row import BadConsent, ConsentRow, read_row
from trunkline.messaging.consents.service_words import ServiceWords, check_words
from trunkline.rest.caller import Caller

__all__ = ["SENDER", "SERVICE", "FakeConsents"]

SENDER = "+14155550100"
SERVICE = "MG" + "5" * 32
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class FakeImports:
    def __init__(self, kept: dict[tuple[str, str], Consent]) -> None:
        self._kept = kept

    def read(self, _account: Any, values: dict[str, Any]) -> ConsentRow:
        return read_row(values, lambda raw: raw if raw in (SENDER, SERVICE) else None)

    async def write(
        self, _account: Any, rows: Iterable[ConsentRow], *, method: str, caller: Caller
    ) -> list[bool]:
        return [self._keep(row, method, caller) for row in rows]

    async def __call__(
        self, account: Any, rows: Iterable[Any], *, atomic: bool, caller: Caller
    ) -> Imported:
        done = Imported()
        good = []
        for line, values in rows:
            try:
                good.append(self.read(account, values))
            except BadConsent as error:
                done.refuse(line, str(error))
        if not (atomic and done.num_refused):
            done.changed = sum(await self.write(account, good, method="import", caller=caller))
        return done

    def _keep(self, row: ConsentRow, method: str, caller: Caller) -> bool:
        key = row.scope, row.recipient
        if key in self._kept and self._kept[key].status == row.status:
            return False
        self._kept[key] = Consent(
            sender=row.scope,
            recipient=row.recipient,
            status=row.status,
            method=method,
            keyword=row.keyword,
            source=row.source,
            ip=row.ip or caller.ip,
            user_agent=row.user_agent or caller.user_agent,
            consented_at=row.consented_at,
            changed_at=NOW,
        )
        return True


class FakeList:
    def __init__(self, kept: dict[tuple[str, str], Consent]) -> None:
        self._kept = kept

    async def page(
        self, _account_id: str, wanted: ConsentFilter, *, after: tuple[str, str], limit: int
    ) -> list[Consent]:
        found = [self._kept[key] for key in sorted(self._kept) if key > after]
        return [
            each
            for each in found
            if wanted.sender in (None, each.sender)
            and wanted.recipient in (None, each.recipient)
            and wanted.status in (None, each.status)
            and wanted.method in (None, each.method)
        ][:limit]

    async def csv(self, _account_id: str, _wanted: ConsentFilter) -> AsyncGenerator[str, None]:
        yield HEAD

    async def history(self, _account_id: str, sender: str, recipient: str) -> list[Consent]:
        return [each for key, each in self._kept.items() if key == (sender, recipient)]


class FakeWords:
    def __init__(self) -> None:
        self.kept: dict[str, ServiceWords] = {}

    def settings(self, sid: str) -> ServiceWords:
        return self.kept.get(sid, ServiceWords())

    async def set(
        self, sid: str, words: ServiceWords, _now: Callable[[], datetime]
    ) -> ServiceWords:
        check_words(words)
        self.kept[sid] = words
        return words


class FakeServices:
    def __init__(self, world_id: str) -> None:
        self._world_id = world_id

    def find(self, sid: str) -> Any:
        return SimpleNamespace(sid=SERVICE, world_id=self._world_id) if sid == SERVICE else None


class FakeConsents:
    """All of them; `kept` is by sender and recipient."""

    def __init__(self, world_id: str) -> None:
        self.kept: dict[tuple[str, str], Consent] = {}
        self.imports = FakeImports(self.kept)
        self.found = FakeList(self.kept)
        self.words = FakeWords()
        self.services = FakeServices(world_id)

"""A gateway that only remembers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from trunkline.gateway.audit import Anchor, AuditFilter, Broken, FoundEntry, Verified
from trunkline.gateway.errors import AlreadyExists

__all__ = ["KEY", "FakeGateway"]

MOMENT = datetime(2026, 3, 4, tzinfo=UTC)
KEY = "01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6"


@dataclass(frozen=True)
class Info:
    id: str
    tenant: str
    user: str
    name: str
    expires_at: datetime | None
    hint: str = "tlk_abcd"
    workspace_key: str = "ws"
    created_at: datetime = MOMENT
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Made:
    info: Info
    api_key: str = "tlk_abcdefgh"
    workspace_key: str = "ws"
    workspace_secret: str = "wss"
    token: str = "pat-tlk_abcdefgh"


class FakeKeys:
    """One key is there; the tenant `elsewhere` is of another world."""

    def __init__(self) -> None:
        self.kept = [Info(KEY, "default", "default", "laptop", None)]
        self.asked: list[dict[str, Any]] = []

    async def create(
        self, *, tenant: str, name: str, user: str, expires_in: timedelta | None, **where: str
    ) -> Made:
        if tenant == "elsewhere":
            raise AlreadyExists("The tenant elsewhere belongs to another world.")
        self.asked.append(where)
        ends = None if expires_in is None else MOMENT + expires_in
        info = Info(f"{KEY[:-1]}{len(self.kept)}", tenant, user, name, ends)
        self.kept.append(info)
        return Made(info)

    async def list(self, tenant: str | None = None) -> list[Info]:
        return [key for key in self.kept if tenant in (None, key.tenant)]

    async def revoke(self, key_id: str) -> bool:
        found = [key for key in self.kept if key.id == key_id]
        self.kept = [replace(key, revoked_at=MOMENT) if key in found else key for key in self.kept]
        return bool(found)


@dataclass
class FakeVault:
    current: int = 1
    source: str = "file"
    sealed: int = 3
    refuses: Exception | None = None

    @property
    def versions(self) -> list[int]:
        return list(range(1, self.current + 1))

    @property
    def old(self) -> int:
        return 0

    async def status(self) -> FakeVault:
        return self

    async def rotate(self) -> FakeVault:
        if self.refuses is not None:
            raise self.refuses
        self.current += 1
        return self

    async def retire(self, version: int) -> str:
        if self.refuses is not None:
            raise self.refuses
        return f"Version {version} is gone."


def found(seq: int) -> FoundEntry:
    return FoundEntry(
        seq=seq,
        id=KEY,
        at=MOMENT,
        kind="proxy",
        tenant_id=KEY,
        tenant="default",
        user_id=None,
        user=None,
        key_id=KEY,
        key="laptop",
        connection_id=None,
        method="GET",
        path_template="/x/{sid}",
        status=200,
        milliseconds=1.5,
        bytes_in=0,
        bytes_out=7,
        code=None,
    )


class FakeAudit:
    """Five entries; the third is broken once `broken` says so."""

    def __init__(self) -> None:
        self.wanted: list[AuditFilter] = []
        self.verified: list[tuple[int, int | None, Anchor | None]] = []
        self.flushed = 0
        self.broken: Broken | None = None

    async def flush(self) -> None:
        self.flushed += 1

    async def find(self, wanted: AuditFilter) -> list[FoundEntry]:
        self.wanted.append(wanted)
        return [found(seq) for seq in range((wanted.before or 6) - 1, 0, -1)][: wanted.limit]

    async def verify(
        self, first: int = 1, last: int | None = None, *, anchor: Anchor | None = None
    ) -> Verified:
        self.verified.append((first, last, anchor))
        return Verified(entries=5, first=first, last=5, hash="ab" * 32, broken=self.broken)


@dataclass
class FakeGateway:
    keys: FakeKeys = field(default_factory=FakeKeys)
    vault: FakeVault = field(default_factory=FakeVault)
    audit: FakeAudit = field(default_factory=FakeAudit)
    signing_in: list[tuple[str, ...]] = field(default_factory=list)

    async def sign_in_code(self, *, tenant: str, user: str, world_id: str, account_sid: str) -> str:
        self.signing_in.append((tenant, user, world_id, account_sid))
        return "tls_once"

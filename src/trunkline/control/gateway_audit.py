"""The gateway's audit log: what is in it, and whether it is as it was written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from trunkline.control.errors import ControlError
from trunkline.control.gateway import told_by_gateway
from trunkline.control.operation import Call, operation
from trunkline.control.platform import ControlledPlatform

__all__ = ["GatewayAuditResource"]

Text = Annotated[str, Meta(max_length=200)]
Number = Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]
Moment = Annotated[datetime, Meta(tz=True)]


class AuditQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which entries to show."""

    tenant: Text | None = None
    connection_id: UUID | None = None
    key_id: UUID | None = None
    kind: Annotated[
        Text | None, Meta(description="`connection` means `connection.created`, too")
    ] = None
    since: Annotated[Moment | None, Meta(description="ISO 8601, real time")] = None
    until: Moment | None = None
    refused: Annotated[bool, Meta(description="Only what was refused or failed")] = False
    before: Annotated[Number | None, Meta(description="The `next` of the page before")] = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class AuditEntry(msgspec.Struct, kw_only=True):
    """An entry. Names are those that its ids have now."""

    seq: int
    id: str
    at: Annotated[datetime, Meta(description="Real time")]
    kind: str
    tenant_id: str | None
    tenant: str | None
    user_id: str | None
    user: str | None
    key_id: str | None
    key: str | None
    connection_id: str | None
    method: str | None
    path_template: str | None
    status: Annotated[int | None, Meta(description="HTTP status that the caller got")]
    milliseconds: float | None
    bytes_in: int
    bytes_out: int
    code: Annotated[str | None, Meta(description="Of the refusal")]


class AuditPage(msgspec.Struct):
    """Entries, the newest first; `next` is null on the last page."""

    entries: list[AuditEntry]
    next: int | None


class AuditRange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which entries to verify: by default, all."""

    first: Number = 1
    last: Number | None = None
    anchor_seq: Annotated[Number | None, Meta(description="An entry whose hash was noted")] = None
    anchor_hash: Annotated[
        Annotated[str, Meta(pattern=r"\A[0-9a-fA-F]{64}\Z")] | None,
        Meta(description="Its hash, in hexadecimal"),
    ] = None


class BrokenEntry(msgspec.Struct):
    """The first entry that is not as it was written."""

    seq: int
    reason: str


class AuditVerified(msgspec.Struct, kw_only=True):
    """What was read."""

    entries: int
    first: int
    last: int
    hash: Annotated[str, Meta(description="Of the last entry, to be noted somewhere else")]
    broken: BrokenEntry | None


class GatewayAuditResource:
    """The operations on the log."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/gateway/audit", asks=AuditQuery, answers=AuditPage, in_world=False)
    async def list_audit(self, call: Call, asked: AuditQuery) -> AuditPage:
        """List who did what by the gateway: calls, and changes of connections and keys."""
        from trunkline.gateway.audit import AuditFilter

        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            await gateway.audit.flush()
            found = await gateway.audit.find(
                AuditFilter(
                    tenant=asked.tenant,
                    connection_id=_id(asked.connection_id),
                    key_id=_id(asked.key_id),
                    kind=asked.kind,
                    since=asked.since,
                    until=asked.until,
                    refused=asked.refused,
                    before=asked.before,
                    limit=asked.limit + 1,
                )
            )
        page = found[: asked.limit]
        return AuditPage(
            [msgspec.convert(entry, AuditEntry, from_attributes=True) for entry in page],
            page[-1].seq if len(found) > len(page) else None,
        )

    @operation(
        "GET", "/gateway/audit/verify", asks=AuditRange, answers=AuditVerified, in_world=False
    )
    async def verify_audit(self, call: Call, asked: AuditRange) -> AuditVerified:
        """Tell whether the log is as it was written, and if not, which entry is the first.

        Of a log that was cut off together with its head, or rewritten altogether, only an `anchor`
        tells: the hash of an entry that was noted outside the database.
        """
        from trunkline.gateway.audit import Anchor

        if (asked.anchor_seq is None) != (asked.anchor_hash is None):
            raise ControlError(
                422, "invalid_parameter", "anchor_seq and anchor_hash are given together."
            )
        anchor = None
        if asked.anchor_seq is not None and asked.anchor_hash is not None:
            anchor = Anchor(asked.anchor_seq, asked.anchor_hash)
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            await gateway.audit.flush()
            found = await gateway.audit.verify(asked.first, asked.last, anchor=anchor)
        return msgspec.convert(found, AuditVerified, from_attributes=True)


def _id(given: UUID | None) -> str | None:
    return None if given is None else str(given)

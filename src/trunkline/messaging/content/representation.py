"""Templates and their approvals as the API shows them."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from trunkline.rest.dates import iso8601

__all__ = [
    "ApprovalCreateResource",
    "ApprovalFetchResource",
    "ContentAndApprovalsResource",
    "ContentResource",
    "LegacyContentResource",
    "shown_approval",
    "shown_new_approval",
    "shown_template",
    "shown_with_approval",
]


class ContentResource(msgspec.Struct, frozen=True):
    """A content template."""

    sid: str
    account_sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    url: str
    date_created: str | None
    date_updated: str | None
    links: dict[str, str]


class ApprovalCreateResource(msgspec.Struct, frozen=True):
    """What WhatsApp was asked to approve, and what came of it."""

    name: str
    category: str
    content_type: str
    status: str
    rejection_reason: str
    allow_category_change: bool


class WhatsAppApproval(msgspec.Struct, frozen=True):
    """The state of a template at WhatsApp; `unsubmitted` until it is asked to approve it."""

    type: str
    name: str
    category: str
    content_type: str
    status: str
    rejection_reason: str
    allow_category_change: bool


class ApprovalFetchResource(msgspec.Struct, frozen=True):
    """A template's approvals, by channel."""

    sid: str
    account_sid: str
    whatsapp: WhatsAppApproval
    url: str


class ContentAndApprovalsResource(msgspec.Struct, frozen=True):
    """A template with its state at WhatsApp."""

    date_created: str | None
    date_updated: str | None
    sid: str
    account_sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    approval_requests: ApprovalCreateResource


class LegacyContentResource(msgspec.Struct, frozen=True):
    """A template that was converted from one of WhatsApp's own: there are none."""

    sid: str
    account_sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    legacy_template_name: str
    legacy_body: str
    url: str
    date_created: str | None
    date_updated: str | None


def shown_template(row: asyncpg.Record, base_url: str) -> ContentResource:
    """A template."""
    sid = f"HX{row['id'].hex}"
    url = f"{base_url}/v1/Content/{sid}"
    requests = f"{url}/ApprovalRequests"
    return ContentResource(
        sid=sid,
        account_sid=f"AC{row['account_id'].hex}",
        friendly_name=row["friendly_name"],
        language=row["language"],
        variables=row["variables"],
        types=row["types"],
        url=url,
        date_created=iso8601(row["created_at"]),
        date_updated=iso8601(row["updated_at"]),
        links={"approval_create": f"{requests}/whatsapp", "approval_fetch": requests},
    )


def shown_new_approval(row: asyncpg.Record, status: str | None = None) -> ApprovalCreateResource:
    """The approval of a row, which may be that of a template without one."""
    if row["status"] is None:
        return ApprovalCreateResource("", "", "", "unsubmitted", "", True)
    return ApprovalCreateResource(
        name=row["name"],
        category=row["category"],
        content_type=row["content_type"],
        status=status or row["status"],
        rejection_reason=row["rejection_reason"],
        allow_category_change=True,
    )


def shown_approval(row: asyncpg.Record, base_url: str) -> ApprovalFetchResource:
    """The approvals of a template's row."""
    sid = f"HX{row['id'].hex}"
    approval = shown_new_approval(row)
    return ApprovalFetchResource(
        sid=sid,
        account_sid=f"AC{row['account_id'].hex}",
        whatsapp=WhatsAppApproval("whatsapp", **msgspec.structs.asdict(approval)),
        url=f"{base_url}/v1/Content/{sid}/ApprovalRequests",
    )


def shown_with_approval(row: asyncpg.Record) -> ContentAndApprovalsResource:
    """A template with its approval."""
    return ContentAndApprovalsResource(
        date_created=iso8601(row["created_at"]),
        date_updated=iso8601(row["updated_at"]),
        sid=f"HX{row['id'].hex}",
        account_sid=f"AC{row['account_id'].hex}",
        friendly_name=row["friendly_name"],
        language=row["language"],
        variables=row["variables"],
        types=row["types"],
        approval_requests=shown_new_approval(row),
    )

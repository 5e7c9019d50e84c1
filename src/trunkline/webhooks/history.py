"""What was requested of apps, for people: each request with what was sent and what came of it.

Texts of messages are not in the log: what was sent is rendered again, from the message as it is
now, at the moment of showing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from trunkline.store import Database, fetch_page
from trunkline.webhooks import log_queries, queries
from trunkline.webhooks.alerts.catalogue import alert_title
from trunkline.webhooks.alerts.make_alert import shown_url
from trunkline.webhooks.kinds import DeliveryKind
from trunkline.webhooks.model import Parameters
from trunkline.webhooks.queue_table import delivery_of
from trunkline.webhooks.tables import deliveries
from trunkline.webhooks.target import InvalidTarget, read_target

__all__ = [
    "WAITING",
    "Ambiguous",
    "History",
    "Redacted",
    "RequestDetail",
    "RequestSummary",
]

WAITING = "waiting"
MOST_OF_SUBJECT = 1_000
# Behaviour 2.1. Content-Length, credentials and cookies are not shown.
FIXED_HEADERS = [
    ("User-Agent", "TwilioProxy/1.1"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip"),
]
FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
_digits = re.compile(r"[0-9a-f]{8,32}").fullmatch

Pairs = list[tuple[str, str]]
Redacted = Callable[[str], Awaitable[bool]]  # whether the text of a message was taken away


class Ambiguous(Exception):
    """The first digits of an id fit more than one request."""


class RequestSummary(msgspec.Struct, kw_only=True):
    """One request to an app. Its URL is shown without credentials and connection overrides."""

    id: str
    subject: str
    account_sid: str
    kind: str
    told: str | None  # the status, where one was told
    untrue: bool  # told by webhook chaos, against the truth
    resent: bool
    method: str
    url: str
    outcome: str  # delivered, failed, dropped (there was nothing to tell any more) or waiting
    status: int | None  # of the app's last answer
    attempts: int
    error_code: int | None
    created_at: datetime  # world time
    real_time: datetime
    finished_at: datetime | None  # real time


class SentRequest(msgspec.Struct, kw_only=True):
    """What was sent. `parameters` is null when the message is gone; `redacted` says that its
    text is: then it is empty here, and was not when it was sent."""

    headers: Pairs
    parameters: Pairs | None
    redacted: bool
    connection_overrides: str | None


class MadeAttempt(msgspec.Struct, kw_only=True):
    """One request on the wire: the first, a retry, or a hop of a redirect."""

    url: str
    started_at: datetime
    ms: int
    status: int | None = None
    error: int | None = None
    reason: str | None = None
    signature: str = ""


class Answer(msgspec.Struct, kw_only=True):
    """What the app answered last. `body` is null where it does not matter, or is forgotten."""

    status: int
    headers: Pairs
    body: str | None


class RequestDetail(RequestSummary, kw_only=True):
    """All that is known of one request."""

    idempotency_token: str
    error_title: str | None
    request: SentRequest
    tries: list[MadeAttempt]
    response: Answer | None


class History:
    """Reads the log and the queue. `kinds` render what was sent."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, DeliveryKind],
        redacted: Redacted | None = None,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._redacted = redacted

    async def newest(
        self,
        world_id: str,
        *,
        subject: str | None = None,
        outcome: str | None = None,
        limit: int = 50,
    ) -> list[RequestSummary]:
        """The newest requests of a world (or about one SID), newest first."""
        subject_id = None if subject is None else subject[2:]
        found: dict[str, RequestSummary] = {}
        # The queue before the log: what ends in between is then in both, and not in neither.
        if outcome in (None, WAITING):
            rows = await self._database.fetch(log_queries.WAITING, world_id, subject_id, limit)
            found = {row["id"].hex: _summary(row) for row in rows}
        if outcome != WAITING:
            statement = log_queries.list_ended(world_id, subject_id=subject_id, outcome=outcome)
            rows = await fetch_page(
                self._database, statement, deliveries.c.id, after=None, before=None, limit=limit
            )
            found |= {row["id"].hex: _summary(row) for row in rows}
        newest = sorted(found.values(), key=lambda request: request.id, reverse=True)
        if subject is not None:
            newest = [request for request in newest if request.subject == subject]
        return newest[:limit]

    async def of_subject(self, world_id: str, subject: str) -> list[RequestSummary]:
        """The requests about one SID, oldest first."""
        found = await self.newest(world_id, subject=subject, limit=MOST_OF_SUBJECT)
        return found[::-1]

    async def named(self, world_id: str, text: str) -> str | None:
        """The id of the request that `text` names: its id, or the first eight digits or more.

        Also in the form of an idempotency token, which is the id of the request that was the
        first to have it. None when there is no such request; raises Ambiguous.
        """
        digits = text.replace("-", "").lower()
        if not _digits(digits):
            return None
        rows = await self._database.fetch(
            log_queries.NAMED, world_id, digits.ljust(32, "0"), digits.ljust(32, "f")
        )
        if len(rows) > 1:
            raise Ambiguous(f"More than one request has an id that starts with {digits}.")
        return rows[0]["id"].hex if rows else None

    async def fetch(self, world_id: str, request_id: str) -> RequestDetail | None:
        """All that is known of a request, or None when the world has no such."""
        row = await self._database.fetchrow(queries.FETCH_DUE, request_id, world_id)
        if row is None:
            row = await self._database.fetchrow(queries.FETCH, request_id, world_id)
        if row is None:
            return None
        kind = self._kinds.get(row["kind"])
        delivery = delivery_of(row)
        parameters = None if kind is None else await kind.parameters(delivery)
        redacted = False
        if parameters is not None and self._redacted is not None:
            redacted = await self._redacted(delivery.subject)
        return _detail(row, parameters, redacted)


def _summary(row: asyncpg.Record) -> RequestSummary:
    return RequestSummary(**_facts(row, row["attempts"]))


def _facts(row: asyncpg.Record, attempts: int) -> dict[str, Any]:
    data = row["data"] or {}
    return {
        "id": row["id"].hex,
        "subject": row["subject_kind"] + row["subject_id"].hex,
        "account_sid": f"AC{row['account_id'].hex}",
        "kind": row["kind"],
        "told": data.get("status"),
        "untrue": bool(data.get("false")),
        "resent": bool(data.get("resent")),
        "method": row["method"],
        "url": shown_url(row["url"]),
        "outcome": row["outcome"],
        "status": row["status"],
        "attempts": attempts,
        "error_code": row["error_code"],
        "created_at": row["created_at"],
        "real_time": row["real_time"],
        "finished_at": row["finished_at"],
    }


def _detail(row: asyncpg.Record, parameters: Parameters | None, redacted: bool) -> RequestDetail:
    tries = msgspec.convert(row["attempts"], list[MadeAttempt])
    token = str(UUID(row["token"].hex))
    code = row["error_code"]
    return RequestDetail(
        **_facts(row, len(tries)),
        idempotency_token=token,
        error_title=None if code is None else alert_title(code),
        request=SentRequest(
            headers=_headers(row, token, tries),
            parameters=None if parameters is None else list(parameters),
            redacted=redacted,
            connection_overrides=row["url"].partition("#")[2] or None,
        ),
        tries=tries,
        response=None if row["status"] is None else _answer(row, gone=parameters is None),
    )


def _headers(row: asyncpg.Record, token: str, tries: list[MadeAttempt]) -> Pairs:
    """Those of the first attempt: a redirect may change Host, signature and method."""
    headers = [*FIXED_HEADERS, ("I-Twilio-Idempotency-Token", token)]
    with suppress(InvalidTarget):
        headers.insert(0, ("Host", read_target(row["url"]).host_header))
    if tries and tries[0].signature:
        headers.append(("X-Twilio-Signature", tries[0].signature))
    if row["method"] == "POST":
        headers.append(FORM)
    return headers


def _answer(row: asyncpg.Record, *, gone: bool) -> Answer:
    # An answer can hold the text of a reply: it is not shown once its message is gone.
    body = None if gone else row["response_body"]
    return Answer(
        status=row["status"],
        headers=[(name, value) for name, value in row["response_headers"] or ()],
        body=None if body is None else body.decode("utf-8", "replace"),
    )

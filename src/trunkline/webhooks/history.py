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

import asyncpg
import msgspec

from trunkline.store import Database, fetch_page
from trunkline.webhooks import log_queries, queries
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.alerts.catalogue import alert_title
from trunkline.webhooks.http.headers import FIXED, FORM, SIGNATURE, TOKEN, token_text
from trunkline.webhooks.kinds import DeliveryKind, headers_of
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.queue_table import delivery_of
from trunkline.webhooks.shown_url import shown_url
from trunkline.webhooks.tables import deliveries
from trunkline.webhooks.target import InvalidTarget, Target, read_target

__all__ = [
    "UNDER_WAY",
    "WAITING",
    "Ambiguous",
    "History",
    "IsUnderWay",
    "Redacted",
    "RequestDetail",
    "RequestSummary",
    "nobody",
]

WAITING = "waiting"
UNDER_WAY = "under_way"
PAGE = 1_000  # rows of the queue, where only some of them are wanted
MOST_OF_SUBJECT = 1_000
_digits = re.compile(r"[0-9a-f]{8,32}").fullmatch

Pairs = list[tuple[str, str]]
Redacted = Callable[[str], Awaitable[bool]]  # whether the text of a message was taken away
IsUnderWay = Callable[[str], bool]  # whether the request with this id is being made now
Locate = Callable[[str, Target], Connection | None]  # where a world's mapped target is


def nobody(_: str) -> bool:
    """No request is under way."""
    return False


def nowhere(_: str, __: Target) -> Connection | None:
    """No target is mapped."""
    return None


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
    outcome: str  # delivered, failed, dropped (nothing was left to tell), waiting or under_way
    status: int | None  # of the app's last answer
    attempts: int
    error_code: int | None
    created_at: datetime  # world time at which it became due
    real_time: datetime  # the same in real time
    finished_at: datetime | None  # real time
    ended_at: datetime | None  # world time


class SentRequest(msgspec.Struct, kw_only=True):
    """What was sent. `parameters` is null when the message is gone; `redacted` says that its
    text is: then it is empty here, and was not when it was sent. Headers that tell of a map are
    those of the maps as they are now."""

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
    """Reads the log and the queue. `kinds` render what was sent, `locate` tells where the apps of
    mapped targets are, `is_under_way` which requests of the queue are being made."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, DeliveryKind],
        redacted: Redacted | None = None,
        *,
        locate: Locate = nowhere,
        is_under_way: IsUnderWay = nobody,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._redacted = redacted
        self._locate = locate
        self._is_under_way = is_under_way

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
        if outcome in (None, WAITING, UNDER_WAY):
            queued = await self._queued(world_id, subject_id, outcome, limit)
            found = {request.id: request for request in queued}
        if outcome not in (WAITING, UNDER_WAY):
            statement = log_queries.list_ended(world_id, subject_id=subject_id, outcome=outcome)
            rows = await fetch_page(
                self._database, statement, deliveries.c.id, after=None, before=None, limit=limit
            )
            found |= {row["id"].hex: self._summary(row) for row in rows}
        newest = sorted(found.values(), key=lambda request: request.id, reverse=True)
        if subject is not None:
            newest = [request for request in newest if request.subject == subject]
        return newest[:limit]

    async def _queued(
        self, world_id: str, subject_id: str | None, outcome: str | None, limit: int
    ) -> list[RequestSummary]:
        """The newest requests of the queue that wait, or are under way; None: all of them."""
        found: list[RequestSummary] = []
        before, page = None, limit if outcome is None else PAGE
        while len(found) < limit:
            rows = await self._database.fetch(
                log_queries.QUEUED, world_id, subject_id, before, page
            )
            for request in map(self._summary, rows):
                if outcome in (None, request.outcome):
                    found.append(request)
            if len(rows) < page:
                break
            before = rows[-1]["id"]
        return found[:limit]

    def _summary(self, row: asyncpg.Record) -> RequestSummary:
        return RequestSummary(**self._facts(row, row["attempts"]))

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
        # At once: later it is not under way any more, because it has ended.
        facts = self._facts(row, len(row["attempts"]))
        kind = self._kinds.get(row["kind"])
        delivery = delivery_of(row)
        parameters = None if kind is None else await kind.parameters(delivery)
        redacted = False
        if parameters is not None and self._redacted is not None:
            redacted = await self._redacted(delivery.subject)
        return _detail(
            row, facts, parameters, redacted, headers_of(kind), self._connection(delivery)
        )

    def _facts(self, row: asyncpg.Record, attempts: int) -> dict[str, Any]:
        outcome = row["outcome"]
        if outcome == WAITING and self._is_under_way(row["id"].hex):
            outcome = UNDER_WAY
        return _facts(row, outcome, attempts)

    def _connection(self, delivery: Delivery) -> Connection | None:
        try:
            return self._locate(delivery.world_id, read_target(delivery.url))
        except InvalidTarget:
            return None


def _facts(row: asyncpg.Record, outcome: str, attempts: int) -> dict[str, Any]:
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
        "outcome": outcome,
        "status": row["status"],
        "attempts": attempts,
        "error_code": row["error_code"],
        "created_at": row["created_at"],
        "real_time": row["real_time"],
        "finished_at": row["finished_at"],
        "ended_at": row["ended_at"],
    }


def _detail(
    row: asyncpg.Record,
    facts: dict[str, Any],
    parameters: Parameters | None,
    redacted: bool,
    own_headers: Mapping[str, str],
    connection: Connection | None,
) -> RequestDetail:
    tries = msgspec.convert(row["attempts"], list[MadeAttempt])
    token = token_text(row["token"].hex)
    code = row["error_code"]
    return RequestDetail(
        **facts,
        idempotency_token=token,
        error_title=None if code is None else alert_title(code),
        request=SentRequest(
            headers=_headers(row, token, tries, own_headers, connection),
            parameters=None if parameters is None else list(parameters),
            redacted=redacted,
            connection_overrides=row["url"].partition("#")[2] or None,
        ),
        tries=tries,
        response=None if row["status"] is None else _answer(row, gone=parameters is None),
    )


def _headers(
    row: asyncpg.Record,
    token: str,
    tries: list[MadeAttempt],
    own_headers: Mapping[str, str],
    connection: Connection | None,
) -> Pairs:
    """Those of the first attempt: a redirect may change Host, signature and method. Content-Length,
    credentials and cookies are not shown."""
    headers = [*FIXED.items(), (TOKEN, token)]
    with suppress(InvalidTarget):
        headers.insert(0, ("Host", read_target(row["url"]).host_header))
    if tries and tries[0].signature:
        headers.append((SIGNATURE, tries[0].signature))
    headers += own_headers.items()
    if row["method"] == "POST":
        headers.append(("Content-Type", FORM))
    if connection is not None:
        headers += [(name, value) for name, value in connection.headers if name != "Host"]
    return headers


def _answer(row: asyncpg.Record, *, gone: bool) -> Answer:
    # An answer can hold the text of a reply: it is not shown once its message is gone.
    body = None if gone else row["response_body"]
    return Answer(
        status=row["status"],
        headers=[(name, value) for name, value in row["response_headers"] or ()],
        body=None if body is None else body.decode("utf-8", "replace"),
    )

"""List the requests about a call: the one that made it, and those to the app (Calls/Events)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from trunkline.rest.dates import rfc2822
from trunkline.rest.pages import PageRequest
from trunkline.store import Database, fetch_page
from trunkline.voice import queries
from trunkline.voice.representation import (
    CallEventResource,
    EventRequest,
    EventResponse,
    call_path,
)
from trunkline.webhooks.kinds import DeliveryKind
from trunkline.webhooks.queue_table import delivery_of
from trunkline.webhooks.shown_url import shown_url

__all__ = ["PREFIX", "ListEvents"]

PREFIX = "EV"  # of what a page token names: events have no SIDs of their own
NO_ANSWER = 502  # what Twilio tells where there was none (behaviour 2.1)
_capital = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ListEvents:
    """Reads the log of requests. `kinds` render what was sent."""

    def __init__(self, database: Database, kinds: Mapping[str, DeliveryKind]) -> None:
        self._database = database
        self._kinds = kinds

    async def __call__(
        self, sid: str, page: PageRequest, base_url: str
    ) -> list[tuple[str, CallEventResource]]:
        """The events on a page, newest first, each behind what a page token names it by."""
        statement = queries.list_requests(sid[2:])
        found = await fetch_page(
            self._database,
            statement,
            statement.selected_columns.id,
            after=page.after,
            before=page.before,
            limit=page.limit,
            offset=page.offset,
        )
        ids = [row["id"].hex for row in found]
        rows = {row["id"].hex: row for row in await self._database.fetch(queries.REQUESTS, ids)}
        events = []
        for each in ids:
            if each in rows:
                events.append((PREFIX + each, await self._made(rows[each])))
            elif each == sid[2:]:
                asked = await self._database.fetchrow(queries.ASKED, each)
                if asked is not None:
                    events.append((PREFIX + each, _creation(asked, base_url)))
        return events

    async def _made(self, row: Any) -> CallEventResource:
        """A request to the app, and its answer."""
        kind = self._kinds.get(row["kind"])
        sent = None if kind is None else await kind.parameters(delivery_of(row))
        headers = {name.lower(): value for name, value in row["response_headers"] or ()}
        body = row["response_body"]
        return CallEventResource(
            request=EventRequest(
                method=row["method"],
                url=shown_url(row["url"]),
                parameters=_lowered(sent or ()),
            ),
            response=EventResponse(
                response_code=row["status"] or NO_ANSWER,
                request_duration=sum(attempt["ms"] for attempt in row["attempts"]),
                content_type=headers.get("content-type"),
                response_body=None if body is None else body.decode("utf-8", "replace"),
                date_created=rfc2822(row["ended_at"]),
            ),
        )


def _creation(row: Any, base_url: str) -> CallEventResource:
    """The request that made the call, as far as it is known: how long it took is not kept."""
    sid, account_sid = f"CA{row['id'].hex}", f"AC{row['account_id'].hex}"
    return CallEventResource(
        request=EventRequest(
            method="POST",
            url=f"{base_url}{call_path(account_sid, sid)}.json",
            parameters=_asked(row, account_sid),
        ),
        response=EventResponse(
            response_code=201,
            request_duration=0,
            content_type="application/json",
            response_body=f'{{"sid": "{sid}"}}',
            date_created=rfc2822(row["created_at"]),
        ),
    )


def _asked(row: Any, account_sid: str) -> dict[str, str]:
    document, options = row["document"], row["options"] or {}
    callback, record = row["status_callback"] or {}, options.get("record") or {}
    application = options.get("application_sid")
    told: dict[str, Any] = {
        "account_sid": account_sid,
        "from": row["sender"],
        "to": row["recipient"],
        "timeout": options.get("timeout"),
        "time_limit": options.get("time_limit"),
        "send_digits": options.get("send_digits"),
        "caller_id": options.get("caller_id"),
        "machine_detection": (options.get("amd") or {}).get("mode"),
        "application_sid": application,
    }
    if record:
        told["record"] = "true"
        told["recording_channels"] = record["channels"]
        told["trim"] = record["trim"]
    if application is None:
        told |= {
            "url": _shown(document.get("url")),
            "twiml": document.get("twiml"),
            "method": document.get("method"),
            "fallback_url": _shown(document.get("fallback_url")),
            "status_callback": _shown(callback.get("url")),
            "status_callback_method": callback.get("method"),
            "status_callback_event": " ".join(callback.get("events", ())) or None,
        }
    return {name: str(value) for name, value in told.items() if value is not None}


def _shown(url: str | None) -> str | None:
    return None if url is None else shown_url(url)


def _lowered(parameters: Sequence[tuple[str, str]]) -> dict[str, str]:
    """`CallSid` as `call_sid`. Of several that become the same, the first: what the app added to a
    client's address comes last."""
    lowered: dict[str, str] = {}
    for name, value in parameters:
        lowered.setdefault(_capital.sub("_", name).lower(), value)
    return lowered

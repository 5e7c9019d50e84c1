"""Who follows a short link: the redirect, and the click that is written down.

Served to anybody, at `/l/CODE` of the platform's own address and at `/CODE` of every domain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.messaging.links import queries
from trunkline.messaging.links.click_callback import KIND, click_parameters
from trunkline.messaging.links.domains import LinkDomains, is_own
from trunkline.messaging.links.in_ascii import in_ascii
from trunkline.messaging.links.link_keys import LinkKeys, is_code
from trunkline.messaging.links.lost_links import LostLinks
from trunkline.messaging.links.model import PATH, LinkDomain
from trunkline.messaging.links.works import Click, RecordClicks
from trunkline.messaging.media.links import MediaLinks, NamedFile
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job, Overloaded, StoreUnavailable
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.shown_url import bounded
from trunkline.worlds import Worlds

__all__ = ["FollowLink"]

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_USER_AGENT = 500  # characters
AT_ONCE = 32  # requests for links that the database is asked about
ALWAYS = (
    (b"cache-control", b"private, no-store"),  # each click is to be seen
    (b"referrer-policy", b"no-referrer"),  # the code opens the link
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
)


class FollowLink:
    """The ASGI application of short links."""

    def __init__(
        self,
        *,
        database: Database,
        commit: GroupCommit,
        domains: LinkDomains,
        keys: LinkKeys,
        record: RecordClicks,
        make: MakeDelivery,
        lost: LostLinks,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
        base_url: Callable[[], str],
        media: MediaLinks,
    ) -> None:
        self._database = database
        self._commit = commit
        self._domains = domains
        self._keys = keys
        self._record = record
        self._make = make
        self._lost = lost
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._base_url = base_url
        self._media_links = media
        # Anybody can ask for links, as often as they like: that is to hold nothing else up.
        self._turns = asyncio.Semaphore(AT_ONCE)

    def takes(self, scope: Scope) -> bool:
        """Whether a request is for a link: by its path, or by the domain that it is made to."""
        path: str = scope["path"]
        return path.startswith(PATH) or self._domain(scope) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        domain = self._domain(scope)
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, scope, 405, ((b"allow", b"GET, HEAD"),))
            return
        path: str = scope["path"]
        code = path.removeprefix("/" if domain is not None else PATH)
        try:
            async with self._turns:
                location, of = None, domain
                if is_code(code):
                    location, of = await self._follow(scope, code, domain)
                if location is None and of is not None and domain is not None:
                    location = await self._lost(of)
                    if location is not None and _leads_back(location, of, path):
                        location = None
        except (StoreUnavailable, Overloaded):
            await _answer(send, scope, 503, ((b"retry-after", b"1"),))
            return
        except Exception as error:
            log.error("link.defect", **fault(error))
            await _answer(send, scope, 500)
            return
        if location is None:
            await _answer(send, scope, 404)
            return
        await _answer(send, scope, 302, ((b"location", in_ascii(location)),))

    def _domain(self, scope: Scope) -> LinkDomain | None:
        if not self._domains.any:
            return None
        host = next((value for name, value in scope["headers"] if name == b"host"), None)
        found = self._domains.of_host(host)
        # The platform may have come to be where a domain was.
        if found is not None and is_own(found.domain_name, self._base_url()):
            return None
        return found

    async def _follow(
        self, scope: Scope, code: str, asked: LinkDomain | None
    ) -> tuple[str | None, LinkDomain | None]:
        """Where a link leads, and its domain. None when it is none, or none any more, or is asked
        for at another domain."""
        row = await self._database.fetchrow(queries.FIND, self._keys.link_id(code))
        if row is None:
            return None, asked
        own = None if row["domain_id"] is None else self._domains.find(row["domain_id"].hex)
        if asked is not None and (own is None or own.domain_name != asked.domain_name):
            return None, asked
        now = self._worlds.clock(row["world_id"].hex).now()
        if now >= row["expires_at"]:
            return None, own
        if row["target"] is None:
            url = await self._media(row)
        else:
            url = self._keys.open(code, row["target"])
        if url is not None and scope["method"] == "GET":
            await self._write_down(scope, row, url, own, now)
        return url, own

    async def _media(self, row: Any) -> str | None:
        media_id = await self._database.fetchval(queries.MEDIA_ID, row["message_id"], row["part"])
        if media_id is None:
            return None
        return self._base_url() + self._media_links.make(
            NamedFile(row["message_id"].hex, media_id.hex)
        )

    async def _write_down(
        self, scope: Scope, row: Any, url: str, own: LinkDomain | None, now: datetime
    ) -> None:
        """Count the click; whoever followed the link gets there in any case."""
        agents = (value for name, value in scope["headers"] if name == b"user-agent")
        agent = bounded(next(agents, b"").decode("latin-1"), MOST_USER_AGENT)
        number = self._sids.new_id()
        sid = f"{'MM' if row['mms'] else 'SM'}{row['message_id'].hex}"
        delivery = None
        if own is not None and own.callback_url is not None and row["target"] is not None:
            delivery = self._make(
                subject=sid,
                account_id=row["account_id"].hex,
                world_id=row["world_id"].hex,
                kind=KIND,
                url=own.callback_url,
                data={"click": number},
                parameters=click_parameters(row, url, now, agent),
            )
        click = Click(
            id=number,
            link_id=row["id"].hex,
            message_sid=sid,
            world_id=row["world_id"].hex,
            user_agent=agent,
            world_time=now,
            real_time=self._clock.now(),
            delivery=delivery,
        )
        try:
            await asyncio.shield(self._commit.submit(Job(self._record, click)))
        except (StoreUnavailable, Overloaded) as error:
            log.warning("click.lost", sid=sid, **fault(error))


def _leads_back(location: str, domain: LinkDomain, path: str) -> bool:
    """Whether a FallbackUrl is the very place that was asked for: nobody would ever arrive."""
    parts = urlsplit(location)
    return parts.netloc.lower() == domain.domain_name and (parts.path or "/") == path


async def _answer(
    send: Send, scope: Scope, status: int, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    texts = {302: "", 404: "There is no such link.\n", 405: "Links are followed by GET.\n"}
    body = texts.get(status, "Please try again later.\n").encode()
    told = [*ALWAYS, *headers, (b"content-length", b"%d" % len(body))]
    if body:
        told.append((b"content-type", b"text/plain; charset=utf-8"))
    await send({"type": "http.response.start", "status": status, "headers": told})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})

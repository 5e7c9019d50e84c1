"""Media files: fetched by URL or given inline, within Twilio's limits (1.1).

5 MB for jpeg, png and gif, 500 kB for other types, 5 MB together.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.http import AllowList, Egress, Passage
from trunkline.webhooks.http.answers import Answer
from trunkline.webhooks.http.failures import ERRORS, explain
from trunkline.webhooks.http.headers import FIXED
from trunkline.webhooks.overrides import Overrides
from trunkline.webhooks.shown_url import shown_url, without_query
from trunkline.webhooks.target import InvalidTarget, Target, read_target

__all__ = [
    "MOST_TOGETHER",
    "TOO_LARGE",
    "FetchFiles",
    "MediaFailure",
    "MediaFile",
    "check_together",
]

IMAGES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/gif"})
MOST_IMAGE = 5_000_000  # bytes
MOST_OTHER = 500_000
MOST_TOGETHER = 5_000_000
MOST_REDIRECTS = 10
CONNECT = 5.0  # seconds
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_FETCHED = 11200
TOO_LARGE = 30019

Locate = Callable[[str, Target], Connection | None]  # by world: where an app really is (`--map`)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """What one media is."""

    content_type: str
    data: bytes


class MediaFailure(Exception):
    """The media cannot be had: a message that is to have them fails with `code`.

    Its text quotes no URL. `url` is the one that failed, None where none is to blame alone; it is
    without userinfo, fragment and query, which may be what gives access to it. `status` is that
    of the answer, None where there was none.
    """

    def __init__(
        self, code: int, reason: str, *, url: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.url = url
        self.status = status


class FetchFiles:
    """Fetches the media of one message, beside each other.

    `allowed` gives the private targets of an account (by SID), as for its webhooks; `seconds` is
    the time for all of them together.
    """

    def __init__(
        self,
        egress: Egress,
        *,
        allowed: Callable[[str], Awaitable[AllowList]],
        locate: Locate | None = None,
        seconds: float,
    ) -> None:
        self._egress = egress
        self._allowed = allowed
        self._locate = locate
        self._seconds = seconds
        self._connect = min(CONNECT, seconds)

    async def __call__(
        self, world_id: str, account_sid: str, urls: Sequence[str]
    ) -> list[MediaFile]:
        """The files, in the order of their URLs. Raises MediaFailure."""
        allowed = await self._allowed(account_sid)
        try:
            async with asyncio.timeout(self._seconds), asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._fetch(world_id, allowed, url)) for url in urls]
        except TimeoutError as error:
            late = next((u for u, t in zip(urls, tasks, strict=True) if t.cancelled()), None)
            reason = f"no complete answer within {self._seconds:g} s"
            raise MediaFailure(NOT_FETCHED, reason, url=_shown(late)) from error
        except BaseExceptionGroup as group_of:
            failures = group_of.subgroup(MediaFailure)
            if failures is None:
                raise
            raise failures.exceptions[0] from None
        files = [task.result() for task in tasks]
        check_together(files)
        return files

    async def _fetch(self, world_id: str, allowed: AllowList, url: str) -> MediaFile:
        """One file; a failure says that it is this one's, and where it was redirected to."""
        hosts: list[str] = []
        try:
            return await self._follow(world_id, allowed, url, hosts)
        except MediaFailure as failure:
            reason = str(failure)
            if hosts and hosts[-1] != hosts[0]:
                reason += f", after a redirect to {hosts[-1]}"
            raise MediaFailure(
                failure.code, reason, url=_shown(url), status=failure.status
            ) from failure.__cause__

    async def _follow(
        self, world_id: str, allowed: AllowList, url: str, hosts: list[str]
    ) -> MediaFile:
        """The file at a URL, or where that leads; `hosts` gets those that were asked."""
        home: Target | None = None
        for _ in range(MOST_REDIRECTS + 1):
            try:
                target = read_target(url)
            except InvalidTarget as error:
                raise MediaFailure(NOT_FETCHED, str(error).rstrip(".")) from None
            home = home or target
            hosts.append(target.host)
            place = None if self._locate is None else self._locate(world_id, target)
            passage = Passage(allowed=allowed, open=place is not None)
            try:
                answer = await self._request(target, home, place, passage)
                try:
                    location = answer.fields.get("location")
                    if answer.status not in REDIRECTS or not location:
                        return await _read(answer)
                    url = urljoin(target.url, location)
                finally:
                    answer.close()
            except ERRORS as error:
                limits = Overrides(ct=int(self._connect * 1000))
                reason = explain(error, target, limits, passage).reason
                raise MediaFailure(NOT_FETCHED, reason) from error
        raise MediaFailure(NOT_FETCHED, f"more than {MOST_REDIRECTS} redirects")

    async def _request(
        self, target: Target, home: Target, place: Connection | None, passage: Passage
    ) -> Answer:
        headers = {
            "Host": target.host_header,
            **FIXED,
            "Accept-Encoding": "identity",
        }
        # The credentials that the URL came with are for the host that it names.
        owner = home if target.username is None else target
        if owner.username is not None and (owner.scheme, owner.authority) == (
            target.scheme,
            target.authority,
        ):
            pair = f"{owner.username}:{owner.password or ''}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
        if place is not None:
            headers.update(place.headers)
        return await self._egress.request(
            "GET",
            target.url if place is None else place.url,
            headers=headers,
            passage=passage,
            connect=self._connect,
        )


def check_together(files: Sequence[MediaFile]) -> None:
    """Raises MediaFailure where the files of a message are too much together."""
    if sum(len(file.data) for file in files) > MOST_TOGETHER:
        raise MediaFailure(TOO_LARGE, "the media are larger than 5 MB together")


async def _read(answer: Answer) -> MediaFile:
    status = answer.status
    if status != 200:
        raise MediaFailure(NOT_FETCHED, f"answered {status}", status=status)
    if (answer.fields.get("content-encoding") or "identity").lower() != "identity":
        # Asked not to: stored as it is, it would be no image any more.
        raise MediaFailure(NOT_FETCHED, "answered compressed, though asked not to", status=status)
    kind = (answer.fields.get("content-type") or "").split(";")[0].strip().lower()
    content_type = _storable(kind) or "application/octet-stream"
    most = MOST_IMAGE if content_type in IMAGES else MOST_OTHER
    data = bytearray()
    async for chunk in answer:
        data += chunk
        if len(data) > most:
            raise MediaFailure(TOO_LARGE, f"larger than {most} bytes", status=status)
    return MediaFile(content_type, bytes(data))


def _shown(url: str | None) -> str | None:
    return None if url is None else without_query(shown_url(url)) or None


def _storable(kind: str) -> str:
    """A content type as it can be stored, and sent in a header again."""
    return kind[:128] if kind.isascii() and kind.isprintable() else ""

"""Media files: fetched by URL or given inline, within Twilio's limits (1.1), and kept.

5 MB for jpeg, png and gif, 500 kB for other accepted types, 5 MB together. What is fetched goes to
the disk as it comes: of a file there is a small piece in memory, however large it pretends to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from trunkline.messaging.media.accepted_types import IMAGES, accepted_type
from trunkline.messaging.media.blobs import BlobStoreDown, in_pieces
from trunkline.messaging.media.keep_media import KeepMedia, KeptMedia, Spool, SpooledMedia
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.http import AllowList, Egress, Passage
from trunkline.webhooks.http.answers import Answer
from trunkline.webhooks.http.ask_for_file import ask_for_file
from trunkline.webhooks.http.failures import ERRORS, explain
from trunkline.webhooks.overrides import Overrides
from trunkline.webhooks.shown_url import shown_url, without_query
from trunkline.webhooks.target import InvalidTarget, Target, read_target

__all__ = [
    "MOST_TOGETHER",
    "TOO_LARGE",
    "FetchFiles",
    "MediaFailure",
    "MediaFile",
]

MOST_IMAGE = 5_000_000  # bytes
MOST_OTHER = 500_000
MOST_TOGETHER = 5_000_000
MOST_REDIRECTS = 10
CONNECT = 5.0  # seconds
AT_ONCE = 2  # files of one message: each connection holds some hundred kB that have come
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_FETCHED = 11200
TOO_LARGE = 30019
WRONG_TYPE = 12300
NO_MEDIA = "its Content-Type is none that messages may have"

Locate = Callable[[str, Target], Connection | None]  # by world: where an app really is (`--map`)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A media file that was handed in, e.g. by a virtual phone."""

    content_type: str
    data: bytes


class MediaFailure(Exception):
    """The media cannot be had: a message that is to have them fails with `code`.

    Its text quotes no URL. `url` is the one that failed, None where none is to blame alone; it is
    without userinfo, fragment and query, which may be what gives access to it. `status` is that
    of the answer, None where there was none. `together`: no file alone is to blame.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        *,
        url: str | None = None,
        status: int | None = None,
        together: bool = False,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.url = url
        self.status = status
        self.together = together


class _Allowance:
    """How many bytes the files of a message may still have together."""

    def __init__(self) -> None:
        self._left = MOST_TOGETHER

    def take(self, count: int) -> None:
        """Raises MediaFailure where it is too much."""
        self._left -= count
        if self._left < 0:
            raise MediaFailure(TOO_LARGE, "the media are larger than 5 MB together", together=True)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What holds for the files of one message, and where they are written."""

    allowed: AllowList
    allowance: _Allowance
    spool: Spool
    turn: asyncio.Semaphore


class FetchFiles:
    """Fetches the media of one message, a few at a time, and keeps them.

    `allowed` gives the private targets of an account (by SID), as for its webhooks; `seconds` is
    the time for all of them together.
    """

    def __init__(
        self,
        egress: Egress,
        *,
        keep: KeepMedia,
        allowed: Callable[[str], Awaitable[AllowList]],
        locate: Locate | None = None,
        seconds: float,
    ) -> None:
        self._egress = egress
        self._keep = keep
        self._allowed = allowed
        self._locate = locate
        self._seconds = seconds
        self._connect = min(CONNECT, seconds)

    async def __call__(
        self,
        world_id: str,
        account_sid: str,
        urls: Sequence[str],
        given: Sequence[MediaFile] = (),
    ) -> list[KeptMedia]:
        """The files: those that are `given`, then those of the URLs, in their order. None is kept
        unless all are. Raises MediaFailure, StoreUnavailable.
        """
        allowed = await self._allowed(account_sid)
        allowance = _Allowance()
        for file in given:
            if accepted_type(file.content_type) is None:
                raise MediaFailure(WRONG_TYPE, "a Content-Type is none that messages may have")
            allowance.take(len(file.data))
        async with self._keep.spool() as spool:
            files = [await spool.write(f.content_type, in_pieces(f.data)) for f in given]
            rules = _Rules(allowed, allowance, spool, asyncio.Semaphore(AT_ONCE))
            files += await self._all(world_id, urls, rules)
            return await self._keep.keep(files)

    async def _all(self, world_id: str, urls: Sequence[str], rules: _Rules) -> list[SpooledMedia]:
        try:
            async with asyncio.timeout(self._seconds), asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._fetch(world_id, rules, url)) for url in urls]
        except TimeoutError as error:
            late = next((u for u, t in zip(urls, tasks, strict=True) if t.cancelled()), None)
            reason = f"no complete answer within {self._seconds:g} s"
            raise MediaFailure(NOT_FETCHED, reason, url=_shown(late)) from error
        except BaseExceptionGroup as group_of:
            known = group_of.subgroup((MediaFailure, BlobStoreDown))
            if known is None:
                raise
            raise known.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _fetch(self, world_id: str, rules: _Rules, url: str) -> SpooledMedia:
        """One file; a failure says that it is this one's, and where it was redirected to."""
        hosts: list[str] = []
        try:
            async with rules.turn:
                return await self._follow(world_id, rules, url, hosts)
        except MediaFailure as failure:
            if failure.together:
                raise
            reason = str(failure)
            if hosts and hosts[-1] != hosts[0]:
                reason += f", after a redirect to {hosts[-1]}"
            raise MediaFailure(
                failure.code, reason, url=_shown(url), status=failure.status
            ) from failure.__cause__

    async def _follow(
        self, world_id: str, rules: _Rules, url: str, hosts: list[str]
    ) -> SpooledMedia:
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
            passage = Passage(allowed=rules.allowed, open=place is not None)
            try:
                answer = await ask_for_file(
                    self._egress,
                    target,
                    home=home,
                    place=place,
                    passage=passage,
                    connect=self._connect,
                )
                try:
                    location = answer.fields.get("location")
                    if answer.status not in REDIRECTS or not location:
                        return await _read(answer, rules)
                    url = urljoin(target.url, location)
                finally:
                    answer.close()
            except ERRORS as error:
                limits = Overrides(ct=int(self._connect * 1000))
                reason = explain(error, target, limits, passage).reason
                raise MediaFailure(NOT_FETCHED, reason) from error
        raise MediaFailure(NOT_FETCHED, f"more than {MOST_REDIRECTS} redirects")


async def _read(answer: Answer, rules: _Rules) -> SpooledMedia:
    status = answer.status
    if status != 200:
        raise MediaFailure(NOT_FETCHED, f"answered {status}", status=status)
    if (answer.fields.get("content-encoding") or "identity").lower() != "identity":
        # Asked not to: stored as it is, it would be no image any more.
        raise MediaFailure(NOT_FETCHED, "answered compressed, though asked not to", status=status)
    content_type = accepted_type(answer.fields.get("content-type"))
    if content_type is None:
        raise MediaFailure(WRONG_TYPE, NO_MEDIA, status=status)
    most = MOST_IMAGE if content_type in IMAGES else MOST_OTHER
    length = answer.fields.get("content-length") or ""
    if length.isdigit() and len(length) < 20 and int(length) > most:
        raise _too_large(most, status)  # without a byte of it
    return await rules.spool.write(content_type, _body(answer, most, rules.allowance))


async def _body(answer: Answer, most: int, allowance: _Allowance) -> AsyncIterator[bytes]:
    """The body as it comes, until it is more than it may be."""
    size = 0
    async for chunk in answer:
        size += len(chunk)
        if size > most:
            raise _too_large(most, answer.status)
        allowance.take(len(chunk))
        yield chunk


def _too_large(most: int, status: int) -> MediaFailure:
    return MediaFailure(TOO_LARGE, f"larger than {most} bytes", status=status)


def _shown(url: str | None) -> str | None:
    return None if url is None else without_query(shown_url(url)) or None

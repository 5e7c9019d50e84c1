"""Audio that apps name by URL (Play, wait music): fetched within limits, and kept as HTTP allows.

What is fetched goes to the disk as it comes; how large it may be is known before the first byte
where its server says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from trunkline.twiml.content import audio_type
from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.audio_failed import NOT_FETCHED, WRONG_TYPE, AudioFailed
from trunkline.voice.speech.convert_audio import ConvertAudio
from trunkline.voice.speech.freshness import Freshness, read_freshness
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.http import AllowList, Egress, Passage
from trunkline.webhooks.http.answers import Answer
from trunkline.webhooks.http.ask_for_file import ask_for_file
from trunkline.webhooks.http.failures import ERRORS, explain
from trunkline.webhooks.overrides import Overrides
from trunkline.webhooks.shown_url import shown_url, without_query
from trunkline.webhooks.target import InvalidTarget, Target, read_target

__all__ = ["MOST", "FetchAudio"]

MOST = 40_000_000  # bytes of a file
MOST_REDIRECTS = 10
CONNECT = 5.0  # seconds
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TO_GET = frozenset({301, 302, 303})  # by a POST (behaviour 2.1)
KNOWN = 10_000  # URLs whose answers are remembered
PIECE = 1 << 18  # bytes that go to the disk at a time
Locate = Callable[[str, Target], Connection | None]  # by world: where an app really is (`--map`)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a URL was answered with."""

    path: Path
    freshness: Freshness
    fresh_until: float  # of the loop's time


@dataclass(frozen=True, slots=True)
class _Order:
    """Whose request it is, and what it may reach."""

    world_id: str
    allowed: AllowList
    method: str
    conditions: dict[str, str]


class FetchAudio:
    """Fetches audio, and has it converted to what the engine plays.

    `allowed` gives the private targets of an account (by SID), as for its webhooks. `own_url` is
    what addresses of this platform begin with: recordings are played from it. `seconds` is the
    time for one file with its redirects.
    """

    def __init__(
        self,
        egress: Egress,
        *,
        cache: AudioCache,
        convert: ConvertAudio,
        allowed: Callable[[str], Awaitable[AllowList]],
        locate: Locate | None,
        own_url: Callable[[], str],
        seconds: float,
    ) -> None:
        self._egress = egress
        self._cache = cache
        self._convert = convert
        self._allowed = allowed
        self._locate = locate
        self._own_url = own_url
        self._seconds = seconds
        self._connect = min(CONNECT, seconds)
        self._kept: OrderedDict[tuple[str, str, str], _Kept] = OrderedDict()
        self._fetching: dict[tuple[str, str, str], asyncio.Task[Path]] = {}

    async def __call__(
        self, world_id: str, account_sid: str, url: str, method: str = "GET"
    ) -> Path:
        """The WAV of what is at a URL: 8 kHz, 16 bit, mono. Raises AudioFailed.

        Who asks for what is being fetched gets the same. The answer to a POST is never used again.
        """
        if method != "GET":
            return await self._fetch(world_id, account_sid, url, method, None)
        key = (world_id, account_sid, url.partition("#")[0])
        known = self._kept.get(key)
        if known is not None and not self._cache.use(known.path):
            del self._kept[key]
            known = None
        if known is not None and known.fresh_until > asyncio.get_running_loop().time():
            self._kept.move_to_end(key)
            return known.path
        task = self._fetching.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(world_id, account_sid, url, method, known, key))
            self._fetching[key] = task
            task.add_done_callback(lambda done: self._fetched(key, done))
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """Give up what is being fetched."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fetched(self, key: tuple[str, str, str], task: asyncio.Task[Path]) -> None:
        self._fetching.pop(key, None)
        if not task.cancelled():
            task.exception()  # it was told to all who waited

    async def _fetch(
        self,
        world_id: str,
        account_sid: str,
        url: str,
        method: str,
        known: _Kept | None,
        key: tuple[str, str, str] | None = None,
    ) -> Path:
        conditions = known.freshness.conditions if known is not None else {}
        order = _Order(world_id, await self._allowed(account_sid), method, conditions)
        source: Path | None = None
        try:
            source = self._cache.spool()
            try:
                async with asyncio.timeout(self._seconds):
                    got = await self._follow(order, url, source)
            except TimeoutError:
                reason = f"no complete answer within {self._seconds:g} s"
                raise AudioFailed(NOT_FETCHED, reason) from None
            if got is None:
                assert known is not None
                path = known.path
                freshness = known.freshness
            else:
                path = await self._convert(source, got.content_type, digest=got.digest)
                freshness = got.freshness
        except AudioFailed as failure:
            raise AudioFailed(
                failure.code, str(failure), without_query(shown_url(url)), status=failure.status
            ) from failure.__cause__
        except OSError as error:
            reason = f"it cannot be kept here ({error.strerror})"
            raise AudioFailed(12400, reason, without_query(shown_url(url))) from error
        finally:
            if source is not None:
                with contextlib.suppress(OSError):
                    source.unlink(missing_ok=True)
        if key is not None:
            self._remember(key, path, freshness)
        return path

    def _remember(self, key: tuple[str, str, str], path: Path, freshness: Freshness) -> None:
        self._kept.pop(key, None)
        if not freshness.keep:
            return
        until = asyncio.get_running_loop().time() + freshness.seconds
        self._kept[key] = _Kept(path, freshness, until)
        while len(self._kept) > KNOWN:
            self._kept.popitem(last=False)

    async def _follow(self, order: _Order, url: str, source: Path) -> _Fetched | None:
        """What is at a URL, or where that leads; None: what is known of it still holds."""
        home: Target | None = None
        method = order.method
        for _ in range(MOST_REDIRECTS + 1):
            try:
                target = read_target(url)
            except InvalidTarget as error:
                raise AudioFailed(NOT_FETCHED, str(error).rstrip(".")) from None
            home = home or target
            place = None if self._locate is None else self._locate(order.world_id, target)
            passage = Passage(allowed=order.allowed, open=place is not None or self._own(target))
            try:
                answer = await ask_for_file(
                    self._egress,
                    target,
                    home=home,
                    place=place,
                    passage=passage,
                    connect=self._connect,
                    method=method,
                    headers=order.conditions if method == "GET" else None,
                )
                try:
                    location = answer.fields.get("location")
                    if answer.status == 304 and order.conditions:
                        return None
                    if answer.status not in REDIRECTS or not location:
                        return await _read(answer, source)
                    if answer.status in TO_GET:
                        method = "GET"
                    url = urljoin(target.url, location)
                finally:
                    answer.close()
            except ERRORS as error:
                if isinstance(error, OSError) and error.filename is not None:
                    raise  # of the disk
                limits = Overrides(ct=int(self._connect * 1000))
                reason = explain(error, target, limits, passage).reason
                raise AudioFailed(NOT_FETCHED, reason) from error
        raise AudioFailed(NOT_FETCHED, f"more than {MOST_REDIRECTS} redirects")

    def _own(self, target: Target) -> bool:
        """Whether it is an address of this platform, which may be a private one."""
        try:
            own = read_target(self._own_url())
        except InvalidTarget:
            return False
        return (own.scheme, own.authority) == (target.scheme, target.authority)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A file that was written."""

    content_type: str
    digest: str  # SHA-256 in hexadecimal
    freshness: Freshness


async def _read(answer: Answer, source: Path) -> _Fetched:
    """Write the body to a file."""
    status = answer.status
    if status != 200:
        raise AudioFailed(NOT_FETCHED, f"answered {status}", status=status)
    if (answer.fields.get("content-encoding") or "identity").lower() != "identity":
        raise AudioFailed(NOT_FETCHED, "answered compressed, though asked not to", status=status)
    given = audio_type(answer.fields.get("content-type"))
    if given is None:
        raise AudioFailed(WRONG_TYPE, "its Content-Type is no audio that is played", status=status)
    length = answer.fields.get("content-length") or ""
    if length.isdigit() and len(length) < 20 and int(length) > MOST:
        raise _too_large(status)  # without a byte of it
    size = 0
    digest = hashlib.sha256()
    with source.open("xb", PIECE) as file:
        async for chunk in answer:
            size += len(chunk)
            if size > MOST:
                raise _too_large(status)
            digest.update(chunk)
            file.write(chunk)
    return _Fetched(given, digest.hexdigest(), read_freshness(answer.fields))


def _too_large(status: int) -> AudioFailed:
    return AudioFailed(NOT_FETCHED, f"larger than {MOST // 1_000_000} MB", status=status)

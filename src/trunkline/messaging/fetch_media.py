"""Fetch the media of a message by URL and store it, before the message goes to its carrier.

Limits are Twilio's (1.1): 5 MB for jpeg, png and gif, 500 kB for other types, 5 MB together.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import structlog

from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.dispatcher import Dispatcher
from trunkline.messaging.model import Dispatch
from trunkline.messaging.queue_works import (
    FinishDispatch,
    Reschedule,
    RescheduleDispatch,
)
from trunkline.messaging.works import (
    ApplyRetention,
    StoredMedia,
    StoreMedia,
    wants_retention,
)
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.group_commit import Refused
from trunkline.store.transitions import Transition, Transitions
from trunkline.worlds import Worlds

__all__ = ["FetchMedia", "MediaFailure"]

log = structlog.get_logger(__name__)

IMAGES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/gif"})
MOST_IMAGE = 5_000_000  # bytes
MOST_OTHER = 500_000
MOST_TOGETHER = 5_000_000
MOST_REDIRECTS = 10
CHUNK = 64 * 1024


class MediaFailure(Exception):
    """The media cannot be had: the message fails with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class FetchMedia:
    """The runner of the `media` lane.

    `commit` is one of its own: megabytes must not be in a transaction with other messages.
    `timeout` is in seconds, for all the media of a message together.
    """

    def __init__(
        self,
        *,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
        dispatcher: Dispatcher,
        timeout: float,
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._dispatcher = dispatcher
        self._seconds = timeout
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=min(timeout, 5.0))
        self._session: aiohttp.ClientSession | None = None
        self._finish = FinishDispatch()
        self._reschedule = RescheduleDispatch()
        self._store = StoreMedia()
        self._retention = ApplyRetention()

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Fetch the media of each message, store it, and let the message go on."""
        await self._dispatcher.each(batch, self._one)

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()

    async def _one(self, dispatch: Dispatch) -> None:
        sources = await self._database.fetch(queries.MEDIA_SOURCES, dispatch.sid[2:])
        try:
            files = await self._fetch_all(dispatch, sources)
        except MediaFailure as failure:
            log.info("media.failed", sid=dispatch.sid, code=failure.code, reason=str(failure))
            await self._commit.submit(*self._end(dispatch, failure), urgent=True)
            self._dispatcher.finish(dispatch)
            return
        now = self._worlds.clock(dispatch.world_id).now()
        results = await self._commit.submit(
            *(Job(self._store, media) for media in files),
            Job(self._reschedule, Reschedule(dispatch.sid, "submit", now)),
            urgent=True,
        )
        if any(isinstance(result, Refused) for result in results):
            self._dispatcher.finish(dispatch)
            return
        dispatch.step, dispatch.due_at = "submit", now
        self._dispatcher.postpone(dispatch)

    async def _fetch_all(self, dispatch: Dispatch, sources: list[Any]) -> list[StoredMedia]:
        """The files of a message, fetched beside each other, all within one time."""
        try:
            async with asyncio.timeout(self._seconds), asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._fetch(s["source_url"])) for s in sources]
        except TimeoutError as error:
            raise MediaFailure(11200, "took too long") from error
        except BaseExceptionGroup as group_of:
            failures = group_of.subgroup(MediaFailure)
            if failures is None:
                raise
            raise failures.exceptions[0] from None
        fetched = [task.result() for task in tasks]
        if sum(len(data) for _, data in fetched) > MOST_TOGETHER:
            raise MediaFailure(30019, "the media are larger than 5 MB together")
        moment = self._worlds.clock(dispatch.world_id).now()
        return [
            StoredMedia(
                message_sid=dispatch.sid,
                part=source["part"],
                media_id=self._sids.new_id(),
                content_type=content_type,
                data=data,
                moment=moment,
            )
            for source, (content_type, data) in zip(sources, fetched, strict=True)
        ]

    async def _fetch(self, url: str) -> tuple[str, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={
                    "User-Agent": "TwilioProxy/1.1",
                    "Accept": "*/*",
                    "Accept-Encoding": "identity",
                },
                auto_decompress=False,
            )
        try:
            async with self._session.get(url, max_redirects=MOST_REDIRECTS) as answer:
                if answer.status != 200:
                    raise MediaFailure(11200, f"answered {answer.status}")
                if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
                    # Asked not to: stored as it is, it would be no image any more.
                    raise MediaFailure(11200, "answered compressed")
                content_type = answer.headers.get("Content-Type", "").split(";")[0].strip()
                content_type = content_type.lower() or "application/octet-stream"
                most = MOST_IMAGE if content_type in IMAGES else MOST_OTHER
                data = bytearray()
                async for chunk in answer.content.iter_chunked(CHUNK):
                    data += chunk
                    if len(data) > most:
                        raise MediaFailure(30019, f"larger than {most} bytes")
                return content_type[:128], bytes(data)
        except MediaFailure:
            raise
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise MediaFailure(11200, type(error).__name__) from error

    def _end(self, dispatch: Dispatch, failure: MediaFailure) -> list[Job]:
        transition = Transition(
            subject=dispatch.sid,
            world_id=dispatch.world_id,
            path=("failed",),
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
            data={"error_code": failure.code, "reason": str(failure)},
            changes={"error_code": failure.code},
        )
        jobs = [Job(self._transitions, transition), Job(self._finish, dispatch.sid)]
        if dispatch.options is not None and wants_retention(dispatch.options):
            jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        return jobs

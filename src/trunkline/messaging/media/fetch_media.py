"""Fetch the media of a message by URL and store it, before the message goes to its carrier."""

from __future__ import annotations

from typing import Any

import structlog

from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.queue_works import (
    FinishDispatch,
    Reschedule,
    RescheduleDispatch,
)
from trunkline.messaging.media.blobs import BlobStoreDown
from trunkline.messaging.media.files import FetchFiles, MediaFailure
from trunkline.messaging.model import Dispatch, has_ended
from trunkline.messaging.retention.apply_retention import ApplyRetention, wants_retention
from trunkline.messaging.works import StoredMedia, StoreMedia
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.group_commit import Refused
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.webhooks.shown_url import origin
from trunkline.worlds import Worlds

__all__ = ["FetchMedia"]

log = structlog.get_logger(__name__)


class FetchMedia:
    """The runner of the `media` lane.

    What was fetched is durable before the rows that refer to it are committed: after a crash there
    may be files without a row, which are swept up, and never a row without its file.
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
        fetch: FetchFiles,
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._dispatcher = dispatcher
        self._fetch = fetch
        self._finish = FinishDispatch()
        self._reschedule = RescheduleDispatch()
        self._store = StoreMedia()
        self._retention = ApplyRetention()

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Fetch the media of each message, store it, and let the message go on."""
        await self._dispatcher.each(batch, self._one)

    async def _one(self, dispatch: Dispatch) -> None:
        sources = await self._database.fetch(queries.MEDIA_SOURCES, dispatch.sid[2:])
        try:
            files = await self._fetch_all(dispatch, sources)
        except MediaFailure as failure:
            log.info("media.failed", sid=dispatch.sid, code=failure.code, reason=str(failure))
            await self._fail(dispatch, failure)
            return
        except BlobStoreDown as error:
            # Not at once again: the customer's server would be asked for all of it each time.
            log.warning("media.not_kept", sid=dispatch.sid, reason=str(error))
            self._dispatcher.hold(dispatch)
            return
        now = self._worlds.clock(dispatch.world_id).now()
        # What is only accepted or scheduled yet is taken up by its service next, which gives it a
        # sender, or sees whether the one that the customer named is still in the pool.
        step = "choose" if dispatch.status in ("accepted", "scheduled") else "submit"
        results = await self._commit.submit(
            *(Job(self._store, media) for media in files),
            Job(self._reschedule, Reschedule(dispatch.sid, step, now)),
            urgent=True,
        )
        if any(isinstance(result, Refused) for result in results):
            # Nothing of it is left to send. What was stored in a row goes with that row.
            self._dispatcher.finish(dispatch)
            return
        dispatch.step, dispatch.due_at = step, now
        self._dispatcher.postpone(dispatch)

    async def _fail(self, dispatch: Dispatch, failure: MediaFailure) -> None:
        outcome, *_ = await self._commit.submit(*self._end(dispatch, failure), urgent=True)
        if isinstance(outcome, TransitionRefused):
            if not has_ended(outcome):
                self._dispatcher.release(dispatch)  # the row knows better where it is
                return
            await self._commit.submit(Job(self._finish, dispatch.sid), urgent=True)
        self._dispatcher.finish(dispatch)

    async def _fetch_all(self, dispatch: Dispatch, sources: list[Any]) -> list[StoredMedia]:
        files = await self._fetch(
            dispatch.world_id, f"AC{dispatch.account_id}", [s["source_url"] for s in sources]
        )
        moment = self._worlds.clock(dispatch.world_id).now()
        return [
            StoredMedia(
                message_sid=dispatch.sid,
                part=source["part"],
                media_id=self._sids.new_id(),
                content_type=file.content_type,
                blob_id=file.blob_id,
                size=file.size,
                moment=moment,
            )
            for source, file in zip(sources, files, strict=True)
        ]

    def _end(self, dispatch: Dispatch, failure: MediaFailure) -> list[Job]:
        data: dict[str, Any] = {"error_code": failure.code, "reason": str(failure)}
        if failure.url is not None:
            # Media are content: of what is not to be kept, the host alone is told.
            discard = (dispatch.options or {}).get("content_retention") == "discard"
            data["url"] = origin(failure.url) if discard else failure.url
        if failure.status is not None:
            data["http_status"] = failure.status
        transition = Transition(
            subject=dispatch.sid,
            world_id=dispatch.world_id,
            # A schedule that comes to nothing was taken up all the same.
            path=("queued", "failed") if dispatch.status == "scheduled" else ("failed",),
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
            data=data,
            changes={"error_code": failure.code},
        )
        jobs = [Job(self._transitions, transition), Job(self._finish, dispatch.sid)]
        if dispatch.options is not None and wants_retention(dispatch.options):
            jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        return jobs

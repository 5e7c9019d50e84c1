"""Make a request again that has ended, because the app missed it or did it wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from trunkline.store import Database, GroupCommit, Job, Work
from trunkline.webhooks import log_queries, queries
from trunkline.webhooks.history import IsUnderWay, nobody
from trunkline.webhooks.kinds import DeliveryKind
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.queue_table import delivery_of

__all__ = ["NotResendable", "Resend"]


class NotResendable(Exception):
    """The request cannot be made again; the text is one sentence."""


class Resend:
    """Makes requests again. `due` is the work that puts them into the queue, `is_under_way` tells
    which requests of the queue are being made."""

    def __init__(
        self,
        *,
        database: Database,
        commit: GroupCommit,
        due: Work,
        make: MakeDelivery,
        kinds: Mapping[str, DeliveryKind],
        is_under_way: IsUnderWay = nobody,
    ) -> None:
        self._database = database
        self._commit = commit
        self._due = due
        self._make = make
        self._kinds = kinds
        self._is_under_way = is_under_way
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, world_id: str, request_id: str) -> Delivery:
        """Put the request into the queue again, with its token, so that an app can tell that it
        knows it. It is committed when this returns.

        What the app answers is carried out unless an answer to the same request was before: a
        reply is made once. Raises NotResendable, LookupError when the world has no such request.
        """
        # Two at once would both find that nobody has answered yet.
        async with self._one_at_a_time:
            delivery = await self._again(world_id, request_id)
            await self._commit.submit(Job(self._due, delivery))
        return delivery

    async def _again(self, world_id: str, request_id: str) -> Delivery:
        ended = await self._ended(world_id, request_id)
        # The queue before the log: what ends in between is found in the log.
        waits = await self._database.fetchval(log_queries.WAITS_WITH_TOKEN, world_id, ended.token)
        if waits is not None:
            raise NotResendable("The request is being made again already.")
        answered = await self._database.fetchval(
            log_queries.WAS_DELIVERED, ended.subject[2:], ended.token
        )
        kind = self._kinds.get(ended.kind)
        if kind is None or await kind.parameters(ended) is None:
            raise NotResendable("There is nothing to tell any more: the message is gone.")
        data = {**ended.data, "resent": True}
        if answered:
            data["execute"] = False
        return self._make(
            subject=ended.subject,
            account_id=ended.account_id,
            world_id=ended.world_id,
            kind=ended.kind,
            url=ended.url,
            method=ended.method,
            data=data,
            token=ended.token,
        )

    async def _ended(self, world_id: str, request_id: str) -> Delivery:
        if await self._database.fetchrow(queries.FETCH_DUE, request_id, world_id) is not None:
            if self._is_under_way(request_id):
                raise NotResendable("The request has not ended yet: it is under way.")
            raise NotResendable("The request has not ended yet: it waits for its turn.")
        row = await self._database.fetchrow(queries.FETCH, request_id, world_id)
        if row is None:
            raise LookupError(f"there is no request {request_id}")
        return delivery_of(row)

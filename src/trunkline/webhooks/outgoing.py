"""What surrounds a request: where a mapped app is, which private hosts its account may reach, and
the cookies of its conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from trunkline.store import Job
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.http import AllowList, Exchange, Jar, Outgoing
from trunkline.webhooks.kinds import DeliveryKind, headers_of
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.target import Target

__all__ = ["Conversation", "MakeOutgoing"]

Conversation = tuple[str, str, str]  # account id, the app's number, the phone


class Jars(Protocol):
    """The cookies of conversations."""

    def find(self, world_id: str, conversation: Conversation) -> Jar | None:
        """The jar of a conversation; None when it has no cookies."""

    def after(
        self, world_id: str, conversation: Conversation, jar: Jar | None, exchange: Exchange
    ) -> list[Job]:
        """What keeps the cookies that an exchange set, or used."""


class MakeOutgoing:
    """Makes an `Outgoing` of a delivery. `locate` tells where a world's mapped targets are."""

    def __init__(
        self,
        *,
        locate: Callable[[str, Target], Connection | None],
        allowed_of: Callable[[str], Awaitable[AllowList]],
        jars: Jars,
    ) -> None:
        self._locate = locate
        self._allowed_of = allowed_of
        self._jars = jars

    async def __call__(
        self,
        delivery: Delivery,
        kind: DeliveryKind,
        target: Target,
        parameters: Parameters,
        token: str,
    ) -> Outgoing:
        """The request as it is to be made; `token` is the auth token that signs it."""
        conversation = self._conversation(delivery, kind, parameters)
        jar = None if conversation is None else self._jars.find(delivery.world_id, conversation)
        return Outgoing(
            target=target,
            locate=partial(self._locate, delivery.world_id),
            method=delivery.method,
            parameters=parameters,
            token=delivery.token,
            auth_token=token,
            headers=headers_of(kind),
            cookies=jar,
            read_body=kind.reads_body,
            allowed=await self._allowed_of("AC" + delivery.account_id),
        )

    def after(
        self,
        delivery: Delivery,
        kind: DeliveryKind,
        parameters: Parameters,
        outgoing: Outgoing,
        exchange: Exchange,
    ) -> list[Job]:
        """What keeps the cookies of a conversation."""
        conversation = self._conversation(delivery, kind, parameters)
        if conversation is None:
            return []
        return self._jars.after(delivery.world_id, conversation, outgoing.cookies, exchange)

    @staticmethod
    def _conversation(
        delivery: Delivery, kind: DeliveryKind, parameters: Parameters
    ) -> Conversation | None:
        between = kind.conversation(parameters)
        return None if between is None else (delivery.account_id, *between)

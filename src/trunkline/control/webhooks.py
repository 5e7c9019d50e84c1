"""Webhooks: what was requested of apps, once more if need be; chaos, maps, settings of accounts."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.sids import is_sid
from trunkline.webhooks.alerts.account_settings import KEEP, InvalidSetting
from trunkline.webhooks.chaos import Chaos
from trunkline.webhooks.history import Ambiguous, RequestDetail, RequestSummary
from trunkline.webhooks.resend import NotResendable
from trunkline.webhooks.world_settings import InvalidMap, Map

__all__ = ["Webhooks"]

MOST_MAPS = 1_000
Sid = Annotated[str, Meta(max_length=34)]
Outcome = Literal["waiting", "under_way", "delivered", "failed", "dropped"]


class RequestFilter(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which requests to show."""

    subject: Annotated[Sid | None, Meta(description="SID of what they are about")] = None
    outcome: Annotated[
        Outcome | None, Meta(description="How they ended, or that they have not")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=1000, description="Newest requests to show")] = 50


class RequestPage(msgspec.Struct):
    """Requests to apps, newest first."""

    requests: list[RequestSummary]


class ResentRequest(msgspec.Struct):
    """The request that repeats another one."""

    id: str
    subject: str
    idempotency_token: str


class ChaosState(msgspec.Struct):
    """The chaos of a world; null is calm."""

    chaos: Chaos | None


class MapsToSet(msgspec.Struct, forbid_unknown_fields=True):
    """The maps of a world, in place of those that it has."""

    maps: Annotated[list[Map], Meta(max_length=MOST_MAPS)]


class Maps(msgspec.Struct):
    """The maps of a world, and after them those of the platform, each as PUBLIC=LOCAL."""

    maps: list[Map]
    everywhere: list[str]


class WebhookAccount(msgspec.Struct, kw_only=True):
    """What an account sets for its webhooks."""

    account_sid: str
    debugger_url: str | None
    allowed: list[str]


class WebhookAccountChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to set. A debugger URL of null takes it away; a list takes the place of the other."""

    debugger_url: (
        Annotated[str, Meta(max_length=4096, description="Every alert is sent there")]
        | UnsetType
        | None
    ) = UNSET
    allowed: (
        Annotated[
            list[Annotated[str, Meta(min_length=1, max_length=253)]],
            Meta(
                max_length=100,
                description="Private networks, addresses and host names that may be requested",
            ),
        ]
        | UnsetType
    ) = UNSET


class Webhooks:
    """The operations on requests to apps."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/webhooks", asks=RequestFilter, answers=RequestPage)
    async def list_requests(self, call: Call, asked: RequestFilter) -> RequestPage:
        """List the requests to apps, newest first."""
        subject = asked.subject
        if subject is not None:
            if not is_sid(subject):
                raise ControlError(422, "invalid_parameter", "subject: not a SID.")
            subject = subject[:2] + subject[2:].lower()
        found = await self._platform.webhook_history.newest(
            call.world.id, subject=subject, outcome=asked.outcome, limit=asked.limit
        )
        return RequestPage(found)

    @operation("GET", "/webhooks/chaos", answers=ChaosState)
    async def fetch_chaos(self, call: Call, _: Nothing) -> ChaosState:
        """Show the chaos of a world."""
        return self._chaos(call)

    @operation("PUT", "/webhooks/chaos", asks=Chaos, answers=ChaosState)
    async def set_chaos(self, call: Call, asked: Chaos) -> ChaosState:
        """Disturb the requests of a world.

        What is not named is 0. Decisions follow from the seed and begin anew, also when the same
        is set again. Refused in production.
        """
        if self._platform.settings.mode == "production":
            raise ControlError(
                409, "production_mode", "A platform in production mode takes no chaos."
            )
        await self._platform.webhook_worlds.set_chaos(call.world.id, asked)
        return self._chaos(call)

    @operation("DELETE", "/webhooks/chaos", answers=ChaosState)
    async def end_chaos(self, call: Call, _: Nothing) -> ChaosState:
        """Let a world be calm again. Requests that are already late come late."""
        await self._platform.webhook_worlds.set_chaos(call.world.id, None)
        return self._chaos(call)

    @operation("GET", "/webhooks/maps", answers=Maps)
    async def list_maps(self, call: Call, _: Nothing) -> Maps:
        """List the public addresses whose apps are elsewhere."""
        return self._maps(call)

    @operation("PUT", "/webhooks/maps", asks=MapsToSet, answers=Maps)
    async def set_maps(self, call: Call, asked: MapsToSet) -> Maps:
        """Say where the apps behind public addresses are.

        Requests to a public address, or below its path, go to the local one, signed and with
        headers as if a proxy stood between. An empty list takes all maps away.
        """
        try:
            await self._platform.webhook_worlds.set_maps(call.world.id, asked.maps)
        except InvalidMap as error:
            raise ControlError(422, "invalid_map", str(error)) from None
        return self._maps(call)

    @operation("GET", "/webhooks/accounts/{account_sid}", answers=WebhookAccount)
    async def fetch_webhook_account(self, call: Call, _: Nothing) -> WebhookAccount:
        """Show what an account sets for its webhooks."""
        return await self._account(await self._account_sid(call))

    @operation(
        "PUT",
        "/webhooks/accounts/{account_sid}",
        asks=WebhookAccountChange,
        answers=WebhookAccount,
    )
    async def change_webhook_account(
        self, call: Call, asked: WebhookAccountChange
    ) -> WebhookAccount:
        """Set where the alerts of an account are sent, and which private hosts it may reach.

        What is not named stays as it is.
        """
        sid = await self._account_sid(call)
        try:
            await self._platform.webhook_accounts.set(
                sid,
                debugger_url=KEEP if asked.debugger_url is UNSET else asked.debugger_url,
                allowed=KEEP if asked.allowed is UNSET else asked.allowed,
            )
        except InvalidSetting as error:
            raise ControlError(422, "invalid_parameter", str(error)) from None
        except LookupError:
            raise _no_account() from None
        return await self._account(sid)

    @operation("GET", "/webhooks/{id}", answers=RequestDetail)
    async def fetch_request(self, call: Call, _: Nothing) -> RequestDetail:
        """Show one request: what was sent, each attempt, and the answer.

        Parameters are rendered from the message as it is now.
        """
        found = await self._platform.webhook_history.fetch(call.world.id, await self._id(call))
        if found is None:
            raise _no_request()
        return found

    @operation("POST", "/webhooks/{id}/resend", answers=ResentRequest, status=201)
    async def resend_request(self, call: Call, _: Nothing) -> ResentRequest:
        """Make a request again that has ended.

        It has the same idempotency token. A reply is made once: what the app answers is not
        carried out if it answered the same request before.
        """
        try:
            made = await self._platform.resend(call.world.id, await self._id(call))
        except NotResendable as error:
            raise ControlError(409, "not_resendable", str(error)) from None
        except LookupError:
            raise _no_request() from None
        return ResentRequest(made.id, made.subject, _as_uuid(made.token))

    def _chaos(self, call: Call) -> ChaosState:
        return ChaosState(self._platform.webhook_worlds.chaos_of(call.world.id))

    def _maps(self, call: Call) -> Maps:
        worlds = self._platform.webhook_worlds
        return Maps(worlds.own_maps(call.world.id), list(worlds.everywhere))

    async def _id(self, call: Call) -> str:
        try:
            found = await self._platform.webhook_history.named(call.world.id, call.path["id"])
        except Ambiguous as error:
            raise ControlError(409, "ambiguous", str(error)) from None
        if found is None:
            raise _no_request()
        return found

    async def _account_sid(self, call: Call) -> str:
        account = await self._platform.authenticator.account(call.path["account_sid"])
        if account is None or account.world_id != call.world.id or account.is_test:
            raise _no_account()
        return account.sid

    async def _account(self, sid: str) -> WebhookAccount:
        accounts = self._platform.webhook_accounts
        allowed = await accounts.allowed(sid)
        return WebhookAccount(
            account_sid=sid,
            debugger_url=await accounts.own_debugger_url(sid),
            allowed=[*map(str, allowed.networks), *sorted(allowed.hosts)],
        )


def _no_request() -> ControlError:
    return ControlError(404, "no_such_request", "This world has no request of that id.")


def _no_account() -> ControlError:
    return ControlError(404, "no_such_account", "This world has no account of that SID.")


def _as_uuid(digits: str) -> str:
    return str(UUID(digits))

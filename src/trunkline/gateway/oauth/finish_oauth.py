"""A person comes back from a provider: code to tokens, tokens to an active connection."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from trunkline.faults import fault
from trunkline.gateway.connectors.declare import Method, OAuth
from trunkline.gateway.errors import CredentialsRefused, GatewayError, InputInvalid, NotFound
from trunkline.gateway.model import Connection
from trunkline.gateway.oauth.ask_for_tokens import AskForTokens
from trunkline.gateway.oauth.endpoints import endpoint, same_origin
from trunkline.gateway.oauth.failures import GrantRefused, NotNow
from trunkline.gateway.oauth.saving import keep_trying
from trunkline.gateway.oauth.seams import ConnectorOf, Credentials, Describe
from trunkline.gateway.oauth.states import States, UnderWay
from trunkline.gateway.oauth.tokens import Tokens, kept_with, refresh_time, renewable
from trunkline.store import StoreUnavailable

__all__ = ["CameBack", "End", "FinishOAuth", "Finished", "establish_with"]

log = structlog.get_logger(__name__)
ERROR_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class End(StrEnum):
    """How a flow ended."""

    CONNECTED = "connected"
    DENIED = "denied"  # the person, or the provider, said no
    FAILED = "failed"  # anything else that went wrong
    STALE = "stale"  # no such flow: used already, too old, another browser, a made-up link


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """What the provider's redirect carried, RFC 6749 section 4.1.2 and RFC 9207 section 2."""

    state: str = field(default="", repr=False)
    code: str | None = field(default=None, repr=False)
    error: str | None = None
    iss: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What the result page shows. `message` is one sentence, and holds nothing that came from the
    provider but its error code."""

    end: End
    message: str
    connection: Connection | None = None  # None with STALE


class FinishOAuth:
    """Ends a flow. Whatever goes wrong, a connection that was active before stays as it was."""

    def __init__(
        self,
        states: States,
        catalogue: ConnectorOf,
        credentials: Credentials,
        ask: AskForTokens,
        *,
        describe: Describe | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._states = states
        self._catalogue = catalogue
        self._credentials = credentials
        self._ask = ask
        self._describe = describe
        self._entropy = entropy
        self._running: set[asyncio.Task[Finished]] = set()

    async def __call__(self, came: CameBack, cookies: Mapping[str, str]) -> Finished:
        """How it ended. `cookies` are those of the browser. Raises StoreUnavailable while the state
        cannot be looked up: then it is still good for another try."""
        flow = await self._states.take(came.state, cookies)
        if flow is None:
            return Finished(
                end=End.STALE,
                message="This step was taken already, or is older than ten minutes, or was begun "
                "in another browser. Open the link to connect once more.",
            )
        # Nobody who closes the page may interrupt it: the code can be used only once.
        task = asyncio.create_task(self._end(flow, came))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def stop(self, *, seconds: float = 10) -> None:
        """Let flows end that are under way: a code can be used only once."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _end(self, flow: UnderWay, came: CameBack) -> Finished:
        try:
            connection = await self._connect(flow, came)
        except _Denied as error:
            return await self._failed(flow, End.DENIED, str(error))
        except (GrantRefused, NotNow) as error:
            return await self._failed(flow, End.FAILED, error.reason)
        except GatewayError as error:
            return await self._failed(flow, End.FAILED, error.message)
        except StoreUnavailable:
            return await self._failed(
                flow, End.FAILED, "The gateway's database cannot be reached: connect once more."
            )
        return Finished(
            end=End.CONNECTED, message=f"{connection.name} is connected.", connection=connection
        )

    async def _connect(self, flow: UnderWay, came: CameBack) -> Connection:
        connector = self._catalogue.get(flow.connection.connector)
        method = connector.method(flow.method) if connector is not None else None
        if connector is None or method is None or method.oauth is None:
            raise NotFound("This app cannot be connected any more.")
        _check_issuer(method.oauth, flow.entered, came.iss)
        if came.error is not None:
            raise _Denied(_why(came.error))
        if not came.code:
            raise InputInvalid("The provider sent neither a code nor an error.")
        parameters = {"code": came.code, "redirect_uri": flow.redirect_uri}
        if method.oauth.pkce:
            parameters["code_verifier"] = flow.verifier
        tokens = await self._ask(method.oauth, flow.entered, "authorization_code", **parameters)
        settings = {f.key for f in method.fields if f.setting}
        return await establish_with(
            flow.connection,
            method,
            {name: value for name, value in flow.entered.items() if name not in settings},
            {name: value for name, value in flow.entered.items() if name in settings},
            tokens,
            credentials=self._credentials,
            describe=self._describe,
            entropy=self._entropy,
        )

    async def _failed(self, flow: UnderWay, end: End, reason: str) -> Finished:
        try:
            await self._credentials.note_attempt_failed(flow.connection.id, reason)
        except (GatewayError, StoreUnavailable) as error:
            log.warning("oauth.attempt_not_noted", **fault(error))
        return Finished(end=end, message=reason, connection=flow.connection)


class _Denied(Exception):
    """The provider sent the person back with an error."""


async def establish_with(
    connection: Connection,
    method: Method,
    entered: Mapping[str, str],
    settings: Mapping[str, str],
    tokens: Tokens,
    *,
    credentials: Credentials,
    describe: Describe | None,
    entropy: Callable[[int], bytes],
) -> Connection:
    """The connection, active with tokens that were just given. `entered` is kept sealed.

    Raises CredentialsRefused when the provider does not accept its own tokens, NotFound,
    StoreUnavailable.
    """
    secrets = kept_with(entered, tokens)
    metadata: dict[str, Any] = {}
    if tokens.scope:
        metadata["scope"] = tokens.scope
    if describe is not None:
        try:
            metadata |= await describe(connection, method, secrets, settings)
        except CredentialsRefused:
            raise
        except GatewayError as error:
            # The tokens are good, as far as anybody knows; they come only once.
            log.warning("oauth.not_described", code=error.code)
    part = int.from_bytes(entropy(2)) / 0xFFFF
    refresh_at = refresh_time(tokens, part=part) if renewable(method, secrets) else None
    return await keep_trying(
        lambda: credentials.establish(
            connection.id, method.key, secrets, settings, metadata, refresh_at=refresh_at
        ),
        seconds=30,
    )


def _check_issuer(oauth: OAuth, entered: Mapping[str, str], issuer: str | None) -> None:
    """Refuse an answer of another server than the one that was asked (a mix-up: RFC 9700 section
    4.4): its code would go to a token endpoint that is not its own. Raises InputInvalid."""
    if issuer is None:
        return
    asked = [endpoint(text, entered) for text in (oauth.authorize_url, oauth.token_url) if text]
    if not any(same_origin(issuer, url) for url in asked):
        raise InputInvalid("The answer came from another server than the one that was asked.")


def _why(error: str) -> str:
    if error == "access_denied":
        return "Access was not permitted at the provider."
    code = error if ERROR_CODE.fullmatch(error) else "an error"
    return f"The provider answered with {code}."

"""How the machine-read endpoints answer, and how they refuse (RFC 6749, 5.1 and 5.2)."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.errors import GatewayError
from trunkline.gateway.sign_in.errors import InvalidClient, OAuthError, TemporarilyUnavailable
from trunkline.gateway.web import answer_json
from trunkline.store.errors import StoreUnavailable

__all__ = ["answer_json", "answered"]

Handler = Callable[[Request], Awaitable[Response]]


def answered(handler: Handler) -> Handler:
    """A handler whose refusals become JSON."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except OAuthError as error:
            return _refusal(error)
        except GatewayError as error:
            return _refusal(
                TemporarilyUnavailable(
                    error.message, status=error.status, retry_after=error.retry_after
                )
            )
        except StoreUnavailable:
            return _refusal(TemporarilyUnavailable(retry_after=1))

    return handle


def _refusal(error: OAuthError) -> Response:
    body: dict[str, Any] = {"error": error.error, "error_description": error.description}
    headers = {"Pragma": "no-cache"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, InvalidClient):
        headers["WWW-Authenticate"] = "Bearer"
    return answer_json(body, error.status, headers)

"""Refusals in Membrane's form: `{"type", "key", "message", "data"}`. Its SDK makes errors of its
own classes by `type`."""

from __future__ import annotations

import math
from typing import Any

from starlette.responses import Response

from trunkline.gateway import errors
from trunkline.gateway.errors import GatewayError
from trunkline.gateway.web import answer_json

__all__ = ["error_data", "render_error"]

_KEYS = {
    errors.NotFound: ("bad_request", "not_found"),
    errors.NotAuthenticated: ("bad_request", "not_authenticated"),
    errors.AccessDenied: ("bad_request", "access_denied"),
    errors.AlreadyExists: ("bad_request", "already_exists"),
    errors.RateLimited: ("bad_request", "rate_limit_exceeded"),
    errors.ConnectionMissing: ("connection", None),
    errors.ConnectionNotActive: ("connection", None),
    errors.CredentialsRefused: ("connection", None),
    errors.UpstreamUnreachable: ("connection", None),
    errors.UpstreamTimeout: ("connection", None),
    errors.OutcomeUnknown: ("concurrency", None),
    errors.ProviderRefused: ("action_run", None),
    errors.Unavailable: ("internal", None),
}


def error_data(error: GatewayError) -> dict[str, Any]:
    """The body of a refusal."""
    kind, key = next(
        (named for cls, named in _KEYS.items() if isinstance(error, cls)), ("bad_request", None)
    )
    if error.status >= 500 and kind == "bad_request":
        kind = "internal"
    return {
        "type": kind,
        "key": key or error.code,
        "message": error.message,
        **({"data": error.data} if error.data else {}),
    }


def render_error(error: GatewayError) -> Response:
    """The answer of a refusal."""
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return answer_json(error_data(error), error.status, headers)

"""Refusals in Maton's form: a flat object with a message, which is what its SDK shows."""

from __future__ import annotations

import math

from starlette.responses import Response

from trunkline.gateway.errors import GatewayError
from trunkline.gateway.web import answer_json

__all__ = ["render_error"]


def render_error(error: GatewayError) -> Response:
    """The answer of a refusal."""
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"code": error.code, "message": error.message, "status": error.status}
    if error.data:
        body["data"] = error.data
    return answer_json(body, error.status, headers)

"""Exceptions that are no refusal: what the client is told, and what is written to the log."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeAlias

import structlog

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import Operation

__all__ = ["OnError", "as_api_error", "log_error"]

OnError: TypeAlias = Callable[[Exception, str, Operation | None], None]
"""Called with the exception, the request's id, and the operation where it is known."""

BY_CODE = {
    entry.code: entry
    for entry in (catalogue.TOO_MANY_REQUESTS, catalogue.INTERNAL_ERROR, catalogue.UNAVAILABLE)
}
MOST_FRAMES = 12

log = structlog.get_logger("trunkline.rest")


def as_api_error(error: Exception) -> ApiError:
    """The refusal to answer with.

    Layers below `rest` cannot name its errors: the class of such an exception has an attribute
    `api_error_code` (20429, 20500 or 20503). Everything else is 500/20500.
    """
    if isinstance(error, ApiError):
        return error
    code = getattr(type(error), "api_error_code", None)
    return BY_CODE.get(code, catalogue.INTERNAL_ERROR)()  # type: ignore[arg-type]


def log_error(error: Exception, request_sid: str, operation: Operation | None) -> None:
    """Log an unexpected exception: its type and where it was raised, never its text.

    The text may quote a message's body or a credential, as those of the database driver do.
    """
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    log.error(
        "request failed",
        request=request_sid,
        operation=operation.name if operation else None,
        error=f"{type(error).__module__}.{type(error).__qualname__}",
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )

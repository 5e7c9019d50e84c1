"""How the control API refuses: one shape for all, `{"error": {"code", "message"}}`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ControlError"]


class ControlError(Exception):
    """A refused request: HTTP status, a code to compare with, and a sentence to read."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

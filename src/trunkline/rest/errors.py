"""How a refused request is told: one type of error, rendered by one place.

`ErrorType` is an entry of the catalogue (`rest/catalogue.py`); calling it gives the `ApiError`
to raise. Domain code raises by name, e.g. ``raise catalogue.INVALID_TO(to="+1555")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ApiError", "ErrorType"]

DOCS = "https://www.twilio.com/docs/errors/"


class ApiError(Exception):
    """A refused request: Twilio's code, the HTTP status and the message of the answer."""

    def __init__(
        self,
        code: int,
        status: int,
        message: str,
        *,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = dict(headers) if headers else {}

    @property
    def more_info(self) -> str:
        """The page of Twilio's error dictionary for this code."""
        return f"{DOCS}{self.code}"

    def body(self) -> dict[str, Any]:
        """The answer's body, in the order and with the keys that Twilio uses (0.5)."""
        body: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "more_info": self.more_info,
            "status": self.status,
        }
        if self.detail is not None:
            body["detail"] = self.detail
        return body


@dataclass(frozen=True, slots=True)
class ErrorType:
    """An entry of the catalogue: code, HTTP status, and the message with its named blanks."""

    code: int
    status: int
    message: str
    detail: str | None = None

    def __call__(self, *, headers: Mapping[str, str] | None = None, **values: object) -> ApiError:
        """The error to raise; `values` fill the blanks of the message."""
        message = self.message.format(**values) if values else self.message
        return ApiError(self.code, self.status, message, detail=self.detail, headers=headers)

"""What can be wrong with a reply of the customer's app: an error stops it, a warning does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "BODY_EMPTY",
    "CONTENT_TYPE_INVALID",
    "DOCUMENT_TOO_LARGE",
    "NOT_RETRIEVED",
    "NOT_WELL_FORMED",
    "ROOT_NOT_RESPONSE",
    "SCHEMA",
    "VERSION_INVALID",
    "TwimlError",
    "TwimlWarning",
]

# Twilio's numbers for what any document may meet (3.2, Appendix B). The verbs name their own.
NOT_RETRIEVED: Final = 11200
DOCUMENT_TOO_LARGE: Final = 11750
BODY_EMPTY: Final = 11770
NOT_WELL_FORMED: Final = 12100
VERSION_INVALID: Final = 12101
ROOT_NOT_RESPONSE: Final = 12102
SCHEMA: Final = 12200
CONTENT_TYPE_INVALID: Final = 12300


class TwimlError(Exception):
    """The reply cannot be executed: nothing of it is, and the fallback URL is next.

    `code` is Twilio's error code (3.2), `message` a sentence for the developer, `line` counts
    from 1 and is None where no line is to blame.
    """

    def __init__(self, code: int, message: str, line: int | None = None) -> None:
        super().__init__(code, message, line)
        self.code = code
        self.message = message
        self.line = line

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True, slots=True)
class TwimlWarning:
    """Something in the document was ignored or replaced by its default; execution goes on (12200).

    `code` is Twilio's, `message` a sentence for the developer (it names the line, the element and
    the attribute, and never quotes the text of a message or a URL), `line` counts from 1.
    """

    code: int
    message: str
    line: int | None = None

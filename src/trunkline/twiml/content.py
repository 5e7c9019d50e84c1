"""What the app's answer is: by its Content-Type a document, a plain text, or nothing usable.

Source: behaviour 2.1 (content types), 3.2 (errors).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from trunkline.twiml.decode import decode_plain, decode_xml
from trunkline.twiml.errors import (
    CONTENT_TYPE_INVALID,
    DOCUMENT_TOO_LARGE,
    NOT_RETRIEVED,
    TwimlError,
)
from trunkline.twiml.kinds import BLANKS
from trunkline.twiml.xml import Element, parse

__all__ = [
    "AUDIO_TYPES",
    "MAX_DOCUMENT_BYTES",
    "ContentType",
    "audio_type",
    "parse_content_type",
    "read_content",
]

MAX_DOCUMENT_BYTES: Final = 65_536  # "64 kB"; one byte more is 11750
# What a call can be played (2.1), as the answer to its webhook and in <Play>.
AUDIO_TYPES: Final = frozenset(
    f"audio/{name}"
    for name in (
        *("mpeg", "wav", "wave", "x-wav", "aiff", "x-aifc", "x-aiff"),
        *("gsm", "x-gsm", "ulaw"),
    )
)
_XML_TYPES: Final = ("text/xml", "application/xml", "text/html")
_NOT_PRINTABLE: Final = re.compile(r"[^\x21-\x7e]+")
_CHARSET: Final = re.compile(r"""\bcharset\s*=\s*["']?([^\s;"',]*)""", re.IGNORECASE)


class ContentType(NamedTuple):
    """A Content-Type: its media type in small letters, and its charset if it names one."""

    media_type: str
    charset: str | None


def parse_content_type(value: str) -> ContentType:
    """`text/xml; charset=utf-8`, as leniently as proxies and frameworks write it."""
    media_type, _, parameters = _NOT_PRINTABLE.sub(" ", value[:1000]).partition(";")
    charset = _CHARSET.search(parameters)
    return ContentType(media_type.strip().lower(), (charset[1] or None) if charset else None)


def audio_type(content_type: str | None) -> str | None:
    """The media type, if it is one of audio that can be played."""
    media_type = parse_content_type(content_type or "").media_type
    return media_type if media_type in AUDIO_TYPES else None


def read_content(body: bytes, content_type: str | None) -> Element | str | None:
    """The checked root of a document, the text of a plain one, or None for an empty body.

    `text/xml`, `application/xml` and `text/html` are parsed as XML. A body of blanks counts as
    empty. Raises TwimlError: 11200 for a body without a Content-Type, 12300 for another one (a
    picture, JSON, also `application/twiml+xml`, which Twilio does not list), 11750 for more than
    MAX_DOCUMENT_BYTES, 12100 for what is not well-formed or not in its encoding.
    """
    if len(body) <= MAX_DOCUMENT_BYTES and not body.strip():
        return None
    if content_type is None or not content_type.strip():
        raise TwimlError(
            NOT_RETRIEVED,
            "The answer has no Content-Type, and counts as 502 Bad Gateway. "
            "Send TwiML with Content-Type: text/xml.",
        )
    media_type, charset = parse_content_type(content_type)
    if media_type != "text/plain" and media_type not in _XML_TYPES:
        raise TwimlError(
            CONTENT_TYPE_INVALID,
            f'The Content-Type "{media_type[:80]}" cannot be executed. '
            "Send TwiML with Content-Type: text/xml.",
        )
    if len(body) > MAX_DOCUMENT_BYTES:
        raise TwimlError(
            DOCUMENT_TOO_LARGE,
            f"The answer is larger than {MAX_DOCUMENT_BYTES // 1024} kB. "
            "Divide the document and join its parts with <Redirect>.",
        )
    if media_type == "text/plain":
        return decode_plain(body, charset).strip(BLANKS) or None
    return parse(decode_xml(body, charset))

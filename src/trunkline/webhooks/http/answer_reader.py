"""Bytes of a connection to answers (RFC 9112). No I/O.

llhttp, the parser of Node, does the work, as lenient as browsers are about line ends; what it does
not bound is bounded here.
"""

from __future__ import annotations

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

__all__ = ["AnswerReader", "Fields", "NotHttp"]

MOST_FIELD = 8190  # bytes of a header, name and value together
MOST_FIELDS = 128  # of one answer, trailers among them
MOST_INTERIM = 8  # answers of 1xx before the real one
SLICE = 8192  # bytes that are parsed before the bounds are looked at again
MOST_PENDING = 16_384  # bytes of which nothing can be made yet: a header without end

SWITCHING_PROTOCOLS = 101
TOO_LONG = f"Got more than {MOST_FIELD} bytes when reading"
BAD_STATUS_LINE = "Bad status line"
# What llhttp says of a first line that is none of HTTP's.
_OF_STATUS_LINE = (
    "Expected HTTP/",
    "Expected dot",
    "Expected space after version",
    "Invalid HTTP version",
    "Invalid major version",
    "Invalid minor version",
    "Invalid response status",
    "Invalid status code",
)


class NotHttp(Exception):
    """What a server says is no HTTP, or more of it than is taken. The text quotes nothing of it."""


class Fields:
    """The headers of an answer, in their order. Bytes that are not UTF-8 are surrogates."""

    __slots__ = ("_pairs",)

    def __init__(self) -> None:
        self._pairs: list[tuple[str, str]] = []

    def add(self, name: bytes, value: bytes) -> None:
        """One more."""
        self._pairs.append(
            (
                name.decode("utf-8", "surrogateescape"),
                # llhttp strips the blanks before a value alone (RFC 9110, 5.5).
                value.rstrip(b" \t").decode("utf-8", "surrogateescape"),
            )
        )

    def items(self) -> list[tuple[str, str]]:
        """Names and values as they came."""
        return self._pairs

    def get(self, name: str) -> str | None:
        """The first value of a header; its name in lower case."""
        for known, value in self._pairs:
            if known.lower() == name:
                return value
        return None

    def getall(self, name: str) -> list[str]:
        """Every value of a header; its name in lower case."""
        return [value for known, value in self._pairs if known.lower() == name]

    def __len__(self) -> int:
        return len(self._pairs)


class AnswerReader:
    """Reads the answers of one connection, one after the other.

    `begin` says that one is expected. What comes when none is, is `surplus`: after it nothing
    that the connection brings can be trusted to be the answer to anything.
    """

    __slots__ = (
        "_fields_seen", "_interim", "_moved", "_parser", "_passing", "_pending", "_pieces",
        "_reason", "_refusal", "fields", "head", "held", "keep", "status", "surplus", "whole",
    )  # fmt: skip

    def __init__(self) -> None:
        self.surplus = False  # something came that was not asked for
        self._moved = False  # something was made of the bytes that are parsed now
        self._refusal = ""  # why what was read is not taken
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self.begin()

    def begin(self) -> None:
        """The next answer is expected."""
        self.status = 0
        self.fields = Fields()
        self.head = False  # status and headers are complete
        self.whole = False  # and the body
        self.keep = False  # the connection stays open after it
        self.held = 0  # bytes of the body that were not taken yet
        self._pieces: list[bytes] = []
        self._interim = 0
        self._passing = False  # an interim answer is read
        self._fields_seen = 0
        self._reason = 0  # bytes of the reason phrase, which is not kept
        self._pending = 0

    def feed(self, data: bytes) -> None:
        """Bytes came. NotHttp, after which nothing more may be fed: what was read until then
        stands."""
        if len(data) <= SLICE:
            self._feed(data)
            return
        view = memoryview(data)
        for start in range(0, len(data), SLICE):
            self._feed(view[start : start + SLICE])
            if self.surplus:
                return

    def end(self) -> bool:
        """Nothing more comes. Whether the answer is whole: also one whose body has no other end
        (RFC 9112, 6.3)."""
        self._parser = None  # it and this object hold each other
        if self.head and not self.whole and self._ends_with_connection():
            self.whole = True
        return self.whole

    def take(self) -> bytes:
        """What there is of the body and was not taken yet."""
        pieces = self._pieces
        if not pieces:
            return b""
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.held = 0
        return data

    def _feed(self, data: bytes | memoryview) -> None:
        if self._parser is None:
            return
        self._moved = False
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.surplus = True  # what follows is no HTTP any more
        except HttpParserError as error:
            if not self.whole:
                raise NotHttp(self._refusal or _in_words(error)) from None
            self.surplus = True
        if self._moved or self.whole:
            self._pending = 0
            return
        self._pending += len(data)
        if self._pending > MOST_PENDING:
            raise NotHttp(TOO_LONG)

    def _refuse(self, reason: str) -> None:
        self._refusal = reason
        raise NotHttp(reason)  # which the parser ends with

    def _ends_with_connection(self) -> bool:
        codings = self.fields.getall("transfer-encoding")
        if codings:
            return codings[-1].rpartition(",")[2].strip().lower() != "chunked"
        return self.fields.get("content-length") is None

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins."""
        if self.whole:
            self.surplus = True
            self._refuse("an answer that was not asked for")
        if self._passing:
            self._passing = False
            self.fields = Fields()
            self._fields_seen = 0
            self._reason = 0

    def on_status(self, phrase: bytes) -> None:
        """Part of the reason phrase."""
        self._reason += len(phrase)
        if self._reason > MOST_FIELD:
            self._refuse(TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer: those are counted and passed over."""
        self._moved = True
        if len(name) + len(value) > MOST_FIELD:
            self._refuse(TOO_LONG)
        if b"\0" in value:
            self._refuse("Invalid HTTP header")
        self._fields_seen += 1
        if self._fields_seen > MOST_FIELDS:
            self._refuse("Too many headers received")
        if not self.head:
            self.fields.add(name, value)

    def on_headers_complete(self) -> None:
        """The head of an answer is complete."""
        self._moved = True
        parser = self._parser
        assert parser is not None
        status = parser.get_status_code()
        if 100 <= status < 200 and status != SWITCHING_PROTOCOLS:
            self._passing = True
            self._interim += 1
            if self._interim > MOST_INTERIM:
                self._refuse("interim answers without end")
            return
        self.status = status
        self.head = True
        self.keep = parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """Part of a body, without the framing of chunks."""
        self._moved = True
        if not self._passing:
            self._pieces.append(data)
            self.held += len(data)

    def on_message_complete(self) -> None:
        """An answer is complete."""
        self._moved = True
        if not self._passing:
            self.whole = True


def _in_words(error: HttpParserError) -> str:
    text = str(error)
    return BAD_STATUS_LINE if text.startswith(_OF_STATUS_LINE) else text or "it cannot be read"

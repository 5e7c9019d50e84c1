"""The lines of a file or a pipe as UTF-8, numbered, one at a time, however long they are."""

from __future__ import annotations

import codecs
import io
from collections import deque
from typing import BinaryIO, Protocol

__all__ = ["MOST_BYTES", "TOO_LONG", "Lines", "UnknownEncoding", "as_utf8", "text_encoding"]

MOST_BYTES = 1 << 20  # of a line, and of a row that runs over several
CHUNK = 1 << 16
TOO_LONG = b"(a line of more than MOST_BYTES)"  # stands for one: compare by `is`
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


INVALID = "trunkline.invalid"


def _keep_invalid(error: UnicodeError) -> tuple[str | bytes, int]:
    """An error handler: what cannot be decoded becomes what cannot be encoded, and that becomes
    a byte that is in no UTF-8."""
    if isinstance(error, UnicodeEncodeError):
        return b"\xff", error.end
    if isinstance(error, UnicodeDecodeError):
        return "\udcff", error.end
    raise error


codecs.register_error(INVALID, _keep_invalid)


class UnknownEncoding(ValueError):
    """There is no such encoding of text, or the file is not in the one that it seemed to be in."""


class Lines:
    """Hands out lines with their ends; what was looked at too early may be given back."""

    def __init__(self, source: BinaryIO) -> None:
        self.number = 0  # of the line that was handed out last
        self._source = source
        self._returned: deque[bytes] = deque()

    def next(self) -> bytes:
        """The next line; `TOO_LONG` in the place of one that is; nothing at the end."""
        if self._returned:
            self.number += 1
            return self._returned.popleft()
        line = self._source.readline(MOST_BYTES + 1)
        if not line:
            return b""
        self.number += 1
        if len(line) <= MOST_BYTES or line.endswith(b"\n"):
            return line
        while line and not line.endswith(b"\n"):
            line = self._source.readline(CHUNK)
        return TOO_LONG

    def give_back(self, lines: list[bytes]) -> None:
        """The lines handed out last, in their order, are to come again."""
        self.number -= len(lines)
        self._returned.extendleft(reversed(lines))


def text_encoding(name: str) -> str:
    """The codec's own name for an encoding. Raises UnknownEncoding."""
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise UnknownEncoding(f"'{name}' is no encoding: say e.g. utf-8, latin-1.") from None
    if not getattr(found, "_is_text_encoding", True) or found.incrementaldecoder is None:
        raise UnknownEncoding(f"'{name}' is no encoding of text: say e.g. utf-8, latin-1.")
    return found.name


def as_utf8(raw: io.RawIOBase, encoding: str | None = None) -> BinaryIO:
    """What `raw` holds, as UTF-8 without a mark at its beginning.

    The mark at the beginning tells UTF-8, UTF-16 and UTF-32 apart; a file without one is in
    `encoding`, else in UTF-8. Bytes that are no text in their encoding come as bytes that are none
    in UTF-8. Raises UnknownEncoding, also where the file is UTF-16 without a mark.
    """
    start = b""
    while len(start) < 4 and (more := raw.read(4 - len(start))):
        start += more
    marked = next(((mark, name) for mark, name in MARKS if start.startswith(mark)), None)
    if marked is None and encoding is None and b"\0" in start[:2]:
        raise UnknownEncoding("It looks like UTF-16 without its mark: say --encoding utf-16-le.")
    name = marked[1] if marked else text_encoding(encoding or "utf-8")
    if name == "utf-8":
        return io.BufferedReader(_Chained(start.removeprefix(codecs.BOM_UTF8), raw), CHUNK)
    return io.BufferedReader(_Translated(_Chained(start, raw), name), CHUNK)


class _Decoder(Protocol):
    def decode(self, data: bytes, final: bool = False) -> str: ...


class _Chained(io.RawIOBase):
    """What was read already, and then the rest."""

    def __init__(self, start: bytes, rest: io.RawIOBase) -> None:
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._start:
            return self._rest.readinto(view) or 0
        taken, self._start = self._start[: len(view)], self._start[len(view) :]
        view[: len(taken)] = taken
        return len(taken)


class _Translated(io.RawIOBase):
    """Text of another encoding as UTF-8."""

    def __init__(self, raw: io.RawIOBase, encoding: str) -> None:
        self._raw = raw
        self._decoder: _Decoder = codecs.getincrementaldecoder(encoding)(INVALID)
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._ready and not self._ended:
            data = self._raw.read(CHUNK) or b""
            self._ended = not data
            text = self._decoder.decode(data, self._ended)
            self._ready = text.encode("utf-8", INVALID)
        taken, self._ready = self._ready[: len(view)], self._ready[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

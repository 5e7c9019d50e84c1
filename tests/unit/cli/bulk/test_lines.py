from __future__ import annotations

import io
import tracemalloc

import pytest

from trunkline.cli.bulk.lines import (
    MOST_BYTES,
    TOO_LONG,
    Lines,
    UnknownEncoding,
    as_utf8,
    text_encoding,
)

TEXT = "to,body\n+1,é 😀\n"


def lines(data: bytes, encoding: str | None = None) -> Lines:
    return Lines(as_utf8(io.BytesIO(data), encoding))


def all_of(found: Lines) -> bytes:
    return b"".join(iter(found.next, b""))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_comes_as_utf8_without_a_mark(encoding: str) -> None:
    text = TEXT.replace(" 😀", "") if encoding == "cp1252" else TEXT
    marked = encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")
    found = lines(text.encode(encoding), None if marked else encoding)
    assert all_of(found) == text.encode()


def test_a_mark_says_more_than_the_option() -> None:
    assert all_of(lines(TEXT.encode("utf-16"), "latin-1")) == TEXT.encode()


def test_utf16_without_its_mark_is_told() -> None:
    with pytest.raises(UnknownEncoding, match="looks like UTF-16 without its mark"):
        lines(TEXT.encode("utf-16-le"))


@pytest.mark.parametrize("data", [b"\x00", b"\x00\xd8\x00\x00a\x00\n\x00", b"a"])
def test_bytes_that_are_no_text_are_none_in_utf8_either(data: bytes) -> None:
    found = all_of(lines(b"a\x00\n\x00" + data, "utf-16-le"))
    with pytest.raises(UnicodeDecodeError):
        found.decode()


@pytest.mark.parametrize("name", ["nonsense", "base64", "rot13", ""])
def test_an_encoding_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UnknownEncoding, match="is no encoding"):
        text_encoding(name)


def test_lines_are_counted_and_can_be_given_back() -> None:
    found = lines(b"1\n2\n3")
    first, second, third = found.next(), found.next(), found.next()
    assert (first, second, third, found.number) == (b"1\n", b"2\n", b"3", 3)
    found.give_back([second, third])
    assert found.number == 1
    assert (found.next(), found.number, found.next(), found.next()) == (b"2\n", 2, b"3", b"")
    assert found.number == 3


def test_a_line_of_a_gigabyte_takes_no_memory() -> None:
    class Endless(io.RawIOBase):
        left = 100_000_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:
            count = min(len(buffer), self.left)
            self.left -= count
            buffer[:count] = (b"x" * count) if self.left else b"x" * (count - 4) + b"\nok\n"
            return count

    found = Lines(as_utf8(Endless()))
    tracemalloc.start()
    try:
        assert found.next() is TOO_LONG
        assert tracemalloc.get_traced_memory()[1] < 4 * MOST_BYTES
    finally:
        tracemalloc.stop()
    assert (found.next(), found.number) == (b"ok\n", 2)

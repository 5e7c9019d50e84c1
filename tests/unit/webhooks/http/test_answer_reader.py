"""Bytes to answers: the same in whatever pieces they come, and within bounds."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.http.answer_reader import MOST_FIELD, MOST_FIELDS, AnswerReader, NotHttp

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 11\r\n\r\n<Response/>"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n"
    b"5;ext=1\r\n<Resp\r\n6\r\nonse/>\r\n0\r\nTrailer: t\r\n\r\n"
)
TO_THE_END = b"HTTP/1.1 200 OK\r\nX: \xc3\xa9 \xe9\t\r\n\r\n<Response/>"
ANSWERS = [
    PLAIN,
    CHUNKED,
    TO_THE_END,
    b"HTTP/1.0 200 OK\r\n\r\nold",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 2 + PLAIN,
    b"HTTP/1.1 100 Continue\r\n\r\n" * 9,
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00\x01",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nxyz",
    b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
    b"HTTP/1.1 200 OK\r\nFolded: a\r\n b\r\nContent-Length: 0\r\n\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd",
    b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * MOST_FIELD + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * (MOST_FIELD - 1) + b"\r\nContent-Length: 0\r\n\r\n",
    PLAIN + PLAIN,
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
]


def read(pieces: Iterable[bytes]) -> tuple[object, ...]:
    """All there is to know of what comes in these pieces."""
    reader, refused = AnswerReader(), ""
    try:
        for piece in pieces:
            if not reader.surplus:
                reader.feed(piece)
    except NotHttp as error:
        refused = str(error)
    body = reader.take()
    if not refused:
        reader.end()
    return (
        refused,
        reader.status,
        reader.fields.items() if reader.head else [],
        body,
        reader.whole,
        reader.keep,
        reader.surplus,
    )


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """The data, cut at these places."""
    ends = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


PLACES = st.lists(st.integers(min_value=0), max_size=8)


@given(st.sampled_from(ANSWERS), PLACES)
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(data: bytes, places: list[int]) -> None:
    assert read(cut(data, places)) == read([data])


@pytest.mark.parametrize("data", ANSWERS)
def test_an_answer_may_come_byte_by_byte(data: bytes) -> None:
    assert read(data[i : i + 1] for i in range(len(data))) == read([data])


@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", CHUNKED]), PLACES)
def test_garbage_is_the_same_garbage_in_pieces_and_raises_nothing_else(
    data: bytes, begun: bytes, places: list[int]
) -> None:
    assert read(cut(begun + data, places)) == read([begun + data])


@given(st.sampled_from(ANSWERS), st.integers(min_value=0), st.integers(0, 255), PLACES)
def test_an_answer_with_one_wrong_byte_is_read_or_refused(
    data: bytes, place: int, byte: int, places: list[int]
) -> None:
    place %= len(data)
    wrong = data[:place] + bytes([byte]) + data[place + 1 :]

    assert read(cut(wrong, places)) == read([wrong])


@pytest.mark.parametrize(
    ("data", "status", "body", "keep"),
    [
        (PLAIN, 200, b"<Response/>", True),
        (CHUNKED, 200, b"<Response/>", True),
        (TO_THE_END, 200, b"<Response/>", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
        (b"HTTP/1.0 204 No Content\r\n\r\n", 204, b"", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", 200, b"abc", False),
        (b"HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n" + PLAIN, 200, b"<Response/>", True),
    ],
)
def test_what_ends_an_answer(data: bytes, status: int, body: bytes, keep: bool) -> None:
    refused, got, fields, read_body, whole, kept, surplus = read([data])

    assert (refused, got, read_body, whole, kept, surplus) == ("", status, body, True, keep, False)
    assert isinstance(fields, list)
    assert ("X", "1") not in fields or data is CHUNKED


@pytest.mark.parametrize(
    "data",
    [
        PLAIN[:-1],
        CHUNKED[:-1],
        PLAIN.partition(b"\r\n\r\n")[0],
        b"",
        b"H",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_what_is_cut_off_is_not_whole(data: bytes) -> None:
    refused, *_, whole, _, surplus = read([data])

    assert (refused, whole, surplus) == ("", False, False)


@pytest.mark.parametrize("extra", [PLAIN, b"x", b"\x00", b"HTTP/1.1 "])
@pytest.mark.parametrize("at_once", [True, False])
def test_what_follows_an_answer_does_not_change_it(extra: bytes, at_once: bool) -> None:
    reader = AnswerReader()
    for piece in [PLAIN + extra] if at_once else [PLAIN, extra]:
        reader.feed(piece)

    assert (reader.whole, reader.surplus, reader.take()) == (True, True, b"<Response/>")
    assert len(reader.fields) == 2


def test_one_connection_brings_one_answer_after_the_other() -> None:
    reader = AnswerReader()
    for data in (PLAIN, CHUNKED, b"HTTP/1.1 204 No Content\r\n\r\n", PLAIN + b"\r\n", PLAIN):
        reader.begin()
        assert not reader.head
        reader.feed(data)
        assert (reader.whole, reader.keep, reader.surplus) == (True, True, False)


def test_headers_are_counted_with_trailers() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    most = b"X: 1\r\n" * (MOST_FIELDS - 1)
    assert read([head + most + b"\r\n0\r\n\r\n"])[0] == ""
    assert read([head + most + b"X: 1\r\n\r\n0\r\n\r\n"])[0] == "Too many headers received"
    assert read([head + most + b"\r\n0\r\nX: 1\r\n\r\n"])[0] == "Too many headers received"


@pytest.mark.parametrize(
    "endless", [b"\r\n x", b"x", b"\r\n" + b" " * 64], ids=["folds", "bytes", "blanks"]
)
@pytest.mark.parametrize(
    "begun",
    [
        b"HTTP/1.1 200 OK\r\nX: 1",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1",
    ],
    ids=["header", "reason", "trailer"],
)
def test_a_header_without_end_costs_little(begun: bytes, endless: bytes) -> None:
    began = time.process_time()

    refused, *_ = read([begun + endless * (1_000_000 // len(endless))])

    assert refused
    assert time.process_time() - began < 3


def test_refusals_quote_nothing() -> None:
    for data in ANSWERS:
        refused = read([data.replace(b"200", b"2secret0").replace(b"X:", b"secret\0:")])[0]
        assert isinstance(refused, str)
        assert "secret" not in refused

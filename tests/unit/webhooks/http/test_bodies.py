"""Bodies are decoded within bounds."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.http.bodies import SLACK, BadBody, read_bounded

LIMIT = 1000


async def pieces(chunks: Sequence[bytes]) -> AsyncIterator[bytes]:
    """Chunks as they come from the network."""
    for chunk in chunks:
        yield chunk


def cut(data: bytes, size: int) -> list[bytes]:
    """Pieces of a body."""
    return [data[i : i + size] for i in range(0, len(data), size)]


@given(
    st.binary(max_size=1500),
    st.sampled_from(["", "gzip", "deflate"]),
    st.integers(min_value=1, max_value=700),
)
async def test_a_body_is_the_same_in_whatever_pieces_it_comes(
    body: bytes, encoding: str, size: int
) -> None:
    packed = {"": body, "gzip": gzip.compress(body), "deflate": zlib.compress(body)}[encoding]

    assert await read_bounded(pieces(cut(packed, size)), encoding, LIMIT) == body[: LIMIT + 1]


@given(st.binary(min_size=1, max_size=400), st.sampled_from(["gzip", "deflate"]))
async def test_garbage_is_refused_or_read_but_nothing_else(data: bytes, encoding: str) -> None:
    try:
        read = await read_bounded(pieces([data]), encoding, LIMIT)
    except BadBody:
        return
    assert len(read) <= LIMIT + 1


async def test_what_lies_behind_the_limit_is_not_even_received() -> None:
    received = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal received
        while True:
            received += 100
            yield bytes(100)

    assert len(await read_bounded(endless(), "", LIMIT)) == LIMIT + 1
    assert received <= LIMIT + 200


async def test_compression_that_yields_nothing_ends_too() -> None:
    packer = zlib.compressobj(0, wbits=31)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    empty_block = packer.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff"

    async def endless() -> AsyncIterator[bytes]:
        yield head
        while True:
            yield empty_block * 1000

    with pytest.raises(BadBody, match="does not end"):
        await read_bounded(endless(), "gzip", LIMIT)
    assert SLACK >= LIMIT


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "gzip, gzip", "\x00", "x" * 9000])
async def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(BadBody, match="not understood") as caught:
        await read_bounded(pieces([b"x"]), encoding, LIMIT)
    assert len(str(caught.value)) < 100

"""Files are served in pieces, in part if that is asked, and as nothing that a browser would run."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messaging.media.conftest import Row, Shelf
from trunkline.clock import RealClock
from trunkline.messaging.media.blobs import CHUNK
from trunkline.messaging.media.links import MediaLinks, NamedFile
from trunkline.messaging.media.serve_files import ServeFiles, Unsatisfiable, requested_range
from trunkline.secret_box import SecretBox

LINKS = MediaLinks(SecretBox(b"k" * 32), RealClock())


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


async def ask(shelf: Shelf, path: str, method: str = "GET", **headers: str) -> Answer:
    answer = Answer()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert answer.status == 0
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.pieces.append(message["body"])

    told = [(k.replace("_", "-").lower().encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": told}
    await ServeFiles(shelf.database, shelf.blobs, LINKS)(scope, None, send)
    return answer


def link(row: Row) -> str:
    return LINKS.make(NamedFile(row.message_id, row.media_id))


async def test_a_file_is_served_in_pieces(shelf: Shelf) -> None:
    data = bytes(range(256)) * 1024
    answer = await ask(shelf, link(await shelf.row(data)))
    assert (answer.status, answer.body) == (200, data)
    assert max(map(len, answer.pieces)) <= CHUNK
    assert answer.headers["content-length"] == str(len(data))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["accept-ranges"] == "bytes"


async def test_head_tells_all_but_the_bytes(shelf: Shelf) -> None:
    answer = await ask(shelf, link(await shelf.row()), "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == "5"


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=1-2", 206, b"yt", "bytes 1-2/5"),
        ("bytes=3-99", 206, b"es", "bytes 3-4/5"),
        ("bytes=2-", 206, b"tes", "bytes 2-4/5"),
        ("bytes=-2", 206, b"es", "bytes 3-4/5"),
        ("bytes=-99", 206, b"bytes", "bytes 0-4/5"),
        ("bytes=5-", 416, b"", "bytes */5"),
        ("bytes=-0", 416, b"", "bytes */5"),
        ("bytes=3-1", 200, b"bytes", None),
        ("bytes=0-1,3-4", 200, b"bytes", None),
        ("bytes=-", 200, b"bytes", None),
        ("Bytes=1-2", 206, b"yt", "bytes 1-2/5"),
        ("BYTES=-", 200, b"bytes", None),
        ("lines=1-2", 200, b"bytes", None),
        ("bytes=" + "9" * 40 + "-", 200, b"bytes", None),
    ],
)
async def test_a_part_is_served(
    shelf: Shelf, asked: str, status: int, body: bytes, told: str | None
) -> None:
    answer = await ask(shelf, link(await shelf.row()), Range=asked)
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers.get("content-range") == told


async def test_a_part_on_a_condition_is_the_whole(shelf: Shelf) -> None:
    answer = await ask(shelf, link(await shelf.row()), Range="bytes=1-2", If_Range='"old"')
    assert (answer.status, answer.body) == (200, b"bytes")


@pytest.mark.parametrize(
    ("kind", "told", "disposition"),
    [
        ("image/gif", "image/gif", "inline"),
        ("audio/amr", "audio/amr", "inline"),
        ("text/html", "text/html", "attachment"),
        ("image/svg+xml", "image/svg+xml", "attachment"),
        ("application/pdf", "application/pdf", "attachment"),
        ("text/html; charset=x", "application/octet-stream", "attachment"),
        ("image/png\r\nset-cookie: a=b", "application/octet-stream", "attachment"),
        ("", "application/octet-stream", "attachment"),
    ],
)
async def test_nothing_is_run(shelf: Shelf, kind: str, told: str, disposition: str) -> None:
    answer = await ask(shelf, link(await shelf.row(content_type=kind)))
    assert answer.headers["content-type"] == told
    assert answer.headers["content-disposition"].partition(";")[0] == disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_what_is_not_there_is_not_found(shelf: Shelf) -> None:
    row = await shelf.row()
    assert (await ask(shelf, "/m/nonsense")).status == 404
    other = LINKS.make(NamedFile(row.message_id, shelf.sids.new_id()))
    assert (await ask(shelf, other)).status == 404
    await shelf.blobs.remove([str(row.blob_id)])
    assert (await ask(shelf, link(row))).status == 404


async def test_a_file_whose_row_is_emptied_is_gone_at_once(shelf: Shelf) -> None:
    row = await shelf.row()
    await shelf.database.execute(
        "UPDATE message_content SET blob_id = NULL WHERE message_id = $1", row.message_id
    )
    assert (await ask(shelf, link(row))).status == 404


async def test_a_file_of_before_there_were_blobs_is_served(shelf: Shelf) -> None:
    row = await shelf.row()
    await shelf.database.execute(
        "UPDATE message_content SET blob_id = NULL, size = NULL, data = $2 WHERE message_id = $1",
        row.message_id,
        b"old",
    )
    answer = await ask(shelf, link(row), Range="bytes=1-")
    assert (answer.status, answer.body) == (206, b"ld")


async def test_a_file_that_ends_too_soon_is_seen_to_be_cut_off(
    shelf: Shelf, tmp_path: Path
) -> None:
    """Its length was told, so it may not be completed as if it were whole."""
    row = await shelf.row(bytes(3 * CHUNK))
    assert row.blob_id is not None
    os.truncate(tmp_path / "blobs" / "here" / row.blob_id[-2:] / row.blob_id, CHUNK)

    answer = await ask(shelf, link(row))

    assert (answer.status, answer.headers["content-length"]) == (200, str(3 * CHUNK))
    assert answer.body == bytes(CHUNK)
    assert answer.pieces[-1] != b""  # which would be the end of a whole answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_file_is_only_read(shelf: Shelf, method: str) -> None:
    answer = await ask(shelf, link(await shelf.row()), method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@given(
    header=st.from_regex(rb"bytes=[0-9]{0,3}-[0-9]{0,3}", fullmatch=True), size=st.integers(0, 99)
)
def test_a_range_is_within_the_file(header: bytes, size: int) -> None:
    try:
        found = requested_range(header, size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found[0] < found[1] <= size

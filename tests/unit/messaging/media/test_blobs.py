"""Every store keeps blobs alike: written once, read in part, listed, removed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.s3_server import BUCKET, S3Server, s3_server
from trunkline.messaging.media.blobs import CHUNK, BlobMissing, Blobs, BlobStoreDown, open_blobs
from trunkline.sids import SidFactory

PLACE = "0" * 32


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Server]:
    with s3_server() as serving, pytest.MonkeyPatch.context() as patch:
        for name, value in serving.environment.items():
            patch.setenv(name, value)
        yield serving


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "s3":
        request.getfixturevalue("bucket").objects.clear()
    url = f"s3://{BUCKET}/some/prefix" if request.param == "s3" else None
    opened = open_blobs(url, tmp_path)
    opened.place = PLACE
    opened.spool.mkdir(parents=True)
    return opened


def written(blobs: Blobs, data: bytes) -> Path:
    path = blobs.spool / f"file-{len(os.listdir(blobs.spool))}"
    path.write_bytes(data)
    return path


async def content(blobs: Blobs, blob_id: str, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in blobs.read(blob_id, start, end)])


async def listed(blobs: Blobs) -> set[str]:
    return {blob_id async for found in blobs.listed() for blob_id in found}


async def test_what_is_kept_is_read_again(blobs: Blobs, sids: SidFactory) -> None:
    data = os.urandom(3 * CHUNK + 5)
    blob_id = sids.new_id()
    await blobs.keep(blob_id, written(blobs, data))
    assert await content(blobs, blob_id, 0, len(data)) == data
    assert await content(blobs, blob_id, CHUNK - 3, CHUNK + 3) == data[CHUNK - 3 : CHUNK + 3]
    assert await content(blobs, blob_id, len(data) - 1, len(data)) == data[-1:]
    assert await content(blobs, blob_id, 4, 4) == b""


async def test_blobs_are_listed_and_removed(blobs: Blobs, sids: SidFactory) -> None:
    assert await listed(blobs) == set()
    ids = [sids.new_id() for _ in range(8)]
    for blob_id in ids:
        await blobs.keep(blob_id, written(blobs, b"x"))
    assert await listed(blobs) == set(ids)
    await blobs.remove([*ids[1:], sids.new_id()])
    assert await listed(blobs) == {ids[0]}
    with pytest.raises(BlobMissing):
        await content(blobs, ids[1], 0, 1)


async def test_another_database_does_not_see_them(blobs: Blobs, sids: SidFactory) -> None:
    blob_id = sids.new_id()
    await blobs.keep(blob_id, written(blobs, b"x"))
    blobs.place = "1" * 32
    assert await listed(blobs) == set()
    with pytest.raises(BlobMissing):
        await content(blobs, blob_id, 0, 1)


async def test_files_of_the_folder_are_for_nobody_else(tmp_path: Path, sids: SidFactory) -> None:
    blobs = open_blobs(None, tmp_path)
    blobs.place = PLACE
    blobs.spool.mkdir(mode=0o700, parents=True)
    blob_id = sids.new_id()
    await blobs.keep(blob_id, written(blobs, b"x"))
    kept = tmp_path / "blobs" / PLACE / blob_id[-2:] / blob_id
    assert kept.read_bytes() == b"x"
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert os.listdir(blobs.spool) == []


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, sids: SidFactory) -> None:
    (tmp_path / "blobs").write_text("in the way")
    blobs = open_blobs(f"file://{tmp_path}/blobs", tmp_path)
    blobs.place = PLACE
    source = tmp_path / "source"
    source.write_bytes(b"x")
    with pytest.raises(BlobStoreDown, match=r"Media cannot be kept: Not a directory\."):
        await blobs.keep(sids.new_id(), source)


async def test_a_bucket_that_is_down_is_told_without_its_address(
    bucket: S3Server, tmp_path: Path, sids: SidFactory
) -> None:
    blobs = open_blobs("s3://nowhere", tmp_path)
    blobs.place = PLACE
    source = tmp_path / "source"
    source.write_bytes(b"x")
    bucket.down = True
    try:
        with pytest.raises(BlobStoreDown) as caught:
            await blobs.keep(sids.new_id(), source)
    finally:
        bucket.down = False
    assert "127.0.0.1" not in str(caught.value)
    assert str(caught.value).startswith("The store of media cannot be used")


async def test_who_reads_slowly_holds_no_answer_of_the_bucket(
    bucket: S3Server, tmp_path: Path, sids: SidFactory
) -> None:
    """One for all of it would end with the time limit of a request, in the middle of the file."""
    blobs = open_blobs(f"s3://{BUCKET}", tmp_path)
    blobs.place = PLACE
    blobs.spool.mkdir(parents=True)
    data, blob_id = os.urandom(9 * CHUNK), sids.new_id()
    await blobs.keep(blob_id, written(blobs, data))
    bucket.asked.clear()

    reading = blobs.read(blob_id, 0, len(data))
    first = await anext(reading)
    assert len(bucket.asked) == 1
    rest = [piece async for piece in reading]

    assert b"".join([first, *rest]) == data
    assert max(map(len, [first, *rest])) <= CHUNK
    assert len(bucket.asked) == 3


@pytest.mark.parametrize(
    "url", ["ftp://host/a", "s3://", "s3://b?region=x", "file://host/a", "file://", "blobs", ""]
)
def test_a_url_that_names_no_store_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="TRUNKLINE_BLOB_URL is file:///folder or s3://bucket"):
        open_blobs(url, tmp_path)


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "trunkline.messaging.media.s3_store", raising=False)
    with pytest.raises(ValueError, match=r"python -m pip install 'trunkline\[s3\]'"):
        open_blobs(f"s3://{BUCKET}", tmp_path)

"""A blob goes when the last row that refers to it goes, however that happens, and not before."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import asyncpg
import pytest

from tests.support.s3_server import BUCKET, s3_server
from tests.support.waiting import eventually
from tests.unit.messaging.media.conftest import Row, Shelf
from trunkline.clock import RealClock
from trunkline.messaging import queries
from trunkline.messaging.media import queries as blob_queries
from trunkline.messaging.media.blobs import open_blobs
from trunkline.messaging.media.sweep_blobs import SweepBlobs
from trunkline.messaging.retention import queries as retention
from trunkline.sids import SidFactory, id_floor
from trunkline.store import StoreUnavailable


def sweep(shelf: Shelf) -> SweepBlobs:
    return SweepBlobs(shelf.database, shelf.blobs, RealClock())


def old_id(sids: SidFactory) -> str:
    """An id that was made two hours ago."""
    floor = id_floor(RealClock().now() - timedelta(hours=2)).replace("-", "")
    return floor[:12] + sids.new_id()[12:]


async def delete(shelf: Shelf, row: Row) -> None:
    await shelf.database.execute(queries.DELETE_CONTENT, row.message_id)


async def discard(shelf: Shelf, row: Row) -> None:
    await shelf.database.execute(retention.DISCARD_CONTENT, [row.message_id])


async def replace(shelf: Shelf, row: Row) -> None:
    """As when media are fetched twice, because nobody knew of the first time."""
    again = await shelf.blob(b"again")
    await shelf.database.execute(
        queries.STORE_MEDIA, row.message_id, 1, row.media_id, "image/png", again, 5, None
    )
    row.blob_id, before = again, row.blob_id
    assert await shelf.exists(again)
    row.blob_id = before


@pytest.mark.parametrize("how", [delete, discard, replace])
async def test_what_a_row_lets_go_of_is_removed(shelf: Shelf, how: object) -> None:
    row, kept = await shelf.row(), await shelf.row()
    await how(shelf, row)  # type: ignore[operator]
    assert await shelf.exists(row.blob_id)
    await sweep(shelf).remove_let_go()
    assert not await shelf.exists(row.blob_id)
    assert await shelf.exists(kept.blob_id)
    assert await sweep(shelf).remove_let_go() == 0


async def test_what_two_rows_share_goes_with_the_second(shelf: Shelf) -> None:
    one = await shelf.row()
    copy_id, media_id = shelf.sids.new_id(), shelf.sids.new_id()
    await shelf.database.execute(queries.COPY_MEDIA, one.message_id, copy_id, [media_id], None)
    await delete(shelf, one)
    await sweep(shelf).remove_let_go()
    assert await shelf.exists(one.blob_id)
    await delete(shelf, Row(copy_id, media_id, one.blob_id))
    await sweep(shelf).remove_let_go()
    assert not await shelf.exists(one.blob_id)


async def test_a_copy_that_is_being_made_keeps_the_file(shelf: Shelf) -> None:
    """The row that is copied is deleted before the copy is committed."""
    row = await shelf.row()
    copying = await asyncpg.connect(shelf.database.url)
    try:
        transaction = copying.transaction()
        await transaction.start()
        copy_id = shelf.sids.new_id()
        await copying.execute(
            queries.COPY_MEDIA, row.message_id, copy_id, [shelf.sids.new_id()], None
        )
        deleting = asyncio.create_task(delete(shelf, row))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        await eventually(lambda: shelf.database.fetchval(waits))
        await sweep(shelf).remove_let_go()
        await transaction.commit()
        await deleting
    finally:
        await copying.close()
    await sweep(shelf).remove_let_go()
    assert await shelf.exists(row.blob_id)


async def test_it_is_removed_as_soon_as_that_is_committed(shelf: Shelf) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(sweep(shelf).run(stop))
    row = await shelf.row()
    await delete(shelf, row)
    await eventually(lambda: _gone(shelf, row))
    stop.set()
    await running


async def _gone(shelf: Shelf, row: Row) -> bool:
    return not await shelf.exists(row.blob_id)


async def test_a_row_that_moves_to_its_partition_keeps_its_file(shelf: Shelf) -> None:
    row = await shelf.row()
    await shelf.database.execute(
        "WITH moved AS (DELETE FROM message_content WHERE message_id = $1 RETURNING *)"
        " INSERT INTO message_content SELECT * FROM moved",
        row.message_id,
    )
    await sweep(shelf).remove_let_go()
    assert await shelf.exists(row.blob_id)


async def test_orphans_are_found_once_they_are_old(shelf: Shelf) -> None:
    old, young = await shelf.blob(blob_id=old_id(shelf.sids)), await shelf.blob()
    used = await shelf.blob(blob_id=old_id(shelf.sids))
    await shelf.refer(used)
    left, new = shelf.blobs.spool / "left", shelf.blobs.spool / "new"
    for path in (left, new):
        path.write_bytes(b"half of")
    two_hours_ago = RealClock().now().timestamp() - 7200
    os.utime(left, (two_hours_ago, two_hours_ago))

    assert await sweep(shelf).remove_orphans() == 1

    assert not await shelf.exists(old)
    assert await shelf.exists(young)
    assert await shelf.exists(used)
    assert os.listdir(shelf.blobs.spool) == ["new"]


async def test_a_store_that_is_down_is_tried_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        place, spool = shelf.blobs.place, shelf.blobs.spool
        shelf.blobs = open_blobs(f"s3://{BUCKET}", spool.parent.parent)
        shelf.blobs.place = place
        row = await shelf.row()
        await delete(shelf, row)
        bucket.down = True
        with pytest.raises(StoreUnavailable):
            await sweep(shelf).remove_let_go()
        bucket.down = False
        await sweep(shelf).remove_let_go()
        assert bucket.objects == {}


@pytest.mark.parametrize(
    ("query", "argument"), [(blob_queries.LET_GO, 500), (blob_queries.ORPHANS, ["0" * 32] * 500)]
)
async def test_no_table_of_texts_is_read_through(
    shelf: Shelf, query: str, argument: object
) -> None:
    """However many messages there are."""
    async with shelf.database.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        rows = await connection.fetch(f"EXPLAIN {query}", argument)
    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan on message_content" not in plan
    assert "blob_id" in plan

"""The file of a recording is kept as long as its row refers to it, and no longer."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.voice.recordings.support import Studio
from trunkline.sids import id_floor


async def blobs(studio: Studio) -> set[str]:
    return {each async for ids in studio.media.blobs.listed() for each in ids}


async def make_old(studio: Studio, sid: str) -> str:
    """Let the blob of a recording be two hours old."""
    blob_id = (await studio.row(sid))["blob_id"].hex
    floor = id_floor(studio.core.clock.now() - timedelta(hours=2)).replace("-", "")
    old = floor[:12] + blob_id[12:]
    place = studio.core.settings.data / "blobs" / studio.media.blobs.place / old[-2:]
    (place / blob_id).rename(place / old)
    await studio.core.database.execute(
        "UPDATE recordings SET blob_id = $2 WHERE id = $1", sid[2:], old
    )
    return old


async def test_the_search_for_orphans_leaves_it(studio: Studio) -> None:
    old = await make_old(studio, (await studio.recorded()).sid)
    await studio.media.sweep.remove_orphans()
    assert old in await blobs(studio)


async def test_an_orphan_is_found(studio: Studio) -> None:
    handle = await studio.recorded()
    old = await make_old(studio, handle.sid)
    await studio.core.database.execute(
        "UPDATE recordings SET blob_id = NULL WHERE id = $1", handle.sid[2:]
    )
    await studio.core.database.execute("DELETE FROM blobs_let_go")
    await studio.media.sweep.remove_orphans()
    assert old not in await blobs(studio)


async def test_it_goes_with_its_row(studio: Studio) -> None:
    one, two = await studio.recorded(), await studio.recorded()
    gone = (await studio.row(one.sid))["blob_id"].hex
    kept = (await studio.row(two.sid))["blob_id"].hex
    await studio.core.database.execute("DELETE FROM recordings WHERE id = $1", one.sid[2:])
    await studio.media.sweep.remove_let_go()
    assert await blobs(studio) & {gone, kept} == {kept}


async def test_a_row_that_moves_to_its_partition_keeps_its_file(studio: Studio) -> None:
    handle = await studio.recorded()
    await studio.core.database.execute(
        "WITH moved AS (DELETE FROM recordings WHERE id = $1 RETURNING *)"
        " INSERT INTO recordings SELECT * FROM moved",
        handle.sid[2:],
    )
    await studio.media.sweep.remove_let_go()
    assert (await studio.row(handle.sid))["blob_id"].hex in await blobs(studio)

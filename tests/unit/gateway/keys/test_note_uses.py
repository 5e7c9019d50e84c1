"""When a key was last used is written in the background, and not more often than needed."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from tests.unit.gateway.keys.support import BORN, CountingDatabase, Gateway
from trunkline.store.errors import StoreUnavailable


async def last_used(gateway: Gateway) -> object:
    (info,) = await gateway.keys.list(f"t-{gateway.world_id}")
    return info.last_used_at


async def test_a_use_is_written_once_a_minute(quiet: Gateway) -> None:
    new = await quiet.create()
    assert await last_used(quiet) is None
    for seconds in (0, 1, 30, 28):  # 59 seconds in all
        quiet.clock.advance(seconds=seconds)
        await quiet.authenticate(new.api_key)
        await quiet.authenticate.stop()
    assert await last_used(quiet) == BORN
    quiet.clock.advance(seconds=1)
    await quiet.authenticate(new.api_key)
    await quiet.authenticate.stop()
    assert await last_used(quiet) == BORN + timedelta(seconds=60)


async def test_another_node_that_wrote_it_lately_is_enough(
    gateway: Gateway, quiet: Gateway
) -> None:
    new = await gateway.create()
    await gateway.authenticate(new.api_key)
    await gateway.authenticate.stop()
    gateway.clock.advance(seconds=20)
    await quiet.authenticate(new.api_key)
    await quiet.authenticate.stop()
    assert await last_used(gateway) == BORN


async def test_nobody_waits_for_it(quiet: Gateway, counting: CountingDatabase) -> None:
    new = await quiet.create()
    await quiet.authenticate(new.api_key)
    assert counting.asked == 1  # who it is
    await quiet.authenticate.stop()
    assert counting.asked == 2  # when it was used


async def test_a_note_that_cannot_be_written_is_left_out(
    quiet: Gateway, counting: CountingDatabase
) -> None:
    first = await quiet.create()
    await quiet.authenticate(first.api_key)
    counting.error = StoreUnavailable("gone")
    await quiet.authenticate.stop()
    await quiet.authenticate(first.api_key)
    assert await last_used(quiet) is None
    counting.error = RuntimeError(first.api_key)
    quiet.authenticate.uses.note("0" * 32)
    with capture_logs() as logs:
        await quiet.authenticate.stop()
    assert [entry["event"] for entry in logs] == ["gateway.key_use_not_noted"]
    assert first.api_key not in str(logs)

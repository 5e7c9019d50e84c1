from __future__ import annotations

import pytest

from tests.unit.gateway.audit.conftest import entry
from trunkline.gateway.audit import Anchor, Audit
from trunkline.gateway.audit.verify import AT_ONCE
from trunkline.store import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")

MANY = AT_ONCE * 2 + 3


async def filled(audit: Audit, number: int = MANY) -> None:
    for each in range(number):
        audit.record(entry(each))
    await audit.flush()


async def tampered(log: Database, *statements: str) -> None:
    """What an owner of the tables can do."""
    async with log.transaction() as connection:
        for table in ("gateway_audit", "gateway_audit_head"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            await connection.execute(statement)


async def test_an_empty_log_is_whole(audit: Audit) -> None:
    verified = await audit.verify()
    assert (verified.entries, verified.first, verified.last) == (0, 1, 0)
    assert (verified.hash, verified.broken) == ("00" * 32, None)


async def test_a_log_is_whole_and_so_is_each_part(audit: Audit) -> None:
    await filled(audit)
    whole = await audit.verify()
    assert (whole.entries, whole.first, whole.last, whole.broken) == (MANY, 1, MANY, None)
    part = await audit.verify(5, 9)
    assert (part.entries, part.first, part.last, part.broken) == (5, 5, 9, None)
    rest = await audit.verify(10)
    assert (rest.entries, rest.hash, rest.broken) == (MANY - 9, whole.hash, None)
    assert (await audit.verify(3, 2)).entries == 0
    assert (await audit.verify(MANY + 1)).broken is None
    assert (await audit.verify(last=1 << 62)).entries == MANY


@pytest.mark.parametrize(
    ("change", "seq", "reason"),
    [
        ("UPDATE gateway_audit SET status = 201 WHERE seq = 7", 7, "changed"),
        ("UPDATE gateway_audit SET code = '' WHERE seq = 7", 7, "changed"),
        ("UPDATE gateway_audit SET at = at + interval '1 us' WHERE seq = 7", 7, "changed"),
        ("UPDATE gateway_audit SET milliseconds = 12.347 WHERE seq = 7", 7, "changed"),
        ("UPDATE gateway_audit SET tenant_id = NULL WHERE seq = 7", 7, "changed"),
        ("UPDATE gateway_audit SET hash = decode('00', 'hex') WHERE seq = 7", 7, "changed"),
        ("UPDATE gateway_audit SET seq = 15 - seq WHERE seq IN (7, 8)", 7, "changed"),
        ("UPDATE gateway_audit SET seq = 6 WHERE seq = 7", 6, "twice|changed"),
        ("DELETE FROM gateway_audit WHERE seq = 1", 1, "missing"),
        ("DELETE FROM gateway_audit WHERE seq = 7", 7, "missing"),
        ("DELETE FROM gateway_audit WHERE seq BETWEEN 500 AND 502", 500, "missing"),
        (f"DELETE FROM gateway_audit WHERE seq = {MANY}", MANY, "missing"),
        ("DELETE FROM gateway_audit WHERE seq > 500", 501, "missing"),
        ("DELETE FROM gateway_audit", 1, "missing"),
        ("DELETE FROM gateway_audit_head", 1, "head is gone"),
        ("UPDATE gateway_audit_head SET hash = decode('00', 'hex')", MANY, "head tells"),
        ("UPDATE gateway_audit_head SET seq = seq + 1", MANY + 1, "missing"),
        ("UPDATE gateway_audit_head SET seq = seq - 1", MANY - 1, "head tells"),
        (
            "UPDATE gateway_audit_head SET seq = 9,"
            " hash = (SELECT hash FROM gateway_audit WHERE seq = 9)",
            10,
            "behind the log's head",
        ),
    ],
)
async def test_the_first_broken_entry_is_named(
    log: Database, audit: Audit, change: str, seq: int, reason: str
) -> None:
    await filled(audit)
    await tampered(log, change)
    verified = await audit.verify()
    assert verified.broken is not None
    assert verified.broken.seq == seq
    assert any(each in verified.broken.reason for each in reason.split("|"))


async def test_a_range_behind_the_broken_entry_is_whole(log: Database, audit: Audit) -> None:
    await filled(audit, 20)
    await tampered(log, "UPDATE gateway_audit SET status = 201 WHERE seq = 7")
    assert (await audit.verify(1, 6)).broken is None
    assert (await audit.verify(8, 20)).broken is None


async def test_a_log_that_was_cut_off_with_its_head_is_found_by_an_anchor(
    log: Database, audit: Audit
) -> None:
    await filled(audit, 20)
    noted = await audit.verify()
    anchor = Anchor(noted.last, noted.hash.upper())
    assert (await audit.verify(anchor=anchor)).broken is None
    await tampered(
        log,
        "DELETE FROM gateway_audit WHERE seq > 9",
        "UPDATE gateway_audit_head SET seq = 9,"
        " hash = (SELECT hash FROM gateway_audit WHERE seq = 9)",
    )
    assert (await audit.verify()).broken is None
    found = (await audit.verify(anchor=anchor)).broken
    assert found is not None
    assert found.seq == 20
    await filled(audit, 11)
    found = (await audit.verify(anchor=anchor)).broken
    assert found is not None
    assert (found.seq, "noted" in found.reason) == (20, True)


async def test_what_is_written_meanwhile_breaks_nothing(audit: Audit) -> None:
    import asyncio

    await filled(audit, 700)
    writing = asyncio.create_task(filled(audit, 3000))
    while not writing.done():
        assert (await audit.verify()).broken is None
    await writing
    assert (await audit.verify()).entries == 3700

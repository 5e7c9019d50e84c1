"""Consents are written once, whoever says them how often, and each change leaves its evidence."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.messaging.node import NUMBER, PHONE, Node
from trunkline.clock import RealClock
from trunkline.messaging.consents import list_consents
from trunkline.messaging.consents.csv_text import HEAD, read_csv
from trunkline.messaging.consents.list_consents import ConsentFilter, ListConsents
from trunkline.messaging.consents.model import ConsentChange, Evidence, Status
from trunkline.messaging.consents.works import ChangeConsents, write_changes
from trunkline.store import Job, StoreUnavailable

PHONES = [f"+1555867{n:04}" for n in range(40)]


def change(node: Node, status: Status, phone: str = PHONE, **evidence: Any) -> ConsentChange:
    return ConsentChange(
        id=node.sids.new_id(),
        account_id=node.account_id,
        scope=NUMBER,
        recipient=phone,
        status=status,
        moment=RealClock().now(),
        evidence=Evidence(**{"method": "api", **evidence}),
    )


async def history(node: Node) -> list[str]:
    found = await ListConsents(node.database).history(node.account_id, NUMBER, PHONE)
    return [entry.status for entry in found]


async def test_only_what_changes_something_is_history(node: Node) -> None:
    work = ChangeConsents()
    statuses: list[Status] = ["allowed", "allowed", "blocked", "blocked", "allowed"]
    results = [
        (await node.commit.submit(Job(work, change(node, status))))[0] for status in statuses
    ]
    assert results == [True, False, True, False, True]
    assert await history(node) == ["allowed", "blocked", "allowed"]


async def test_of_several_in_one_commit_the_last_stays(node: Node) -> None:
    async with node.database.transaction() as connection:
        results = await write_changes(
            connection,
            [change(node, "blocked"), change(node, "blocked"), change(node, "allowed")],
        )
    assert results == [True, False, True]
    assert await history(node) == ["blocked", "allowed"]


async def test_the_first_evidence_of_a_block_stays(node: Node) -> None:
    work = ChangeConsents()
    await node.commit.submit(Job(work, change(node, "blocked", ip="192.0.2.1", source="website")))
    await node.commit.submit(Job(work, change(node, "blocked", ip="192.0.2.2", method="import")))
    (found,) = await ListConsents(node.database).page(
        node.account_id, ConsentFilter(), after=("", ""), limit=9
    )
    assert (found.ip, found.source, found.method) == ("192.0.2.1", "website", "api")


BEFORE, AFTER = timedelta(days=-1), timedelta(days=1)


@pytest.mark.parametrize(
    ("method", "status", "said", "counts"),
    [
        ("import", "allowed", None, False),  # nobody knows whether that was before or since
        ("import", "allowed", BEFORE, False),
        ("import", "allowed", AFTER, True),
        ("api", "allowed", BEFORE, False),
        ("api", "allowed", None, True),  # it is said now
        ("keyword", "allowed", BEFORE, True),  # by the person
        ("import", "blocked", None, True),  # in doubt nobody is written to
        ("import", "blocked", BEFORE, False),
        ("import", "blocked", AFTER, True),
    ],
)
async def test_a_list_that_is_told_late_undoes_nothing_that_was_said_since(
    node: Node, method: str, status: Status, said: timedelta | None, counts: bool
) -> None:
    work = ChangeConsents()
    known: Status = "allowed" if status == "blocked" else "blocked"
    heard = change(node, known, method="keyword", keyword="STOP")
    at = None if said is None else heard.moment + said
    told = change(node, status, method=method, consented_at=at)
    assert await node.commit.submit(Job(work, heard), Job(work, told)) == [True, counts]
    assert await history(node) == ([known, status] if counts else [known])


async def test_a_date_in_the_future_does_not_keep_out_what_is_said_later(node: Node) -> None:
    work = ChangeConsents()
    far = RealClock().now() + timedelta(days=9999)
    early = change(node, "allowed", method="import", consented_at=far)
    await node.commit.submit(Job(work, early))
    later = change(node, "blocked", consented_at=early.moment + timedelta(seconds=1))
    assert await node.commit.submit(Job(work, later)) == [True]


async def test_lists_in_any_order_at_once_do_not_wait_for_each_other_for_ever(node: Node) -> None:
    chance = random.Random(5)

    async def write(status: Status) -> None:
        phones = chance.sample(PHONES, len(PHONES))
        async with node.database.transaction() as connection:
            await write_changes(connection, [change(node, status, phone) for phone in phones])

    orders: list[Status] = ["blocked", "allowed"] * 4
    await asyncio.gather(*(write(status) for status in orders))
    found = await ListConsents(node.database).page(
        node.account_id, ConsentFilter(), after=("", ""), limit=100
    )
    assert [each.recipient for each in found] == sorted(PHONES)
    assert len({each.status for each in found}) == 1
    events = "SELECT count(*) FROM consent_events WHERE account_id = $1"
    assert await node.database.fetchval(events, node.account_id) % len(PHONES) == 0


async def test_pages_leave_nothing_out_and_show_nothing_twice(node: Node) -> None:
    async with node.database.transaction() as connection:
        await write_changes(connection, [change(node, "blocked", phone) for phone in PHONES])
    seen: list[str] = []
    after = ("", "")
    while page := await ListConsents(node.database).page(
        node.account_id, ConsentFilter(status="blocked"), after=after, limit=7
    ):
        seen += [each.recipient for each in page]
        after = page[-1].sender, page[-1].recipient
    assert seen == sorted(PHONES)


async def test_an_export_is_complete_whatever_its_pages_are(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ListConsents(node.database)
    empty = "".join([piece async for piece in found.csv(node.account_id, ConsentFilter())])
    assert empty == HEAD
    async with node.database.transaction() as connection:
        await write_changes(connection, [change(node, "blocked", phone) for phone in PHONES])
    for size in (1, 7, len(PHONES), 1000):
        monkeypatch.setattr(list_consents, "EXPORT_PAGE", size)
        text = "".join([piece async for piece in found.csv(node.account_id, ConsentFilter())])
        assert [values["recipient"] for _, values in read_csv(text)] == sorted(PHONES)  # type: ignore[index]


async def test_an_export_that_cannot_be_read_does_not_begin() -> None:
    class Down:
        async def fetch(self, *_: Any) -> list[Any]:
            raise StoreUnavailable

    pieces = ListConsents(Down()).csv("0" * 32, ConsentFilter())  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        await anext(pieces)

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.unit.webhooks.log_support import Log, log_of
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.webhooks.address_map import AddressMap, Connection
from trunkline.webhooks.forget import forget_answers
from trunkline.webhooks.history import Ambiguous, History
from trunkline.webhooks.target import Target


@pytest_asyncio.fixture(loop_scope="session")
async def log(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Log]:
    async with log_of(database, sids, world_id) as log:
        yield log


@pytest.fixture
def history(log: Log) -> History:
    return History(log.database, log.kinds)


async def test_what_waits_and_what_ended_are_listed_newest_first(
    log: Log, history: History
) -> None:
    first = await log.ended()
    second = await log.wait()
    third = await log.ended("failed")
    found = await history.newest(log.world_id)
    assert [(r.id, r.outcome) for r in found] == [
        (third.id, "failed"),
        (second.id, "waiting"),
        (first.id, "delivered"),
    ]
    assert [r.id for r in await history.newest(log.world_id, limit=2)] == [third.id, second.id]
    assert (found[0].status, found[0].error_code, found[0].attempts) == (200, 11200, 1)
    assert (found[1].status, found[1].attempts, found[1].finished_at) == (None, 0, None)


@pytest.mark.parametrize("outcome", ["waiting", "delivered", "failed", "dropped"])
async def test_one_outcome_is_listed_alone(log: Log, history: History, outcome: str) -> None:
    made = {"waiting": (await log.wait()).id}
    for ended in ("delivered", "failed", "dropped"):
        made[ended] = (await log.ended(ended)).id
    found = await history.newest(log.world_id, outcome=outcome)
    assert [r.id for r in found] == [made[outcome]]


async def test_what_is_on_the_wire_does_not_wait(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.webhooks.history.PAGE", 2)
    queue = [await log.wait() for _ in range(5)]
    begun = {queue[0].id, queue[3].id}
    history = History(log.database, log.kinds, is_under_way=begun.__contains__)
    ended = await log.ended()
    begun.add(ended.id)  # its end is on disk already

    async def listed(outcome: str | None, limit: int = 50) -> list[str]:
        found = await history.newest(log.world_id, outcome=outcome, limit=limit)
        return [f"{next(n for n, q in enumerate(queue) if q.id == r.id)} {r.outcome}"
                for r in found if r.id != ended.id]  # fmt: skip

    assert await listed("under_way") == ["3 under_way", "0 under_way"]
    assert await listed("under_way", limit=1) == ["3 under_way"]
    assert await listed("waiting") == ["4 waiting", "2 waiting", "1 waiting"]
    assert await listed("waiting", limit=2) == ["4 waiting", "2 waiting"]
    assert await listed(None) == [
        "4 waiting", "3 under_way", "2 waiting", "1 waiting", "0 under_way"
    ]  # fmt: skip
    detail = await history.fetch(log.world_id, queue[0].id)
    assert detail is not None
    assert detail.outcome == "under_way"
    assert (await history.newest(log.world_id, limit=1))[0].outcome == "delivered"


async def test_the_end_of_a_request_has_a_time_in_its_world(log: Log, history: History) -> None:
    waiting, ended = await log.wait(), await log.ended()
    for made, known in ((waiting, False), (ended, True)):
        found = await history.fetch(log.world_id, made.id)
        assert found is not None
        assert (found.ended_at is not None) is known
    listed = {r.id: r.ended_at for r in await history.newest(log.world_id)}
    assert listed[waiting.id] is None
    assert listed[ended.id] is not None


async def test_requests_about_one_message_are_told_in_order(log: Log, history: History) -> None:
    subject = log.sids.new("SM")
    first = await log.ended(subject=subject)
    second = await log.wait(subject)
    await log.ended()
    assert [r.id for r in await history.of_subject(log.world_id, subject)] == [first.id, second.id]
    assert await history.of_subject(log.sids.new_id(), subject) == []
    assert await history.newest(log.world_id, subject="MM" + subject[2:]) == []


async def test_a_password_in_a_url_is_never_shown(log: Log, history: History) -> None:
    waiting, ended = await log.wait(), await log.ended()
    for request in await history.newest(log.world_id):
        assert request.url == "https://app.example/status?token=1"
    for made in (waiting, ended):
        detail = await history.fetch(log.world_id, made.id)
        assert detail is not None
        assert detail.url == "https://app.example/status?token=1"
        assert detail.request.connection_overrides == "rc=2"


async def test_everything_is_known_of_a_request_that_ended(log: Log, history: History) -> None:
    made = await log.ended("failed")
    found = await history.fetch(log.world_id, made.id)
    assert found is not None
    token = str(UUID(made.token))
    assert found.idempotency_token == token
    assert found.request.headers == [
        ("Host", "app.example"),
        ("User-Agent", "TwilioProxy/1.1"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip"),
        ("I-Twilio-Idempotency-Token", token),
        ("X-Twilio-Signature", "c2lnbg=="),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    assert found.request.parameters == [("Body", "Hello"), ("MessageStatus", "sent")]
    assert (found.error_code, found.error_title) == (11200, "HTTP retrieval failure")
    (tried,) = found.tries
    assert (tried.ms, tried.status, tried.error, tried.signature) == (12, 200, 11200, "c2lnbg==")
    assert found.response is not None
    assert found.response.headers == [("Content-Type", "text/xml")]
    assert found.response.body == "<Response/>\ufffd"


async def test_a_mapped_request_is_shown_with_its_public_address(log: Log) -> None:
    addresses = AddressMap.read("https://app.example:8443=http://127.0.0.1:3000")

    def locate(world_id: str, target: Target) -> Connection | None:
        return addresses.locate(target) if world_id == log.world_id else None

    history = History(log.database, log.kinds, locate=locate)
    mapped = await log.wait(url="https://app.example:8443/status")
    found = await history.fetch(log.world_id, mapped.id)
    assert found is not None
    assert found.request.headers[0] == ("Host", "app.example:8443")
    assert found.request.headers[-3:] == [
        ("X-Forwarded-Host", "app.example:8443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "8443"),
    ]
    for url in ("https://app.example/status", "ftp://app.example"):
        found = await history.fetch(log.world_id, (await log.wait(url=url)).id)
        assert found is not None
        assert not any(name.startswith("X-Forwarded") for name, _ in found.request.headers)


async def test_a_get_request_has_no_content_type(log: Log, history: History) -> None:
    found = await history.fetch(log.world_id, (await log.ended(method="GET")).id)
    assert found is not None
    assert "Content-Type" not in dict(found.request.headers)


async def test_what_will_be_sent_is_shown_of_a_request_that_waits(
    log: Log, history: History
) -> None:
    found = await history.fetch(log.world_id, (await log.wait()).id)
    assert found is not None
    assert found.outcome == "waiting"
    assert found.request.parameters == [("Body", "Hello"), ("MessageStatus", "sent")]
    assert (found.tries, found.response) == ([], None)


async def test_of_a_deleted_message_neither_text_nor_answer_is_shown(
    log: Log, history: History
) -> None:
    made = await log.ended()
    log.kind.gone.add(made.subject)
    found = await history.fetch(log.world_id, made.id)
    assert found is not None
    assert found.request.parameters is None
    assert found.response is not None
    assert found.response.body is None


async def test_a_redacted_message_says_so(log: Log) -> None:
    redacted: list[str] = []

    async def is_redacted(sid: str) -> bool:
        return sid in redacted

    history = History(log.database, log.kinds, is_redacted)
    made = await log.ended()
    before = await history.fetch(log.world_id, made.id)
    redacted.append(made.subject)
    async with log.database.transaction() as connection:
        await forget_answers(connection, [made.subject])
    after = await history.fetch(log.world_id, made.id)
    assert before is not None
    assert after is not None
    assert (before.request.redacted, after.request.redacted) == (False, True)
    assert after.response is not None
    assert after.response.body is None


async def test_a_request_of_another_world_is_none(log: Log, history: History) -> None:
    for made in (await log.ended(), await log.wait()):
        assert await history.fetch(log.sids.new_id(), made.id) is None
        assert await history.named(log.sids.new_id(), made.id) is None


async def test_a_request_is_named_by_its_first_digits_or_its_token(
    log: Log, history: History
) -> None:
    for made in (await log.ended(), await log.wait()):
        for text in (made.id, made.id.upper(), made.id[:30], str(UUID(made.token))):
            assert await history.named(log.world_id, text) == made.id
    with pytest.raises(Ambiguous, match="starts with"):
        await history.named(log.world_id, made.id[:8])


@pytest.mark.parametrize("text", ["", "1234567", "x" * 32, "0" * 33, "\0" * 8, "0" * 32])
async def test_what_names_no_request_names_none(log: Log, history: History, text: str) -> None:
    assert await history.named(log.world_id, text) is None


async def test_a_request_of_a_kind_that_is_not_known_any_more_is_shown(
    log: Log, history: History
) -> None:
    found = await history.fetch(log.world_id, (await log.ended(kind="former")).id)
    assert found is not None
    assert found.request.parameters is None


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, (None, False, False)),
        ({"status": "undelivered", "false": True}, ("undelivered", True, False)),
        ({"status": "sent", "resent": True}, ("sent", False, True)),
    ],
)
async def test_it_is_told_what_is_special(
    log: Log, history: History, data: dict[str, Any], told: tuple[Any, ...]
) -> None:
    await log.ended(data=data)
    (found,) = await history.newest(log.world_id)
    assert (found.told, found.untrue, found.resent) == told

"""Making one request, and writing down what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.unit.webhooks.log_support import Log, log_of
from trunkline.clock import RealClock
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database, Job, Overloaded, StoreUnavailable
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.chaos import CALM, Disturbance
from trunkline.webhooks.http import Attempt, Exchange, Outgoing
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.perform import PerformDelivery

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class App:
    """Stands for the network: answers what it is told to, and knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Outgoing] = []
        self.status: int | None = 204
        self.error: int | None = None

    async def send(self, outgoing: Outgoing) -> Exchange:
        self.asked.append(outgoing)
        number = len(self.asked)
        tried = Attempt(outgoing.target.url, NOW, number, self.status, self.error, None, "sig")
        return Exchange(
            url=outgoing.target.url, attempts=[tried], status=self.status, error=self.error
        )


class Kind:
    """A kind whose requests bring about what a test says."""

    reads_body = False

    def __init__(self) -> None:
        self.rendered: Parameters | None = [("A", "rendered")]
        self.completion = Completion()
        self.defect: Exception | None = None
        self.seen: list[Exchange] = []

    def conversation(self, parameters: Parameters) -> None:
        return None

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        return self.rendered

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        self.seen.append(exchange)
        if self.defect is not None:
            raise self.defect
        return self.completion


class Plain:
    """What surrounds a request: nothing."""

    async def __call__(
        self, delivery: Delivery, kind: Any, target: Any, parameters: Parameters, token: str
    ) -> Outgoing:
        return Outgoing(
            target=target,
            method=delivery.method,
            parameters=parameters,
            token=delivery.token,
            auth_token=token,
        )

    def after(self, *_: Any) -> list[Job]:
        return []


class Bench:
    """A `PerformDelivery` on a real queue and log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.app = App()
        self.kind = Kind()
        self.commit: Any = log.commit
        self.token: str | None = "0123456789abcdef"
        self.account_status: str | None = "active"

    async def __call__(self, delivery: Delivery, disturbance: Disturbance = CALM) -> bool | None:
        perform = PerformDelivery(
            commit=self.commit,
            requests=self.app,
            kinds={"test": self.kind},
            token_of=self._token_of,
            account_of=self._account_of,
            due=self.log.due,
            end=self.log.end,
            record=RecordAlerts(),
            outgoing=Plain(),  # type: ignore[arg-type]
            alert=AlertMaker(self.log.sids, self.log.worlds, RealClock()),
            worlds=self.log.worlds,
            clock=RealClock(),
        )
        return await perform(delivery, disturbance)

    async def logged(self, delivery: Delivery) -> Any:
        return await self.log.database.fetchrow(
            "SELECT * FROM deliveries WHERE id = $1", delivery.id
        )

    async def alerts(self) -> list[int]:
        rows = await self.log.database.fetch(
            "SELECT code FROM alerts WHERE account_id = $1 ORDER BY id", self.log.account_id
        )
        return [row["code"] for row in rows]

    async def _account_of(self, sid: str) -> AccountIdentity | None:
        if self.account_status is None:
            return None
        return AccountIdentity(sid, sid, self.log.world_id, self.account_status, "live")

    async def _token_of(self, sid: str) -> str:
        if self.token is None:
            raise LookupError(sid)
        return self.token


@pytest_asyncio.fixture
async def bench(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Bench]:
    async with log_of(database, sids, world_id) as log:
        yield Bench(log)


async def test_a_request_is_signed_by_the_token_of_its_account(bench: Bench) -> None:
    delivery = await bench.log.wait()
    assert await bench(delivery) is True
    (asked,) = bench.app.asked
    assert (asked.auth_token, asked.token) == (bench.token, delivery.token)
    assert asked.parameters == [("A", "rendered")]
    row = await bench.logged(delivery)
    assert (row["outcome"], row["status"], row["error_code"]) == ("delivered", 204, None)


def following(bench: Bench, delivery: Delivery, kind: str) -> Delivery:
    """Another request about the same subject."""
    return bench.log.make(
        subject=delivery.subject,
        account_id=delivery.account_id,
        world_id=delivery.world_id,
        kind=kind,
        url=delivery.url,
    )


@pytest.mark.parametrize("status", ["suspended", "closed", None])
async def test_nothing_is_requested_for_an_account_that_is_not_active(
    bench: Bench, status: str | None
) -> None:
    bench.account_status = status
    delivery = await bench.log.wait(url="https://me:pw@app.example/status#e=nowhere")
    alert = AlertMaker(bench.log.sids, bench.log.worlds, RealClock())
    bench.kind.completion = Completion(
        jobs=[Job(bench.log.due, following(bench, delivery, "told all the same"))],
        follow=[following(bench, delivery, "a fallback")],
        alerts=[
            alert(
                delivery.account_id,
                delivery.world_id,
                10001,
                delivery=delivery,
                exchange=Exchange(error=10001),
            )
        ],
    )
    assert await bench(delivery) is None
    assert bench.app.asked == []
    (seen,) = bench.kind.seen
    assert (seen.error, seen.reason) == (10001, "The account is not active.")
    assert (seen.status, seen.attempts) == (None, [])
    assert seen.url == "https://app.example/status"
    row = await bench.logged(delivery)
    assert (row["outcome"], row["status"], row["error_code"]) == ("failed", None, 10001)
    assert list(row["attempts"]) == []
    assert await bench.alerts() == [10001]
    assert [heard.kind for heard in bench.log.heard[1:]] == ["told all the same"]


async def test_an_account_that_is_active_again_is_served_again(bench: Bench) -> None:
    bench.account_status = "suspended"
    await bench(await bench.log.wait())
    bench.account_status = "active"
    assert await bench(await bench.log.wait()) is True
    assert len(bench.app.asked) == 1


async def test_what_is_in_memory_is_not_rendered_again(bench: Bench) -> None:
    bench.kind.rendered = None
    await bench(await bench.log.wait(parameters=[("B", "in memory")]))
    assert bench.app.asked[0].parameters == [("B", "in memory")]


async def test_nothing_is_told_of_what_is_gone(bench: Bench) -> None:
    bench.kind.rendered = None
    delivery = await bench.log.wait()
    assert await bench(delivery) is None
    assert bench.app.asked == []
    assert (await bench.logged(delivery))["outcome"] == "dropped"


@pytest.mark.parametrize("missing", ["kind", "account"])
async def test_what_nobody_can_make_is_dropped(bench: Bench, missing: str) -> None:
    if missing == "account":
        bench.token = None
    delivery = await bench.log.wait(kind="test" if missing == "account" else "of the future")
    assert await bench(delivery) is None
    assert (await bench.logged(delivery))["outcome"] == "dropped"


async def test_an_unusable_url_fails_without_a_request(bench: Bench) -> None:
    delivery = await bench.log.wait(url="ftp://app.example/")
    assert await bench(delivery) is False
    assert bench.app.asked == []
    assert bench.kind.seen[0].error == 11100
    assert (await bench.logged(delivery))["error_code"] == 11100


async def test_overrides_that_cannot_be_followed_are_told_in_alerts(bench: Bench) -> None:
    await bench(await bench.log.wait(url="http://app.example/#rc=9&rp=never"))
    assert await bench.alerts() == [11243, 11243]


async def test_a_failure_is_written_down_with_what_follows(bench: Bench) -> None:
    bench.app.status, bench.app.error = None, 11205
    following = replace(await bench.log.wait(), id=bench.log.sids.new_id())
    bench.kind.completion = Completion(follow=[following])
    bench.log.heard.clear()
    delivery = await bench.log.wait()
    assert await bench(delivery) is False
    assert (await bench.logged(delivery))["outcome"] == "failed"
    assert bench.log.heard[-1] is following


async def test_what_another_node_has_ended_brings_nothing_about(bench: Bench) -> None:
    delivery = await bench.log.wait()
    await bench.log.finish(delivery)
    following = bench.log.make(
        subject=delivery.subject,
        account_id=delivery.account_id,
        world_id=delivery.world_id,
        kind="test",
        url=delivery.url,
    )
    bench.kind.completion = Completion(follow=[following])
    bench.log.heard.clear()
    await bench(delivery)
    assert bench.log.heard == []


async def test_a_defect_of_ours_ends_the_request_and_is_told(bench: Bench) -> None:
    bench.kind.defect = ValueError("unexpected")
    delivery = await bench.log.wait()
    assert await bench(delivery) is True
    row = await bench.logged(delivery)
    assert (row["outcome"], row["error_code"]) == ("failed", 12400)
    assert await bench.alerts() == [12400]


async def test_what_cannot_be_stored_ends_all_the_same(bench: Bench) -> None:
    class Broken:
        order = 60

        async def write(self, connection: Any, items: Any, events: Any) -> Any:
            raise TypeError("no such column")

    bench.kind.completion = Completion(jobs=[Job(Broken(), None)])
    delivery = await bench.log.wait()
    await bench(delivery)
    row = await bench.logged(delivery)
    assert (row["outcome"], row["error_code"]) == ("failed", 12400)


async def test_an_end_is_written_down_however_long_the_database_is_away(bench: Bench) -> None:
    real = bench.commit

    class Away:
        times = 2

        async def submit(self, *jobs: Job, urgent: bool) -> Any:
            if self.times:
                self.times -= 1
                raise StoreUnavailable("away")
            return await real.submit(*jobs, urgent=urgent)

    bench.commit = Away()
    delivery = await bench.log.wait()
    assert await bench(delivery) is True
    assert len(bench.app.asked) == 1
    assert (await bench.logged(delivery))["outcome"] == "delivered"


async def test_an_answer_is_kept_while_the_database_is_away(bench: Bench) -> None:
    class Asleep(Kind):
        times = 2

        async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
            if self.times:
                self.times -= 1
                raise StoreUnavailable("away")
            return await super().complete(delivery, exchange)

    bench.kind = Asleep()
    delivery = await bench.log.wait()
    assert await bench(delivery) is True
    assert len(bench.app.asked) == 1
    assert (await bench.logged(delivery))["outcome"] == "delivered"


async def test_a_platform_that_stops_leaves_the_request_for_its_next_start(bench: Bench) -> None:
    class Closing:
        async def submit(self, *jobs: Job, urgent: bool) -> Any:
            raise Overloaded("stopping")

    bench.commit = Closing()
    with pytest.raises(StoreUnavailable):
        await bench(await bench.log.wait())


async def test_duplicates_meet_at_the_app_and_the_first_answer_counts(bench: Bench) -> None:
    both = asyncio.Event()
    send = bench.app.send

    async def meet(outgoing: Outgoing) -> Exchange:
        exchange = await send(outgoing)
        if len(bench.app.asked) == 1:
            bench.app.status = 409
            await both.wait()
        both.set()
        return exchange

    bench.app.send = meet  # type: ignore[method-assign]
    async with asyncio.timeout(10):
        await bench(await bench.log.wait(), Disturbance(duplicate=True))
    (seen,) = bench.kind.seen
    assert seen.status == 204
    assert [attempt.status for attempt in seen.attempts] == [204, 409]


async def test_what_is_dropped_is_made_again_when_the_connection_is_closed(bench: Bench) -> None:
    bench.app.status = None
    send = bench.app.send

    async def lose(outgoing: Outgoing) -> Exchange:
        exchange = await send(outgoing)
        bench.app.status = 204
        return exchange

    bench.app.send = lose  # type: ignore[method-assign]
    await bench(await bench.log.wait(), Disturbance(drop=True))
    assert [asked.loses_answer for asked in bench.app.asked] == [True, False]
    (seen,) = bench.kind.seen
    assert seen.status == 204
    assert [attempt.status for attempt in seen.attempts] == [None, 204]


@pytest.mark.parametrize(
    ("disturbance", "times"),
    [
        (Disturbance(duplicate=True), 2),
        (Disturbance(drop=True), 2),
        (Disturbance(duplicate=True, drop=True), 3),
    ],
)
async def test_chaos_repeats_a_request_with_its_token(
    bench: Bench, disturbance: Disturbance, times: int
) -> None:
    delivery = await bench.log.wait()
    await bench(delivery, disturbance)
    assert [asked.token for asked in bench.app.asked] == [delivery.token] * times
    (seen,) = bench.kind.seen  # one answer counts
    assert [attempt.ms for attempt in seen.attempts] == list(range(1, times + 1))

"""Asking an app while somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio

from tests.unit.webhooks.log_support import Log, log_of
from tests.unit.webhooks.test_perform import App
from trunkline.clock import RealClock
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database, StoreUnavailable
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.ask import AskApp, Asked, told_parameters
from trunkline.webhooks.chaos import Chaos, ChaosPlans
from trunkline.webhooks.http import Exchange, Jar, Outgoing
from trunkline.webhooks.http.network_rules import NOBODY

URL = "https://app.example/voice?x=1"
TOKEN = "0123456789abcdef"


class Kind:
    """A kind with a header of its own."""

    reads_body = True
    headers = {"X-Home-Region": "us1"}  # noqa: RUF012


class Answering(App):
    """An app whose answers a test chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200
        self.type: str | None = "text/xml"
        self.cookies: list[tuple[str, list[str]]] = []
        self.carried: list[str | None] = []

    async def send(self, outgoing: Outgoing) -> Exchange:
        jar = outgoing.cookies
        self.carried.append(None if jar is None else jar.header_for(outgoing.target.url, 0))
        exchange = await super().send(outgoing)
        exchange.content_type, exchange.body = self.type, b"<Response/>"
        exchange.set_cookies = self.cookies
        exchange.reason = "POST https://app.example/voice answered 500." if self.error else ""
        return exchange


class Bench:
    """An `AskApp` on a real log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.app = Answering()
        self.status: str | None = "active"
        self.chaos: Chaos | None = None
        self.sid = log.sids.new("CA")
        self.ask = self._make()

    def _make(self, commit: Any = None) -> AskApp:
        return AskApp(
            commit=commit or self.log.commit,
            requests=self.app,
            kinds={"test": Kind()},  # type: ignore[dict-item]
            token_of=self._token_of,
            account_of=self._account_of,
            allowed_of=self._allowed_of,
            locate=lambda _, __: None,
            chaos=ChaosPlans(lambda _: self.chaos),
            make=self.log.make,
            record=RecordAlerts(),
            alert=AlertMaker(self.log.sids, self.log.worlds, RealClock()),
            worlds=self.log.worlds,
            clock=RealClock(),
        )

    def committing(self, commit: Any) -> None:
        self.ask = self._make(commit)

    async def __call__(self, url: str = URL, **changed: Any) -> Asked:
        values: dict[str, Any] = {
            "subject": self.sid,
            "account_id": self.log.account_id,
            "world_id": self.log.world_id,
            "kind": "test",
            "url": url,
            "method": "POST",
            "parameters": [("CallSid", self.sid), ("Digits", "1")],
        }
        return await self.ask(**(values | changed))

    async def logged(self, asked: Asked) -> Any:
        await self.ask.finish()
        return await self.log.database.fetchrow(
            "SELECT * FROM deliveries WHERE id = $1", asked.delivery.id
        )

    async def alerts(self) -> list[tuple[int, str]]:
        await self.ask.finish()
        rows = await self.log.database.fetch(
            "SELECT code, message FROM alerts WHERE account_id = $1 ORDER BY id",
            self.log.account_id,
        )
        return [(row["code"], row["message"]) for row in rows]

    async def _token_of(self, _: str) -> str:
        return TOKEN

    async def _account_of(self, sid: str) -> AccountIdentity | None:
        if self.status is None:
            return None
        return AccountIdentity(sid, sid, self.log.world_id, self.status, "live")

    async def _allowed_of(self, _: str) -> Any:
        return NOBODY


@pytest_asyncio.fixture(loop_scope="session")
async def bench(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Bench]:
    async with log_of(database, sids, world_id) as log:
        yield Bench(log)


async def test_a_request_is_signed_with_its_headers_and_written_down(bench: Bench) -> None:
    asked = await bench()
    (sent,) = bench.app.asked
    assert (sent.auth_token, sent.method, sent.read_body) == (TOKEN, "POST", True)
    assert sent.headers == {"X-Home-Region": "us1"}
    assert list(sent.parameters) == [("CallSid", bench.sid), ("Digits", "1")]
    assert asked.exchange.body == b"<Response/>"
    row = await bench.logged(asked)
    assert (row["outcome"], row["status"], row["kind"]) == ("delivered", 200, "test")
    assert (row["subject_kind"], row["response_body"]) == ("CA", b"<Response/>")
    assert await bench.alerts() == []


async def test_what_was_told_can_be_told_again(bench: Bench) -> None:
    asked = await bench(parameters=[("SpeechResult", "a\0b \ud800 – ok")])
    row = await bench.logged(asked)
    asked.delivery.data = row["data"]
    assert told_parameters(asked.delivery) == [("SpeechResult", "ab  – ok")]


async def test_it_is_in_no_queue(bench: Bench) -> None:
    asked = await bench()
    await bench.logged(asked)
    count = await bench.log.database.fetchval(
        "SELECT count(*) FROM deliveries_due WHERE world_id = $1", bench.log.world_id
    )
    assert count == 0


async def test_who_asks_does_not_wait_for_the_disk(bench: Bench) -> None:
    begun, disk = asyncio.Event(), asyncio.Event()

    class Slow:
        def submit(self, *jobs: Any, urgent: bool = False) -> Awaitable[Any]:
            async def write() -> Any:
                begun.set()
                await disk.wait()
                return await bench.log.commit.submit(*jobs, urgent=urgent)

            return write()

    bench.committing(Slow())
    asked = await bench()
    assert asked.exchange.status == 200
    await begun.wait()
    disk.set()
    assert (await bench.logged(asked))["outcome"] == "delivered"


async def test_it_is_written_down_once_the_database_is_back(bench: Bench) -> None:
    class Away:
        tries = 0

        def submit(self, *jobs: Any, urgent: bool = False) -> Awaitable[Any]:
            self.tries += 1
            if self.tries == 1:
                future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                future.set_exception(StoreUnavailable("gone"))
                return future
            return bench.log.commit.submit(*jobs, urgent=urgent)

    away = Away()
    bench.committing(away)
    assert (await bench.logged(await bench()))["outcome"] == "delivered"
    assert away.tries == 2


async def test_an_app_that_fails_is_alerted_of(bench: Bench) -> None:
    bench.app.status, bench.app.error = 500, 11200
    asked = await bench()
    assert asked.exchange.error == 11200
    row = await bench.logged(asked)
    assert (row["outcome"], row["error_code"], row["status"]) == ("failed", 11200, 500)
    assert await bench.alerts() == [(11200, "POST https://app.example/voice answered 500.")]


async def test_an_answer_may_be_refused_before_anything_is_awaited(bench: Bench) -> None:
    asked = await bench()
    asked.refuse(12100, "Error on line 1.", {"line": "1"})
    asked.warn(12200, "An attribute.")
    row = await bench.logged(asked)
    assert (row["outcome"], row["error_code"]) == ("failed", 12100)
    assert await bench.alerts() == [(12100, "Error on line 1."), (12200, "An attribute.")]
    rows = await bench.log.database.fetch(
        "SELECT delivery_id, resource FROM alerts WHERE account_id = $1", bench.log.account_id
    )
    assert {(row["delivery_id"].hex, row["resource"]) for row in rows} == {
        (asked.delivery.id, bench.sid)
    }


@pytest.mark.parametrize("status", ["suspended", "closed", None])
async def test_nothing_is_asked_for_an_account_that_is_not_active(
    bench: Bench, status: str | None
) -> None:
    bench.status = status
    asked = await bench()
    assert bench.app.asked == []
    assert asked.exchange.error == 10001
    assert (await bench.logged(asked))["outcome"] == "failed"


async def test_what_is_no_url_is_an_error_of_the_request(bench: Bench) -> None:
    asked = await bench(url="ftp://x:y@app.example/")
    assert (asked.exchange.error, bench.app.asked) == (11100, [])
    assert asked.exchange.url == "ftp://app.example/"
    assert [code for code, _ in await bench.alerts()] == [11100]


async def test_overrides_that_cannot_be_followed_are_alerted_of(bench: Bench) -> None:
    asked = await bench(url="https://app.example/#rc=9&tt=999999")
    assert [code for code, _ in await bench.alerts()] == [11243, 11243]
    assert asked.exchange.error is None
    # What an override asks for is bounded: 15 seconds for all attempts together.
    assert bench.app.asked[0].target.overrides.tt == 15_000


async def test_cookies_live_with_the_jar(bench: Bench) -> None:
    jar = Jar()
    bench.app.cookies = [(URL, ["session=7"])]
    await bench(jar=jar)
    await bench(jar=jar)
    await bench(jar=Jar())
    assert bench.app.carried == [None, "session=7", None]


async def test_chaos_loses_a_request_or_makes_it_twice_and_one_answer_counts(bench: Bench) -> None:
    bench.chaos = Chaos(seed=1, duplicate=1, drop=1, delay=1, delay_seconds=3600, reorder=1)
    asked = await bench()
    assert [sent.loses_answer for sent in bench.app.asked] == [True, False, False]
    assert len({sent.token for sent in bench.app.asked}) == 1
    assert asked.exchange.status == 200
    assert len(asked.exchange.attempts) == 3


async def test_audio_is_not_kept_in_the_log(bench: Bench) -> None:
    bench.app.type = "audio/mpeg"
    asked = await bench()
    assert (await bench.logged(asked))["response_body"] is None
    assert asked.exchange.body == b"<Response/>"


async def test_what_nobody_waits_for_any_more_is_in_the_log(bench: Bench) -> None:
    asking = asyncio.Event()

    async def thinks(_: Outgoing) -> Exchange:
        asking.set()
        await asyncio.Event().wait()
        raise AssertionError

    bench.app.send = thinks  # type: ignore[method-assign]
    task = asyncio.ensure_future(bench())
    await asking.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    await bench.ask.finish()
    row = await bench.log.database.fetchrow(
        "SELECT * FROM deliveries WHERE subject_id = $1", bench.sid[2:]
    )
    assert (row["outcome"], row["error_code"]) == ("failed", 11200)
    assert await bench.alerts() == []

"""The fixture `async_trunkline`: the app runs on the loop of the test, and nothing blocks it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI, Form, Response

from tests.support.platform import World
from tests.support.plugin_apps import asgi_app, flask_app, twiml
from tests.support.pytest_runs import run_pytest
from trunkline.testing import AsyncTrunkline, ExpectationFailed, Trunkline, TrunklineError

PHONE = "+14155550123"


def echo(text: str) -> str:
    return f"You wrote: {text}"


async def test_a_conversation(async_trunkline: AsyncTrunkline) -> None:
    app = await async_trunkline.app(asgi_app(echo), webhook="/sms")
    phone = async_trunkline.phone(PHONE)
    await phone.send("Hi")
    assert (await phone.expects("You wrote: Hi")).sender == async_trunkline.number
    await phone.replies("Again")
    await phone.expects(re.compile("Again$"))
    await phone.expects_nothing()
    assert [message.body for message in await phone.inbox()] == [
        "You wrote: Hi",
        "You wrote: Again",
    ]
    webhooks = await async_trunkline.webhooks()
    assert [request.signature_valid for request in webhooks.to("/sms")] == [True, True]
    assert webhooks.last.params["Body"] == "Again"
    assert app.errors == ()
    assert (
        await async_trunkline.transcript()
        == """
        +14155550123 -> +12065550100: Hi
        +12065550100 -> +14155550123: You wrote: Hi
        +14155550123 -> +12065550100: Again
        +12065550100 -> +14155550123: You wrote: Again
    """
    )


async def test_the_app_shares_the_loop_of_the_test(async_trunkline: AsyncTrunkline) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()
    app = FastAPI()

    @app.post("/sms")
    async def sms(Body: str = Form("")) -> Response:
        asked.set()
        await go_on.wait()
        return Response(twiml(echo(Body)), media_type="text/xml")

    await async_trunkline.app(app, webhook="/sms")
    phone = async_trunkline.phone(PHONE)
    sending = asyncio.create_task(phone.send("Hi"))
    await asked.wait()
    assert not sending.done()
    go_on.set()
    await sending
    await phone.expects("You wrote: Hi")


async def test_a_wsgi_app_is_served_in_threads(async_trunkline: AsyncTrunkline) -> None:
    await async_trunkline.app(flask_app(echo), webhook="/sms")
    phone = async_trunkline.phone(PHONE)
    await phone.send("Hi")
    await phone.expects("You wrote: Hi")


async def test_the_clock_phones_and_chaos(async_trunkline: AsyncTrunkline) -> None:
    await async_trunkline.app(asgi_app(echo), webhook="/sms")
    phone = async_trunkline.phone(PHONE)
    await async_trunkline.chaos(delay=1, delay_seconds=60, seed=1)
    await phone.set(deliver_after="1h")
    await phone.send("Hi")
    before = await async_trunkline.clock.now()
    after = await async_trunkline.clock.advance("1m")
    assert after - before >= timedelta(minutes=1)
    await phone.expects_nothing()
    await async_trunkline.clock.advance("1h")
    got = await phone.expects("You wrote: Hi")
    assert got.sid is not None
    assert (await async_trunkline.why(got.sid)).status == "delivered"
    assert (await async_trunkline.control("GET", "/clock"))["movable"] is True
    await async_trunkline.settle()


# aiohttp announces changes that twilio-python has not followed yet.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated", "ignore:The 'auth' parameter")
async def test_the_client_is_asynchronous(async_trunkline: AsyncTrunkline) -> None:
    await async_trunkline.client.messages.create_async(
        to=PHONE, from_=async_trunkline.number, body="Hi"
    )
    await async_trunkline.phone(PHONE).expects("Hi")


async def test_a_failure_is_raised_where_it_is_awaited(async_trunkline: AsyncTrunkline) -> None:
    with pytest.raises(ExpectationFailed, match="got no message; expected 'Hi'") as caught:
        await async_trunkline.phone(PHONE).expects("Hi", within=0)
    assert not any("anyio" in str(entry.path) for entry in caught.traceback)


async def test_what_would_wait_for_itself_is_refused(
    trunkline: Trunkline, async_trunkline: AsyncTrunkline
) -> None:
    await async_trunkline.app(asgi_app(echo), webhook="/sms")
    with pytest.raises(TrunklineError, match="an app that runs on this very event loop"):
        trunkline.phone(PHONE).send("Hi")
    await asyncio.to_thread(trunkline.phone(PHONE).send, "Hi")
    trunkline_phone = async_trunkline.phone(PHONE)
    await trunkline_phone.expects("You wrote: Hi")


async def test_a_startup_that_fails_is_told_in_a_sentence(async_trunkline: AsyncTrunkline) -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise OSError("no database")
        yield

    with pytest.raises(TrunklineError, match="The app's startup failed: OSError: no database"):
        await async_trunkline.app(FastAPI(lifespan=lifespan))


def test_a_unittest_ends_its_app_on_its_own_loop(
    tmp_path: Path, running: World, short_tmp: Path
) -> None:
    assert running.base_url
    files = {
        "test_it.py": """
            import asyncio, gc, unittest
            from contextlib import asynccontextmanager

            import pytest
            from fastapi import FastAPI

            loops = []

            @asynccontextmanager
            async def lifespan(app):
                loops.append(id(asyncio.get_running_loop()))
                yield
                loops.append(id(asyncio.get_running_loop()))

            class Case(unittest.IsolatedAsyncioTestCase):
                @pytest.fixture(autouse=True)
                def fixture(self, async_trunkline):
                    self.trunkline = async_trunkline

                async def test_it(self):
                    await self.trunkline.app(FastAPI(lifespan=lifespan), webhook="/sms")
                    await self.trunkline.phone("+14155550123").send("Hi")
                    loops.append(id(asyncio.get_running_loop()))

            def test_after():
                gc.collect()  # what is open still is told of here
                assert len(loops) == 3 and len(set(loops)) == 1
        """
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", str(short_tmp / "acceptance data"))
    assert done.summary == "2 passed", done.text


def test_an_app_of_an_asynchronous_fixture_ends_after_a_test_that_is_not(
    tmp_path: Path, running: World, short_tmp: Path
) -> None:
    assert running.base_url
    files = {
        "test_it.py": """
            import gc
            from contextlib import asynccontextmanager

            import pytest_asyncio
            from fastapi import FastAPI

            life = []

            @asynccontextmanager
            async def lifespan(app):
                life.append("started")
                yield
                life.append("stopped")

            @pytest_asyncio.fixture
            async def served(async_trunkline):
                return await async_trunkline.app(FastAPI(lifespan=lifespan))

            def test_it(served):
                assert life == ["started"]

            def test_after():
                gc.collect()  # what is open still is told of here
                assert life == ["started", "stopped"]
        """
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", str(short_tmp / "acceptance data"))
    assert done.summary == "2 passed", done.text


LIFE = """
    import asyncio
    from contextlib import asynccontextmanager

    import pytest
    from fastapi import FastAPI

    lives = []

    @asynccontextmanager
    async def lifespan(app):
        lives.append(("started", id(asyncio.get_running_loop())))
        yield
        lives.append(("stopped", id(asyncio.get_running_loop())))

    @pytest.mark.{mark}
    async def test_it({fixture}async_trunkline):
        await async_trunkline.app(FastAPI(lifespan=lifespan), webhook="/sms")
        phone = async_trunkline.phone("+14155550123")
        await phone.send("Hi")
        assert (await async_trunkline.webhooks()).last.status == 404
        lives.append(("tested", id(asyncio.get_running_loop())))

    def test_after():
        assert [what for what, _ in lives] == ["started", "tested", "stopped"]
        assert len({{loop for _, loop in lives}}) == 1
"""


@pytest.mark.parametrize(
    ("mark", "fixture"), [("asyncio", ""), ("anyio", "anyio_backend, ")], ids=["asyncio", "anyio"]
)
def test_an_app_starts_and_ends_on_the_loop_of_either_plugin(
    tmp_path: Path, running: World, short_tmp: Path, mark: str, fixture: str
) -> None:
    assert running.base_url
    backend = """
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
    """
    files = {"conftest.py": backend, "test_it.py": LIFE.format(mark=mark, fixture=fixture)}
    data = str(short_tmp / "acceptance data")
    done = run_pytest(tmp_path, files, "--trunkline-data", data)
    assert done.summary == "2 passed", done.text

from __future__ import annotations

import asyncio
import threading
from http.client import HTTPConnection
from typing import Any

import pytest

from trunkline.testing import TrunklineError
from trunkline.testing.apps.asgi import AsgiOnLoop, AsgiThread
from trunkline.testing.apps.watch import Watch


class App:
    """Tells its scope, and remembers its life."""

    def __init__(self, *, fails: str = "", error: BaseException | None = None) -> None:
        self.life: list[str] = []
        self.scope: dict[str, Any] = {}
        self.asked = asyncio.Event()
        self.hangs = False
        self.fails = fails
        self.error = error or OSError("no database")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{event}"
                self.life.append(event)
                failed = self.fails == event
                kind = f"lifespan.{event}.{'failed' if failed else 'complete'}"
                await send({"type": kind, **({"message": "no"} if failed else {})})
                if failed:
                    raise self.error
            return
        self.scope = scope
        self.asked.set()
        if self.hangs:
            try:
                await asyncio.sleep(3600)
            finally:
                self.life.append("cancelled")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def ask(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Host": "app.test.example", "X-Forwarded-Proto": "https"}
    connection.request("GET", "/sms", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_app_lives_in_a_thread_from_startup_to_shutdown() -> None:
    app = App()
    served = AsgiThread(app, Watch())
    before = set(threading.enumerate())
    served.start()
    assert ask(served.port) == 204
    served.stop()
    assert app.life == ["startup", "shutdown"]
    assert set(threading.enumerate()) <= before  # those of other tests may end meanwhile
    with pytest.raises(ConnectionRefusedError):
        ask(served.port)


def test_it_is_asked_by_its_public_url() -> None:
    app = App()
    served = AsgiThread(app, Watch())
    served.start()
    ask(served.port)
    served.stop()
    assert app.scope["scheme"] == "https"
    assert (b"host", b"app.test.example") in app.scope["headers"]


@pytest.mark.parametrize("event", ["startup", "shutdown"])
def test_a_life_that_fails_is_told_in_a_sentence(event: str) -> None:
    watch = Watch()
    served = AsgiThread(App(fails=event), watch)

    def life() -> None:
        served.start()
        served.stop()

    with pytest.raises(TrunklineError, match=f"The app's {event} failed: OSError: no database"):
        life()
    assert [known.doing for known in watch.errors] == [event]


def test_an_app_that_exits_is_told_of() -> None:
    served = AsgiThread(App(fails="startup", error=SystemExit(3)), Watch())
    with pytest.raises(TrunklineError, match="The app's startup failed: SystemExit: 3"):
        served.start()


async def test_what_is_being_answered_is_cancelled_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trunkline.testing.apps.asgi.GRACE", 0.01)
    app = App()
    app.hangs = True
    served = AsgiOnLoop(app, Watch())
    await served.start()
    asking = asyncio.create_task(asyncio.to_thread(ask, served.port))
    await app.asked.wait()
    await served.stop()
    assert await asking == 500
    assert app.life == ["startup", "cancelled", "shutdown"]
    await served.stop()

"""The fixture for asynchronous tests: the same in other threads, so that no event loop waits."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trunkline.testing import twilio_clients
from trunkline.testing.apps.asgi import AsgiOnLoop
from trunkline.testing.apps.interface import Interface, interface_of
from trunkline.testing.apps.served import App
from trunkline.testing.apps.watch import Watch
from trunkline.testing.async_calls import AsyncCall
from trunkline.testing.durations import Duration
from trunkline.testing.errors import hidden
from trunkline.testing.expectations import Expected
from trunkline.testing.fixture import Trunkline
from trunkline.testing.in_thread import in_thread as _in_thread
from trunkline.testing.messages import Message
from trunkline.testing.phone import KEEP, Keep, Media, Phone
from trunkline.testing.transcript import Transcript
from trunkline.testing.webhooks import Webhooks
from trunkline.testing.why import Explanation

if TYPE_CHECKING:
    from twilio.rest import Client  # type: ignore[import-untyped]

__all__ = ["AsyncClock", "AsyncPhone", "AsyncTrunkline"]

__tracebackhide__ = hidden


class AsyncPhone:
    """A virtual phone, as `Phone`, with methods to be awaited."""

    number: str
    """Its number, in E.164."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.number = phone.number

    def __repr__(self) -> str:
        return repr(self._phone)

    async def send(
        self, text: str = "", *, to: str | None = None, media: Media | Iterable[Media] | None = None
    ) -> str:
        """As `Phone.send`."""
        return await _in_thread(self._phone.send, text, to=to, media=media)

    async def expects(self, what: Expected = None, *, within: float | None = None) -> Message:
        """As `Phone.expects`. A function as `what` is called in another thread."""
        __tracebackhide__ = True
        return await _in_thread(self._phone.expects, what, within=within)

    async def expects_nothing(self, *, within: float = 0.0) -> None:
        """As `Phone.expects_nothing`."""
        __tracebackhide__ = True
        await _in_thread(self._phone.expects_nothing, within=within)

    async def replies(self, text: str = "", *, media: Media | Iterable[Media] | None = None) -> str:
        """As `Phone.replies`."""
        return await _in_thread(self._phone.replies, text, media=media)

    async def inbox(self) -> list[Message]:
        """As `Phone.inbox`."""
        return await _in_thread(lambda: self._phone.inbox)

    async def on_call(self, script: str | None) -> None:
        """As `Phone.on_call`."""
        await _in_thread(self._phone.on_call, script)

    async def calls(self, number: str | None = None, script: str = "") -> AsyncCall:
        """As `Phone.calls`."""
        return AsyncCall(await _in_thread(self._phone.calls, number, script))

    async def expects_call(self, *, within: float | None = None) -> AsyncCall:
        """As `Phone.expects_call`."""
        __tracebackhide__ = True
        return AsyncCall(await _in_thread(self._phone.expects_call, within=within))

    async def expects_no_call(self, *, within: float = 0.0) -> None:
        """As `Phone.expects_no_call`."""
        __tracebackhide__ = True
        await _in_thread(self._phone.expects_no_call, within=within)

    async def set(
        self,
        *,
        fail: int | Keep | None = KEEP,
        reject: int | Keep | None = KEEP,
        deliver_after: Duration | Keep | None = KEEP,
        auto_reply: str | Keep | None = KEEP,
        no_receipt: bool | Keep | None = KEEP,
        read: bool | Keep | None = KEEP,
    ) -> None:
        """As `Phone.set`."""
        await _in_thread(
            self._phone.set,
            fail=fail,
            reject=reject,
            deliver_after=deliver_after,
            auto_reply=auto_reply,
            no_receipt=no_receipt,
            read=read,
        )


class AsyncClock:
    """The clock of the test's world, as `Clock`, with methods to be awaited."""

    def __init__(self, trunkline: Trunkline) -> None:
        self._clock = trunkline.clock

    async def now(self) -> datetime:
        """As `Clock.now`."""
        return await _in_thread(self._clock.now)

    async def advance(self, by: Duration) -> datetime:
        """As `Clock.advance`."""
        return await _in_thread(self._clock.advance, by)


class AsyncTrunkline:
    """The fixture `trunkline` for asynchronous tests, by pytest-asyncio or anyio.

    It is about the same world as `trunkline` in the same test. What asks the platform is awaited.
    """

    clock: AsyncClock
    """The world's clock."""

    def __init__(self, trunkline: Trunkline) -> None:
        self._trunkline = trunkline
        self._client: Any = None
        self._served: list[tuple[asyncio.AbstractEventLoop, AsgiOnLoop]] = []
        self.clock = AsyncClock(trunkline)

    def __repr__(self) -> str:
        return repr(self._trunkline)

    @property
    def client(self) -> Client:
        """A `twilio.rest.Client` for `await client.messages.create_async(…)`. Raises
        TrunklineError when twilio-python is not installed."""
        if self._client is None:
            self._client = twilio_clients.async_client(self._trunkline._world.credentials)
        return self._client

    @property
    def account_sid(self) -> str:
        """As `Trunkline.account_sid`."""
        return self._trunkline.account_sid

    @property
    def auth_token(self) -> str:
        """As `Trunkline.auth_token`."""
        return self._trunkline.auth_token

    @property
    def api_key(self) -> str:
        """As `Trunkline.api_key`."""
        return self._trunkline.api_key

    @property
    def api_secret(self) -> str:
        """As `Trunkline.api_secret`."""
        return self._trunkline.api_secret

    @property
    def base_url(self) -> str:
        """As `Trunkline.base_url`."""
        return self._trunkline.base_url

    @property
    def number(self) -> str:
        """As `Trunkline.number`."""
        return self._trunkline.number

    @property
    def numbers(self) -> tuple[str, ...]:
        """As `Trunkline.numbers`."""
        return self._trunkline.numbers

    def phone(self, number: str) -> AsyncPhone:
        """As `Trunkline.phone`."""
        return AsyncPhone(self._trunkline.phone(number))

    async def app(
        self,
        app: Any,
        webhook: str | None = None,
        *,
        public_url: str | None = None,
        fallback: str | None = None,
        voice: str | None = None,
        voice_fallback: str | None = None,
        numbers: Iterable[str] | None = None,
        interface: Interface | None = None,
    ) -> App:
        """As `Trunkline.app`; but an ASGI app is served on the test's own event loop, where that
        is asyncio's: what it shares with the test is of one loop. It ends with the test function.
        """
        loop = asyncio._get_running_loop()
        apps = self._trunkline._apps
        if loop is None or isinstance(app, str) or (interface or interface_of(app)) == "wsgi":
            local_url, watch = await _in_thread(apps.serve, app, interface)
        else:
            watch = Watch()
            served = AsgiOnLoop(app, watch)
            await served.start()
            self._served.append((loop, served))
            self._trunkline._world.loops.add(loop)
            local_url = f"http://127.0.0.1:{served.port}"
        return await _in_thread(
            apps.add,
            local_url,
            watch,
            public_url=public_url,
            webhook=webhook,
            fallback=fallback,
            voice=voice,
            voice_fallback=voice_fallback,
            numbers=numbers,
        )

    async def calls(self) -> list[AsyncCall]:
        """As `Trunkline.calls`."""
        return [AsyncCall(each) for each in await _in_thread(lambda: self._trunkline.calls)]

    async def settle(self) -> None:
        """As `Trunkline.settle`."""
        await _in_thread(self._trunkline.settle)

    async def webhooks(self) -> Webhooks:
        """As `Trunkline.webhooks`: `(await async_trunkline.webhooks()).last`."""
        return await _in_thread(self._loaded_webhooks)

    async def chaos(
        self,
        *,
        duplicate: float = 0.0,
        drop: float = 0.0,
        reorder: float = 0.0,
        delay: float = 0.0,
        delay_seconds: float = 5.0,
        contradict: float = 0.0,
        seed: int = 0,
    ) -> None:
        """As `Trunkline.chaos`."""
        await _in_thread(
            self._trunkline.chaos,
            duplicate=duplicate,
            drop=drop,
            reorder=reorder,
            delay=delay,
            delay_seconds=delay_seconds,
            contradict=contradict,
            seed=seed,
        )

    async def transcript(self) -> Transcript:
        """As `Trunkline.transcript`."""
        return await _in_thread(self._trunkline.transcript)

    async def why(self, sid: str) -> Explanation:
        """As `Trunkline.why`."""
        return await _in_thread(self._trunkline.why, sid)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """As `Trunkline.control`."""
        return await _in_thread(self._trunkline.control, method, path, body)

    def adopt(self, client: Any) -> None:
        """As `Trunkline.adopt`."""
        self._trunkline.adopt(client)

    def _around(self, test: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The test function, and after it the end of the apps that its event loop serves."""

        @functools.wraps(test)
        async def with_apps(*args: Any, **options: Any) -> Any:
            try:
                return await test(*args, **options)
            finally:
                await self._stop()

        return with_apps

    async def _stop(self) -> None:
        """End the apps that the running event loop serves."""
        while self._served:
            await self._served.pop()[1].stop()

    def _close(self) -> None:
        """End what is served still, as long as its event loop can do that."""
        while self._served:
            loop, served = self._served.pop()
            if not loop.is_closed() and not loop.is_running():
                loop.run_until_complete(served.stop())

    def _loaded_webhooks(self) -> Webhooks:
        found = self._trunkline.webhooks
        for request in found:
            _ = request.attempts  # read now: later the event loop would wait for it
        return found

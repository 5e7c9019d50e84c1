"""The real maton-ai SDK, with its own retries, before a provider that misbehaves: nothing that was
sent and whose outcome is not known is ever sent a second time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from maton_ai import _base_client as sdk

from tests.support.hostile_server import Answer, HostileServer, answer
from tests.support.waiting import eventually
from tests.unit.gateway.proxy.stand_ins import MESSAGES, Proxy, face, proxying, serving
from trunkline.gateway.proxy import Limits
from trunkline.store import Database

QUICK = Limits(connect=2, idle=1)
TEXT = {"To": "+15550001", "From": "+15550002", "Body": "Hello"}

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "_random", lambda: 0.0)


@pytest.fixture
def limits() -> Limits:
    return QUICK


@pytest.fixture
async def send(proxy: Proxy) -> AsyncIterator[Send]:
    """Sends a request by the SDK; its answer, or the error that the SDK raises in the end."""
    async with serving(face(proxy)) as url:
        with httpx.Client() as client:
            maton = sdk.MatonClient("key", base_url=url, http_client=client)

            def post(timeout: float = 10.0, **what: Any) -> Any:
                try:
                    return maton.post(MESSAGES, timeout=timeout, **(what or {"data": TEXT}))
                except sdk.MatonError as error:
                    return error

            async def sent(*args: Any, **kwargs: Any) -> Any:
                return await asyncio.to_thread(post, *args, **kwargs)

            yield sent


OUTCOMES = [
    pytest.param(Answer(then="hang"), 409, id="hangs"),
    pytest.param(Answer(then="close"), 409, id="closes"),
    pytest.param(Answer(then="reset"), 409, id="resets"),
    pytest.param(answer("500 Oops"), 409, id="500"),
    pytest.param(answer("502 Oops"), 409, id="502"),
    pytest.param(answer("503 Oops", headers=[("Retry-After", "0")]), 409, id="503"),
    pytest.param(answer("504 Oops"), 409, id="504"),
    pytest.param(
        Answer((b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf",), then="close"),
        409,
        id="breaks off",
    ),
]


@pytest.mark.parametrize(("given", "status"), OUTCOMES)
@pytest.mark.parametrize("what", ["form", "json", "file"])
async def test_its_retries_reach_the_provider_no_second_time(
    send: Send, hostile: HostileServer, given: Answer, status: int, what: str
) -> None:
    hostile.says(given)
    body: dict[str, Any] = {"form": {"data": TEXT}, "json": {"json": TEXT}}.get(
        what, {"files": {"file": b"content"}, "data": TEXT}
    )
    error = await send(**body)
    assert error.status_code == status
    assert len(hostile.heard) == 1


async def test_its_retry_after_a_timeout_of_its_own_is_not_sent(
    send: Send, proxy: Proxy, hostile: HostileServer
) -> None:
    """The SDK gives up after 30 s (here 0.3), before the gateway does, and sends it again."""
    hostile.says(Answer(then="hang"))
    error = await send(timeout=0.3)
    assert isinstance(error, sdk.MatonError)
    assert len(hostile.heard) == 1
    await eventually(lambda: not proxy.forward._under_way)
    error = await send()
    assert error.status_code == 409
    assert len(hostile.heard) == 1


async def test_an_answer_that_comes_when_the_sdk_has_given_up_is_no_leave_to_send_again(
    database: Database,
) -> None:
    """The provider takes longer than the SDK waits, and succeeds."""
    count = 0

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        await reader.readuntil(b"\r\n\r\n")
        count += 1
        await asyncio.sleep(0.6)
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    upstream = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with proxying(database, upstream, limits=QUICK) as proxy, serving(face(proxy)) as url:

            def post() -> int | None:
                with httpx.Client() as client:
                    maton = sdk.MatonClient("key", base_url=url, http_client=client, timeout=0.4)
                    with pytest.raises(sdk.MatonError) as told:
                        maton.post(MESSAGES, data=TEXT)
                return told.value.status_code

            # 0.4 s: given up. The second attempt waits for the first, and hears at 0.6 s.
            assert await asyncio.to_thread(post) == 409
            assert await asyncio.to_thread(post) == 409
    finally:
        server.close()
    assert count == 1


async def test_what_was_not_sent_may_be_sent_again(send: Send, hostile: HostileServer) -> None:
    hostile.says(answer("429 Slow down", headers=[("Retry-After", "0")]), answer(body=b'{"a":1}'))
    assert await send() == {"a": 1}  # by the SDK's retry, because the provider refused the first
    assert len(hostile.heard) == 2


async def test_two_texts_on_purpose_are_two(send: Send, hostile: HostileServer) -> None:
    hostile.says(answer("201 Created", b"{}"))
    for _ in range(5):
        assert await send() == {}
    assert len(hostile.heard) == 5

"""`proxy.Forward`: what is sent, how often, and what the caller is told."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.waiting import eventually
from tests.unit.gateway.proxy.stand_ins import (
    MESSAGES,
    QUICK,
    SECRET,
    Proxy,
    caller_of,
    connection_of,
    proxying,
)
from trunkline.gateway.connectors import Injected
from trunkline.gateway.errors import (
    BadRequest,
    OutcomeUnknown,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from trunkline.gateway.proxy import BrokenOff, DuplicateOfUnknown
from trunkline.sids import SidFactory
from trunkline.store import Database

UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
FORM = [("content-type", "application/x-www-form-urlencoded")]


@pytest.mark.parametrize("method", ["GET", "OPTIONS", *UNSAFE])
async def test_a_request_goes_out_and_its_answer_comes_back(
    proxy: Proxy, hostile: HostileServer, method: str
) -> None:
    hostile.says(answer("418 Teapot", b"{}", [("X-A", "1"), ("Set-Cookie", "a=b")]))
    body = b"To=1&To=2&Body=%00" if method != "GET" else None
    headers = [*FORM, ("authorization", "Bearer ours"), ("x-forwarded-for", "1.2.3.4"), ("x", "y")]
    reply = await proxy.forward(
        proxy.caller, proxy.connection, proxy.ask(method, MESSAGES + "?a=1&a=2", body, headers)
    )
    assert [part async for part in reply.body] == [b"{}"]
    await reply.aclose()
    assert reply.status == 418
    assert reply.headers == [
        (b"content-length", b"2"),
        (b"x-a", b"1"),
        (b"trunkline-connection-used", proxy.connection.id.encode()),
        (b"x-request-id", reply.id.encode()),
    ]
    [heard] = hostile.heard
    assert heard.line == f"{method} {MESSAGES}?a=1&a=2 HTTP/1.1"
    assert heard.body == (body or b"")
    expected = [
        ("Host", "api.twilio.com"),
        FORM[0],
        ("x", "y"),
        *SECRET.headers.items(),
        ("Accept-Encoding", "identity"),
        ("Via", "1.1 trunkline-gateway"),
    ]
    assert [pair for pair in heard.headers if pair[0] != "Content-Length"] == expected
    [entry] = proxy.notes.entries
    assert (entry.kind, entry.method, entry.status, entry.code) == ("proxy", method, 418, None)
    assert entry.path_template == "/2010-04-01/Accounts/{sid}/Messages.json"
    assert (entry.bytes_in, entry.bytes_out) == (len(body or b""), 2)
    assert entry.connection_id == proxy.connection.id
    assert entry.key_id == proxy.caller.key_id


async def test_json_becomes_a_form_where_the_provider_wants_forms(
    proxy: Proxy, hostile: HostileServer
) -> None:
    await proxy("POST", MESSAGES, b'{"To":"+1"}', [("content-type", "application/json")])
    [heard] = hostile.heard
    assert heard.body == b"To=%2B1"
    assert heard.header("Content-Length") == "7"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "post", "GET /", ""])
async def test_other_methods_are_refused(proxy: Proxy, hostile: HostileServer, method: str) -> None:
    with pytest.raises(BadRequest):
        await proxy(method)
    assert not hostile.heard


async def test_what_authorises_by_the_query_takes_the_place_of_the_callers(
    proxy: Proxy, hostile: HostileServer
) -> None:
    proxy.authorise.given = Injected(query={"api key": "s&1"})
    await proxy("GET", "/v1/x?a=%2F&api+key=mine&b")
    assert hostile.heard[0].line == "GET /v1/x?a=%2F&b&api+key=s%261 HTTP/1.1"


# When the outcome is unknown ---------------------------------------------------------------------

LOST = [
    pytest.param(Answer(then="hang"), id="hangs"),
    pytest.param(Answer(then="close"), id="closes"),
    pytest.param(Answer(then="reset"), id="resets"),
    pytest.param(Answer((b"HTTP/1.1 200",), then="hang"), id="stops in its head"),
    pytest.param(Answer((b"what?\r\n\r\n",), then="close"), id="no HTTP"),
]


@pytest.mark.parametrize("given", LOST)
@pytest.mark.parametrize("method", UNSAFE)
async def test_a_lost_answer_is_no_5xx_and_nothing_equal_is_sent(
    proxy: Proxy, hostile: HostileServer, given: Answer, method: str
) -> None:
    hostile.says(given)
    with pytest.raises(OutcomeUnknown) as told:
        await proxy(method, MESSAGES, b"To=1")
    assert (told.value.status, told.value.code) == (409, "outcome_unknown")
    for _ in range(3):
        with pytest.raises(DuplicateOfUnknown) as again:
            await proxy(method, MESSAGES, b"To=1")
        assert again.value.data["first"]["request_id"] == told.value.data["request_id"]  # type: ignore[index]
    assert len(hostile.heard) == 1
    assert [entry.code for entry in proxy.notes.entries] == [
        "outcome_unknown", *["duplicate_of_unknown"] * 3,
    ]  # fmt: skip


@pytest.mark.parametrize("given", LOST)
async def test_a_safe_request_may_be_sent_again(
    proxy: Proxy, hostile: HostileServer, given: Answer
) -> None:
    hostile.says(given)
    with pytest.raises(UpstreamTimeout if given.then == "hang" else UpstreamUnreachable):
        await proxy("GET")
    hostile.says(answer(body=b"there"))
    assert await proxy("GET") == (200, b"there")


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
async def test_the_providers_5xx_is_passed_on_and_remembered(
    proxy: Proxy, hostile: HostileServer, status: int
) -> None:
    hostile.says(answer(f"{status} Oops", b"broken"))
    assert await proxy("POST", MESSAGES, b"To=1") == (status, b"broken")
    with pytest.raises(DuplicateOfUnknown) as told:
        await proxy("POST", MESSAGES, b"To=1")
    assert told.value.data["first"]["status"] == status  # type: ignore[index]
    # Another text, another path, another key: other requests.
    await proxy("POST", MESSAGES, b"To=2")
    await proxy("POST", MESSAGES + "?x", b"To=1")
    await proxy("POST", MESSAGES, b"To=1", [("idempotency-key", "2")])
    assert len(hostile.heard) == 4
    proxy.clock.forward(60)
    await proxy("POST", MESSAGES, b"To=1")


@pytest.mark.parametrize("status", [200, 201, 204, 302, 307, 400, 404, 409, 429])
async def test_two_equal_ones_on_purpose_are_two(
    proxy: Proxy, hostile: HostileServer, status: int
) -> None:
    hostile.says(answer(f"{status} Known"))
    for _ in range(3):
        assert (await proxy("POST", MESSAGES, b"To=1"))[0] == status
    assert len(hostile.heard) == 3


async def test_users_and_connections_do_not_collapse_into_each_other(
    proxy: Proxy, hostile: HostileServer, sids: SidFactory
) -> None:
    hostile.says(answer("503 No"))
    other = caller_of(sids)
    await proxy("POST", MESSAGES, b"To=1")
    for caller, connection in [
        (other, proxy.connection),
        (proxy.caller, connection_of(sids, proxy.caller)),
    ]:
        reply = await proxy.forward(caller, connection, proxy.ask("POST", MESSAGES, b"To=1"))
        await reply.aclose()
    assert len(hostile.heard) == 3


async def test_while_the_first_is_under_way_the_second_is_not_sent(
    proxy: Proxy, hostile: HostileServer
) -> None:
    hostile.says(Answer(then="hang"))
    outcomes = await asyncio.gather(
        *[proxy("POST", MESSAGES, b"To=1") for _ in range(20)], return_exceptions=True
    )
    assert all(isinstance(outcome, OutcomeUnknown) for outcome in outcomes)
    assert sum(isinstance(outcome, DuplicateOfUnknown) for outcome in outcomes) == 19
    assert len(hostile.heard) == 1


async def test_the_row_without_an_end_survives_the_process(
    proxy: Proxy, hostile: HostileServer, database: Database
) -> None:
    hostile.says(Answer(then="hang"))
    first = asyncio.create_task(proxy("POST", MESSAGES, b"To=1"))
    await eventually(lambda: hostile.heard)
    # Another process, as after SIGKILL, while the first has written no end.
    upstream = f"http://127.0.0.1:{hostile.port}"
    who = {"caller": proxy.caller, "connection": proxy.connection, "clock": proxy.clock}
    async with proxying(database, upstream, limits=QUICK, **who) as revived:  # type: ignore[arg-type]
        with pytest.raises(DuplicateOfUnknown):
            await revived("POST", MESSAGES, b"To=1")
    with pytest.raises(OutcomeUnknown):
        await first
    assert len(hostile.heard) == 1


async def test_an_answer_that_breaks_off_may_have_been_lost_on_the_caller(
    proxy: Proxy, hostile: HostileServer
) -> None:
    hostile.says(Answer((b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf",), then="close"))
    reply = await proxy.forward(
        proxy.caller, proxy.connection, proxy.ask("POST", MESSAGES, b"To=1")
    )
    assert reply.status == 201
    with pytest.raises(BrokenOff):
        _ = [part async for part in reply.body]
    await reply.aclose()
    assert proxy.notes.entries[-1].code == "answer_cut_off"
    with pytest.raises(DuplicateOfUnknown) as told:
        await proxy("POST", MESSAGES, b"To=1")
    assert told.value.data["first"]["outcome"] == "answered"  # type: ignore[index]


async def test_an_unsafe_request_is_finished_though_nobody_waits(
    proxy: Proxy, hostile: HostileServer
) -> None:
    said = asyncio.Event()

    def script(_: Heard) -> Answer:
        said.set()
        return answer("201 Created", b"made")

    hostile.says(script)
    task = asyncio.create_task(proxy("POST", MESSAGES, b"To=1"))
    while not proxy.forward._under_way:  # noqa: ASYNC110 - for a moment only
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(said.wait(), 20)
    entry = await proxy.notes.one()
    assert (entry.status, entry.code) == (201, "client_gone")
    with pytest.raises(DuplicateOfUnknown) as told:  # it was done, and the caller does not know
        await proxy("POST", MESSAGES, b"To=1")
    assert told.value.data["first"]["status"] == 201  # type: ignore[index]
    assert len(hostile.heard) == 1


async def test_a_caller_that_went_away_before_the_answer_does_not_have_it(
    proxy: Proxy, hostile: HostileServer
) -> None:
    gone = asyncio.Event()

    async def wait() -> None:
        await gone.wait()

    hostile.says(answer("201 Created", b"made"))
    ask = proxy.ask("POST", MESSAGES, b"To=1", gone=wait)
    going = asyncio.create_task(proxy.forward(proxy.caller, proxy.connection, ask))
    await eventually(lambda: hostile.heard)
    gone.set()
    reply = await going
    for _ in range(3):
        await asyncio.sleep(0)
    with pytest.raises(BrokenOff):
        await reply.take()
    await reply.aclose()
    with pytest.raises(DuplicateOfUnknown):
        await proxy("POST", MESSAGES, b"To=1")


async def test_a_safe_request_is_called_off_with_its_caller(
    proxy: Proxy, hostile: HostileServer
) -> None:
    hostile.says(Answer(then="hang"))
    task = asyncio.create_task(proxy("GET"))
    await eventually(lambda: hostile.heard)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # the connection to the provider is closed
    await eventually(lambda: hostile.gone)
    assert proxy.notes.entries[-1].code == "client_gone"

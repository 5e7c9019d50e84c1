"""`proxy.AskJson`."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.hostile_server import Answer, HostileServer, answer, hostile_server
from tests.unit.gateway.proxy.stand_ins import MESSAGES, NEWER, Proxy, proxying
from trunkline.gateway.errors import GatewayError, OutcomeUnknown, TargetRefused, UpstreamTimeout
from trunkline.gateway.proxy import Answered, AskJson, DuplicateOfUnknown
from trunkline.store import Database


@pytest.fixture
async def hostile() -> AsyncIterator[HostileServer]:
    async with hostile_server() as server:
        yield server


@pytest.fixture
async def proxy(database: Database, hostile: HostileServer) -> AsyncIterator[Proxy]:
    async with proxying(database, f"http://127.0.0.1:{hostile.port}") as proxy:
        yield proxy


async def asked(proxy: Proxy, method: str = "GET", path: str = MESSAGES, **more: Any) -> Answered:
    ask = AskJson(proxy.forward, proxy.catalogue)
    return await ask(proxy.caller, proxy.connection, method, path, **more)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"a": [1, null]}', {"a": [1, None]}),
        (b"", None),
        (b"plain", "plain"),
        (b"\xff", "�"),
        (b"[" * 100_000, "[" * 100_000),
        (b"0", 0),
    ],
)
@pytest.mark.parametrize("status", [200, 404, 503])
async def test_the_answer_is_read_whatever_its_status(
    proxy: Proxy, hostile: HostileServer, status: int, body: bytes, data: Any
) -> None:
    hostile.says(answer(f"{status} Said", body, [("X-A", "1")]))
    got = await asked(proxy)
    assert (got.status, got.data, got.headers["x-a"]) == (status, data, "1")


async def test_query_and_form_are_written_as_pairs(proxy: Proxy, hostile: HostileServer) -> None:
    await asked(proxy, "POST", "/v1/x?a=1", query=[("b", "2 3"), ("b", "4")], form=[("To", "+1")])
    await asked(proxy, "POST", "/v1/y", query={"l": [1, 2], "n": None}, form={"Yes": True})
    one, other = hostile.heard
    assert (one.line, one.body) == ("POST /v1/x?a=1&b=2+3&b=4 HTTP/1.1", b"To=%2B1")
    assert one.header("Content-Type") == "application/x-www-form-urlencoded"
    assert (other.line, other.body) == ("POST /v1/y?l=1&l=2 HTTP/1.1", b"Yes=true")


async def test_json_goes_out_as_json_but_where_forms_are_wanted(
    proxy: Proxy, hostile: HostileServer
) -> None:
    await asked(proxy, "POST", "/v1/x", json={"a": None})
    await asked(proxy, "POST", MESSAGES, json={"To": "+1"})
    assert [heard.body for heard in hostile.heard] == [b'{"a":null}', b"To=%2B1"]


async def test_a_compressed_answer_is_read(proxy: Proxy, hostile: HostileServer) -> None:
    hostile.says(answer(body=gzip.compress(b'{"a":1}'), headers=[("Content-Encoding", "gzip")]))
    assert (await asked(proxy)).data == {"a": 1}


async def test_a_bomb_is_not_expanded(proxy: Proxy, hostile: HostileServer) -> None:
    bomb = gzip.compress(bytes(64 << 20))
    hostile.says(answer(body=bomb, headers=[("Content-Encoding", "gzip")]))
    with pytest.raises(GatewayError, match="larger") as told:
        await asked(proxy)
    assert told.value.status == 424


CUT = Answer((b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{",), then="close")


async def test_an_answer_that_breaks_off_does_not_count(
    proxy: Proxy, hostile: HostileServer
) -> None:
    hostile.says(CUT)
    with pytest.raises(UpstreamTimeout):
        await asked(proxy)
    with pytest.raises(OutcomeUnknown) as told:
        await asked(proxy, "POST", form=[("To", "1")])
    assert told.value.data is not None
    assert told.value.data["status"] == 201
    with pytest.raises(DuplicateOfUnknown):
        await asked(proxy, "POST", form=[("To", "1")])
    assert len(hostile.heard) == 2


async def test_credentials_can_be_given(proxy: Proxy, hostile: HostileServer) -> None:
    await asked(proxy, injected=NEWER)
    assert hostile.heard[0].header("Authorization") == NEWER.headers["Authorization"]


async def test_a_path_leads_to_the_provider_only(proxy: Proxy, hostile: HostileServer) -> None:
    with pytest.raises(TargetRefused):
        await asked(proxy, path="https://elsewhere.example/")
    assert not hostile.heard

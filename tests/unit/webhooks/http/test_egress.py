"""What the way out costs while nothing goes out, and how it ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from tests.support.hostile_server import Answer, hostile_server
from tests.support.waiting import eventually
from trunkline.clock import RealClock
from trunkline.webhooks.http import Egress, NetworkRules, Passage, Requests

LOOK = """
import asyncio, sys
from trunkline.clock import RealClock
from trunkline.webhooks.http import Egress, NetworkRules, Outgoing, Requests
from trunkline.webhooks.target import read_target

async def main():
    requests = Requests(Egress(NetworkRules(private=True)), clock=RealClock())
    before = set(sys.modules)
    await requests.send(
        Outgoing(
            target=read_target("http://127.0.0.1:1/"), method="GET", token="0" * 32, auth_token="1"
        )
    )
    await requests.close()
    return sorted(name for name in set(sys.modules) - before if name.startswith("trunkline"))

print(asyncio.run(main()), "aiohttp" in sys.modules)
"""


def test_the_first_request_imports_nothing_heavy() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "[] False"


async def test_nothing_goes_out_after_closing() -> None:
    egress = Egress(NetworkRules(private=True))
    await egress.close()

    with pytest.raises(RuntimeError):
        await egress.request("GET", "http://127.0.0.1/", headers={}, passage=Passage(), connect=1.0)


@pytest.mark.parametrize(
    "script",
    [
        Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n",), then="hang"),
        Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",), then="hang"),
        Answer((b"HTTP/1.1 302 Found\r\nLocation: ftp://x\r\n\r\n",), then="hang"),
        Answer((b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx",), then="hang"),
        Answer((b"HTTP/1.1 200 OK\r\nX: 1",), then="hang"),
        Answer((b"garbage\r\n\r\n",), then="hang"),
        Answer(then="hang"),
    ],
)
@pytest.mark.parametrize("read_body", [True, False])
async def test_no_misbehaving_app_keeps_a_connection(
    client: Any, script: Answer, read_body: bool
) -> None:
    async with hostile_server() as server:
        server.says(script)
        await client.send(server.url("/#rt=100&tt=300"), read_body=read_body)

        await eventually(lambda: server.gone == server.connections == 1)


async def test_a_request_that_is_called_off_closes_its_connection(client: Any) -> None:
    async with hostile_server() as server:
        server.says(Answer(then="hang"))
        sending = asyncio.create_task(client.send(server.url()))
        await eventually(lambda: server.heard)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

        await eventually(lambda: server.gone == 1)


async def test_closing_twice_is_no_mistake() -> None:
    requests = Requests(Egress(NetworkRules(private=True)), clock=RealClock())
    await requests.close()
    await requests.close()

"""Connections are held to the network rules, however a name or a pool may try to get round."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.support.hostile_server import HostileServer
from tests.support.waiting import eventually
from trunkline.webhooks.address_map import AddressMap
from trunkline.webhooks.http import AllowList, pool
from trunkline.webhooks.http.lookups import Lookups

LOOPBACK = AllowList.parse(["127.0.0.0/8"])


class Names:
    """A resolver whose answers a test gives, one after the other; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: Any, **_: Any) -> list[Any]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(2, 1, 6, "", (address, 0)) for address in found]


def url(server: HostileServer, host: str) -> str:
    """A URL of the server by another name, without retries by default."""
    return f"http://{host}:{server.port}/#ct=1000"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
     "localhost", "x.localhost", "0.0.0.0", "[::ffff:7f00:1]"],
)  # fmt: skip
async def test_no_spelling_of_a_private_address_is_connected_to(
    opened: Any, server: HostileServer, host: str
) -> None:
    async with opened(private=False) as client:
        exchange = await client.send(url(server, host))

    assert (exchange.error, exchange.status) == (11210, None)
    assert "private" in exchange.reason
    assert len(exchange.attempts) == 1  # a repetition cannot help
    assert server.connections == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
async def test_a_name_of_a_private_address_is_refused(
    opened: Any, server: HostileServer, address: str
) -> None:
    lookups = Lookups(Names([address]))
    async with opened(private=False, lookups=lookups) as client:
        exchange = await client.send(url(server, "app.example"))

    assert exchange.error == 11210
    assert server.connections == 0


async def test_an_account_reaches_what_its_list_allows(opened: Any, server: HostileServer) -> None:
    async with opened(private=False, lookups=Lookups(Names(["127.0.0.1"]))) as client:
        by_network = await client.send(url(server, "app.example"), allowed=LOOPBACK)
        by_name = await client.send(
            url(server, "app.example"), allowed=AllowList.parse(["app.example"])
        )
        literal = await client.send(url(server, "127.0.0.1"), allowed=LOOPBACK)
        elsewhere = await client.send(
            url(server, "app.example"), allowed=AllowList.parse(["other.example", "10.0.0.0/8"])
        )

    assert [by_network.error, by_name.error, literal.error] == [None, None, None]
    assert elsewhere.error == 11210


async def test_a_connection_of_an_allowed_account_is_not_lent_to_another(
    opened: Any, server: HostileServer
) -> None:
    async with opened(private=False, lookups=Lookups(Names(["127.0.0.1"]))) as client:
        assert (await client.send(url(server, "app.example"), allowed=LOOPBACK)).error is None
        exchange = await client.send(url(server, "app.example"))

    assert exchange.error == 11210
    assert len(server.heard) == 1


async def test_a_connection_of_a_mapped_target_is_not_lent_to_anybody(
    opened: Any, server: HostileServer
) -> None:
    addresses = AddressMap.read(f"https://api.example.com=http://localhost:{server.port}")
    async with opened(private=False) as client:
        assert (
            await client.send("https://api.example.com/", locate=addresses.locate)
        ).error is None
        exchange = await client.send(url(server, "localhost"))

    assert exchange.error == 11210
    assert len(server.heard) == 1


async def test_a_name_that_changes_its_answer_gains_nothing(
    opened: Any, server: HostileServer
) -> None:
    # The first answer is allowed and would pass a check made ahead; nobody answers there.
    names = Names(["127.0.0.9"], ["127.0.0.1"])
    lookups = Lookups(names, keep=0)
    allowed = AllowList.parse(["127.0.0.9"])
    async with opened(private=False, lookups=lookups) as client:
        exchange = await client.send(f"http://app.example:{server.port}/", allowed=allowed)

    assert server.connections == 0
    # The connection went to the address that was checked; the retry was checked anew.
    assert [attempt.error for attempt in exchange.attempts] == [11205, 11210]
    assert names.asked == 2


async def test_of_several_addresses_only_the_allowed_ones_are_tried(
    opened: Any, server: HostileServer
) -> None:
    lookups = Lookups(Names(["127.0.0.1", "127.0.0.9"]))
    allowed = AllowList.parse(["127.0.0.9"])
    async with opened(private=False, lookups=lookups) as client:
        exchange = await client.send(f"http://app.example:{server.port}/#rc=0", allowed=allowed)

    assert exchange.error == 11205
    assert server.connections == 0


async def test_a_dead_resolver_is_not_waited_for_longer_than_for_a_connection(
    opened: Any,
) -> None:
    released = threading.Event()

    def dead(*_: Any, **__: Any) -> list[Any]:
        released.wait(60)
        return []

    async with opened(lookups=Lookups(dead)) as client:
        exchange = await client.send("http://dead.example/#ct=100&rc=0")
        released.set()

    assert exchange.error == 11210
    assert "no address for dead.example within 0.1 s" in exchange.reason


async def test_a_name_that_nobody_knows_is_11210(opened: Any) -> None:
    async with opened(lookups=Lookups(Names([]))) as client:
        exchange = await client.send("http://nowhere.example/")

    assert exchange.error == 11210
    assert exchange.reason == "POST http://nowhere.example/: no address for nowhere.example."
    assert len(exchange.attempts) == 2


async def test_an_idle_connection_is_closed_in_time(
    client: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "KEEP_ALIVE", 0.02)
    await client.send(server.url())
    await eventually(lambda: server.gone == 1)
    assert (await client.send(server.url())).error is None

    assert [heard.connection for heard in server.heard] == [1, 2]


async def test_what_was_idle_for_too_long_is_not_used_though_it_is_open(
    client: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.send(server.url())
    monkeypatch.setattr(pool, "KEEP_ALIVE", -1.0)
    assert (await client.send(server.url())).error is None

    assert [heard.connection for heard in server.heard] == [1, 2]


async def test_the_next_address_is_tried(opened: Any, server: HostileServer) -> None:
    lookups = Lookups(Names(["127.0.0.9", "::1", "127.0.0.1"]))
    async with opened(lookups=lookups) as other:
        exchange = await other.send(url(server, "app.example"))

    assert (exchange.error, len(exchange.attempts)) == (None, 1)


async def test_closing_closes_every_connection(opened: Any, server: HostileServer) -> None:
    async with opened() as client:
        for _ in range(2):
            await client.send(server.url())
    await eventually(lambda: server.gone == server.connections == 1)

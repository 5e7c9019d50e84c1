"""A server that misbehaves, and a client that is sent there."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.hostile_server import HostileServer, hostile_server
from trunkline.clock import RealClock
from trunkline.webhooks.http import Egress, Exchange, NetworkRules, Outgoing, Requests
from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.target import read_target

TOKEN = "0123456789abcdef0123456789abcdef"
AUTH_TOKEN = "12345678901234567890123456789012"
PARAMETERS = (("SmsSid", "SM1"), ("Body", "a b"))


class Client:
    """Makes requests."""

    def __init__(self, egress: Egress, requests: Requests) -> None:
        self.egress = egress
        self.requests = requests

    async def send(self, url: str, **changes: Any) -> Exchange:
        """One request, a callback unless told otherwise."""
        asked: dict[str, Any] = {
            "method": "POST",
            "parameters": PARAMETERS,
            "token": TOKEN,
            "auth_token": AUTH_TOKEN,
        }
        return await self.requests.send(Outgoing(target=read_target(url), **asked | changes))

    async def get(self, url: str, **changes: Any) -> Exchange:
        """Ask for a document."""
        return await self.send(url, **{"method": "GET", "read_body": True} | changes)


@asynccontextmanager
async def open_client(
    *,
    private: bool = True,
    lookups: Lookups | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Client]:
    """A client for the length of an `async with` block."""
    egress = Egress(NetworkRules(private=private), lookups=lookups, tls=tls)
    requests = Requests(egress, clock=RealClock())
    try:
        yield Client(egress, requests)
    finally:
        await requests.close()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client as in development: every address is allowed."""
    async with open_client() as client:
        yield client


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    """A server that a test scripts."""
    async with hostile_server() as server:
        yield server


@pytest.fixture
def opened() -> Any:
    """Opens other clients."""
    return open_client

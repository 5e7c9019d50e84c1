"""Two web servers: one stands in for the platform, the other for any other host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.echo_server import EchoServer, dead_port, echo_server
from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.in_process import redirected

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")


@pytest.fixture
def platform() -> Iterator[EchoServer]:
    with echo_server() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[EchoServer]:
    with echo_server() as server:
        yield server


@pytest.fixture
def redirect(platform: EchoServer) -> Iterator[None]:
    """Twilio's hosts are redirected to the platform."""
    with redirected({platform.url: TWILIO}):
        yield


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A URL where nobody listens."""
    with dead_port() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def dead_proxy(nowhere: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment names a proxy that does not answer; no host is exempt."""
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, nowhere)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return nowhere

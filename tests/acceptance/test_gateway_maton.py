"""The unmodified maton-ai against the gateway, and twilio-python through its proxy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from maton_ai import Maton
from maton_ai.exceptions import (
    AccessDeniedError,
    ResourceNotFoundError,
    ValidationError,
)
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.support.gateway import Gateway, gateway_key
from tests.support.platform import World

PHONE = "+14155550123"


@pytest.fixture
def gateway(platform: World, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """A key of a tenant that only this test uses."""
    monkeypatch.setenv("MATON_TELEMETRY", "0")
    return gateway_key(platform)


@pytest.fixture
def maton(gateway: Gateway) -> Iterator[Maton]:
    """The client as an application makes it."""
    with made(gateway, gateway.api_key) as client:
        yield client


@contextmanager
def made(gateway: Gateway, key: str) -> Iterator[Maton]:
    """A client with a key, whose connections are closed afterwards."""
    client = Maton(api_key=key, base_url=f"{gateway.base_url}/maton")
    yield client
    client._client._client.close()


def test_connections(maton: Maton, gateway: Gateway) -> None:
    made = maton.connections.create(app="twilio")["connection"]
    assert (made["status"], made["app"]) == ("PENDING", "twilio")
    assert "session_token=" in made["url"]
    assert maton.connections.list(app="twilio", status="ACTIVE")["connections"] == []

    active = gateway.connect("trunkline", {})
    listed = maton.connections.list()["connections"]
    assert [(c["connection_id"], c["status"]) for c in listed] == [
        (made["connection_id"], "PENDING"),
        (active, "ACTIVE"),
    ]
    assert maton.connections.get(active)["connection"]["id"] == active
    assert "session_token=" not in maton.connections.get(active)["connection"]["url"]

    assert maton.connections.delete(active) == {}
    with pytest.raises(ResourceNotFoundError):
        maton.connections.get(active)


def test_the_proxy(maton: Maton, gateway: Gateway, platform: World) -> None:
    gateway.connect("trunkline", {})
    account = maton.api.get("/trunkline/2010-04-01/Accounts.json")["accounts"][0]["sid"]
    messages = f"/trunkline/2010-04-01/Accounts/{account}/Messages.json"

    sent = maton.api.post(messages, data={"To": PHONE, "From": platform.numbers[0], "Body": "hi"})

    assert (sent["body"], sent["to"]) == ("hi", PHONE)
    one = messages.replace(".json", f"/{sent['sid']}.json")
    assert maton.api.get(one)["sid"] == sent["sid"]
    redacted = maton.api.post(one, data={"Body": ""})
    assert redacted["body"] == ""
    assert maton.api.delete(one) is None  # 204 stays empty


def test_what_is_refused(maton: Maton, gateway: Gateway) -> None:
    with pytest.raises(ValidationError, match="no active connection"):
        maton.api.get("/twilio/2010-04-01/Accounts.json")
    with pytest.raises(ResourceNotFoundError):
        maton.api.get("/no-such-app/x")
    gateway.connect("trunkline", {})
    with pytest.raises(ResourceNotFoundError) as caught:
        maton.api.get("/trunkline/2010-04-01/Accounts/AC0/Messages.json")
    assert "requested resource" in str(caught.value)  # the provider's own words
    with made(gateway, "tlk_wrong") as wrong, pytest.raises(AccessDeniedError):
        wrong.connections.list()


def test_a_named_connection(maton: Maton, gateway: Gateway) -> None:
    oldest = gateway.connect("trunkline", {})
    newer = gateway.connect("trunkline", {})
    path = "/maton/trunkline/2010-04-01/Accounts.json"

    used = gateway.ask("GET", path).headers["trunkline-connection-used"]
    assert used == oldest
    named = gateway.ask("GET", path, headers={"Maton-Connection": newer})
    assert (named.status, named.headers["trunkline-connection-used"]) == (200, newer)
    unknown = "00000000-0000-4000-8000-000000000000"
    assert gateway.ask("GET", path, headers={"Maton-Connection": unknown}).status == 404
    pending = maton.connections.create(app="slack")["connection"]["connection_id"]
    assert gateway.ask("GET", path, headers={"Maton-Connection": pending}).status == 400


class ThroughGateway(TwilioHttpClient):
    """twilio-python, told to send what is for Twilio to the gateway."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self._gateway = gateway

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        """As ever, elsewhere, with another key."""
        host, _, path = url.removeprefix("https://").partition("/")
        product = host.partition(".")[0]
        app = "trunkline" if product == "api" else f"trunkline-{product}"
        headers = {**(named.pop("headers", None) or {})}
        headers["Authorization"] = f"Bearer {self._gateway.api_key}"
        named["auth"] = None
        target = f"{self._gateway.base_url}/maton/{app}/{path}"
        return super().request(method, target, *args, headers=headers, **named)


def test_twilio_python_through_the_proxy(gateway: Gateway, platform: World) -> None:
    gateway.connect("trunkline", {})
    http = ThroughGateway(gateway)
    client = Client(platform.account_sid, "never a token", http_client=http)
    sent = client.messages.create(
        to=PHONE, from_=platform.numbers[0], body="from afar", media_url=["https://a.example/1"]
    )
    assert client.messages(sent.sid).fetch().body == "from afar"
    assert [m.sid for m in client.messages.list(limit=5)] == [sent.sid]
    service = client.messaging.v1.services.create(friendly_name="through the gateway")
    assert client.messaging.v1.services(service.sid).fetch().friendly_name == (
        "through the gateway"
    )
    assert client.messaging.v1.services(service.sid).delete() is True
    http.session.close()

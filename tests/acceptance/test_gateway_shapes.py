"""The Membrane contract, read by the schemas that its own SDK ships."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.support import node
from tests.support.gateway import SID, TOKEN, Gateway, gateway_key
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.node_clients import run_node
from tests.support.platform import World

PHONE = "+14155550123"
ACCOUNT = answer(body=b'{"sid":"%s","friendly_name":"Mine"}' % SID.encode())


async def test_answers_fit_the_schemas_of_the_sdk(platform: World) -> None:
    gateway = gateway_key(platform)
    connection = gateway.connect("trunkline", {})
    environment = {
        "MEMBRANE_API_URI": f"{gateway.base_url}/membrane",
        "MEMBRANE_WORKSPACE_KEY": gateway.key["workspace_key"],
        "MEMBRANE_WORKSPACE_SECRET": gateway.key["workspace_secret"],
        "ACCOUNT_SID": platform.account_sid,
    }
    words = (connection, platform.numbers[0], PHONE)
    script = str(node.CLIENTS / "membrane_shapes.js")

    done = await run_node(script, *words, environment=environment)

    assert done.code == 0, done.stderr
    seen: dict[str, Any] = done.json
    assert seen["wrong"] == {}
    assert seen["keyed"] == ["my-line", connection, None]
    assert seen["minted"] == "default"
    assert (seen["all"], seen["ofIntegration"]) == (13, 13)
    assert {"twilio", "trunkline", "slack"} <= set(seen["integrations"])
    assert (seen["byDefault"], seen["older"]) == ("by default", "older")
    assert seen["connected"] == [connection]  # the ones that wait do not take its place on a page
    assert seen["act"] == 1


@pytest.fixture
def gateway(provided: World, provider: HostileServer, request: pytest.FixtureRequest) -> Gateway:
    """A key of its own, in front of a provider that says what a test wants."""
    provider.says(ACCOUNT)
    return gateway_key(provided, request.node.name[:100])


def ask(gateway: Gateway, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """What the Membrane face answers."""
    return gateway.ask(method, "/membrane" + path, body, key=gateway.token, **more)


def enter(gateway: Gateway, connection: str) -> None:
    """What a person does on the page."""
    given = {
        "authOptionKey": "auth_token",
        "credentials": {"account_sid": SID, "auth_token": TOKEN},
    }
    told = ask(gateway, "PATCH", f"/connections/{connection}", given)
    assert told.status == 200, told.body


def test_waiting_for_a_connection(gateway: Gateway) -> None:
    made = ask(gateway, "POST", "/connections", {"connectorKey": "twilio"}).json
    path = f"/connections/{made['id']}?wait=true&timeout="
    assert ask(gateway, "GET", path + "0").json["state"] == "CLIENT_ACTION_REQUIRED"
    told: list[Any] = []
    waiting = threading.Thread(target=lambda: told.append(ask(gateway, "GET", path + "30").json))
    begun = time.monotonic()

    waiting.start()
    enter(gateway, made["id"])
    waiting.join(30)

    assert told[0]["state"] == "READY"
    assert time.monotonic() - begun < 25  # told when it happened, not when time was over


def test_connecting_a_failed_connection_again(gateway: Gateway, provider: HostileServer) -> None:
    """One whose credentials the provider no longer takes."""
    refused = threading.Event()

    def says(heard: Heard) -> Answer:
        if refused.is_set():
            error = b'{"error":"invalid_client","message":"no","code":20003}'
            return answer("401 Unauthorized", error)
        if "/token" in heard.line:
            token = (
                b'{"access_token":"of-an-app-0123456789","token_type":"Bearer","expires_in":3600}'
            )
            return answer(body=token)
        return ACCOUNT

    provider.says(says)
    app = {"account_sid": SID, "client_id": "OQ" + "1" * 32, "client_secret": TOKEN}
    made = gateway.connect("twilio", app, "oauth_app")
    refused.set()
    ask(gateway, "GET", f"/connections/{made}/proxy/2010-04-01/Accounts.json")
    failed = ask(gateway, "GET", f"/connections/{made}").json
    assert (failed["state"], failed["connected"]) == ("CLIENT_ACTION_REQUIRED", False)
    assert failed["error"]["message"]
    assert "session_token=" in failed["clientAction"]["uiUrl"]

    # An app that is named besides does not make it a new connection.
    wanted = {"connectorKey": "twilio", "name": "Another"}
    again = ask(gateway, "POST", f"/connections/{made}/reconnect", wanted)

    assert (again.status, again.json["status"]) == (201, "pending")
    provider.says(ACCOUNT)
    enter(gateway, made)
    ended = ask(gateway, "GET", f"/connection-requests/{again.json['requestId']}").json
    assert (ended["status"], ended["resultConnectionId"]) == ("success", made)
    (only,) = ask(gateway, "GET", "/connections").json["items"]
    assert (only["id"], only["state"], "error" in only) == (made, "READY", False)

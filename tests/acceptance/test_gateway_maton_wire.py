"""Signing in by the unmodified maton-ai, and what scripts for Twilio do by the Maton proxy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from maton_ai import Maton, _keyring, _oauth
from maton_ai._config import load_store
from maton_ai.exceptions import MatonError, ResourceNotFoundError

from tests.support.gateway import Answered, Gateway, gateway_key
from tests.support.platform import World
from tests.unit.gateway.sign_in.browser import Browser

PHONE = "+15559876543"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def gateway(platform: World) -> Gateway:
    """A key of a tenant that only this test uses, and a connection."""
    gateway = gateway_key(platform)
    gateway.connect("trunkline", {})
    return gateway


@pytest.fixture
def machine(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A user's computer without a keyring, whose person has that key."""
    env = {
        "MATON_API_BASE_URL": f"{gateway.base_url}/maton",
        "MATON_CONFIG_DIR": str(tmp_path),
        "MATON_TELEMETRY": "0",
        "HOME": str(tmp_path),
        "no_proxy": "127.0.0.1",
    }
    monkeypatch.delenv("MATON_API_KEY", raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(_keyring, "store_tokens", lambda *_: False)
    monkeypatch.setattr(_keyring, "load_tokens", lambda *_: ("", ""))
    monkeypatch.setattr(_keyring, "delete_tokens", lambda *_: None, raising=False)

    def opened(url: str) -> bool:
        browser = Browser()
        browser.press(browser.enter(browser.open(url), key=gateway.api_key), "allow")
        return True

    monkeypatch.setattr(_oauth.webbrowser, "open", opened)
    return env


def profile(env: dict[str, str]) -> Any:
    """What was stored of the sign-in."""
    store = load_store(env)
    assert store is not None
    return store.select()


def first_account(client: Maton) -> str:
    """What a client sees by the proxy."""
    try:
        account: str = client.api.get("/trunkline/2010-04-01/Accounts.json")["accounts"][0]["sid"]
        return account
    finally:
        client._client._client.close()


def test_login_renewal_and_logout(
    gateway: Gateway, platform: World, machine: dict[str, str], tmp_path: Path
) -> None:
    with pytest.warns(UserWarning, match="no OS keyring"):
        email = _oauth.login(env=machine, timeout=30)
    assert email == f"default@{gateway.key['tenant']}"
    assert first_account(Maton()) == platform.account_sid
    before = profile(machine).access_token

    file = tmp_path / "credentials.json"
    stored = json.loads(file.read_text())
    for kept in stored["sdks"]["python"]["profiles"].values():
        kept["oauth_expires_at"] = "2020-01-01T00:00:00Z"
    file.write_text(json.dumps(stored))
    assert first_account(Maton()) == platform.account_sid  # the client renews by itself
    after = profile(machine).access_token
    assert after != before

    _oauth.logout(env=machine)
    assert gateway.ask("GET", "/maton/user", key=after).status == 401
    with pytest.raises(MatonError):
        Maton()


def test_connections_are_filtered_as_the_contract_says(gateway: Gateway) -> None:
    gateway.ask("POST", "/maton/connections", {"app": "slack", "method": "OAUTH2"})

    def listed(query: str) -> list[str]:
        told = gateway.ask("GET", f"/maton/connections?{query}")
        assert told.status == 200, told.body
        return [each["app"] for each in told.json["connections"]]

    assert listed("method=OAUTH2&limit=1") == ["slack"]  # a limit counts what fits
    assert listed("method=BASIC") == listed("status=active") == ["trunkline"]
    assert listed("method=JWT") == listed("method=MCP") == listed("app=unheard-of") == []
    assert listed("limit=1") == ["trunkline"]
    assert gateway.ask("GET", "/maton/connections?method=NOPE").status == 400


def test_an_empty_connection_header_names_none(gateway: Gateway) -> None:
    """As scripts send it whose variable is not set."""
    path = "/maton/trunkline/2010-04-01/Accounts.json"
    assert gateway.ask("GET", path, headers={"Maton-Connection": ""}).status == 200


def test_errors_have_an_id(gateway: Gateway) -> None:
    client = Maton(api_key=gateway.api_key, base_url=f"{gateway.base_url}/maton", telemetry=False)
    with pytest.raises(ResourceNotFoundError) as told:
        client.connections.get("nope")
    client._client._client.close()
    assert told.value.request_id


def test_what_the_notes_for_twilio_say(gateway: Gateway, platform: World) -> None:
    """Filters, pages, media, a service in place of a sender, redaction, 204, Twilio's errors."""
    base = f"/maton/trunkline/2010-04-01/Accounts/{platform.account_sid}"

    def post(path: str, **form: Any) -> Answered:
        body = urlencode(form, doseq=True).encode()
        return gateway.ask("POST", base + path, body, headers=FORM)

    sender = {"To": PHONE, "From": platform.numbers[0]}
    sids = [post("/Messages.json", **sender, Body=f"no. {n}").json["sid"] for n in range(3)]
    page = gateway.ask("GET", f"{base}/Messages.json?PageSize=2&Page=0").json
    assert (len(page["messages"]), page["page"], page["page_size"]) == (2, 0, 2)
    following = gateway.ask("GET", "/maton/trunkline" + page["next_page_uri"]).json
    assert len(following["messages"]) == 1
    assert gateway.ask("GET", f"{base}/Messages.json?To=%2B15550001111").json["messages"] == []

    media = ["https://a.example/1.png", "https://a.example/2.png"]
    assert post("/Messages.json", **sender, MediaUrl=media).json["num_media"] == "2"
    service = gateway.ask(
        "POST", "/maton/trunkline-messaging/v1/Services", b"FriendlyName=s", headers=FORM
    ).json["sid"]
    by_service = post("/Messages.json", To=PHONE, MessagingServiceSid=service, Body="s")
    assert (by_service.status, by_service.json["messaging_service_sid"]) == (201, service)

    assert post(f"/Messages/{sids[0]}.json", Body="").json["body"] == ""
    gone = gateway.ask("DELETE", f"{base}/Messages/{sids[0]}.json")
    assert (gone.status, gone.body) == (204, b"")
    missing = gateway.ask("GET", f"{base}/Messages/{sids[0]}.json")
    assert (missing.status, missing.json["code"], missing.json["status"]) == (404, 20404, 404)

    call = post("/Calls.json", **sender, Url="https://demo.twilio.com/docs/voice.xml").json
    ended = gateway.ask("GET", f"{base}/Calls.json?Status=busy").json["calls"]
    assert call["sid"] not in [each["sid"] for each in ended]

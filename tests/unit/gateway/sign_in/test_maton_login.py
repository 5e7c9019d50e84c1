"""The real `maton-ai` signs in, renews, and signs out (`maton_ai._oauth`, 0.3.1)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from maton_ai import _keyring, _oauth
from maton_ai._config import load_store
from maton_ai.exceptions import MatonError

from tests.support.waiting import eventually
from tests.unit.gateway.sign_in.browser import Browser, Page
from tests.unit.gateway.sign_in.conftest import House

Doing = Callable[[str], Page]


class Machine:
    """A user's computer: its environment, and what its browser does when it is opened."""

    def __init__(self, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.env = {
            "MATON_API_BASE_URL": house.base + "/maton",
            "MATON_CONFIG_DIR": str(folder),
            "HOME": str(folder),
        }
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(_keyring, "store_tokens", lambda *_: False)
        monkeypatch.setattr(_keyring, "load_tokens", lambda *_: ("", ""))
        monkeypatch.setattr(_keyring, "delete_tokens", lambda *_: None, raising=False)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setitem(os.environ, "no_proxy", "127.0.0.1")

    def opens_with(self, person: Doing) -> None:
        def opened(url: str) -> bool:
            person(url)
            return True

        self._monkeypatch.setattr(_oauth.webbrowser, "open", opened)

    async def login(self, person: Doing) -> str:
        self.opens_with(person)
        with pytest.warns(UserWarning, match="no OS keyring"):
            return await asyncio.to_thread(_oauth.login, env=self.env, timeout=30.0)

    def profile(self) -> Any:
        store = load_store(self.env)
        assert store is not None
        return store.select()


@pytest.fixture
def machine(served: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(served, tmp_path, monkeypatch)


def allowing(key: str, pages: list[Page] | None = None) -> Doing:
    """A person who enters the key and allows it."""

    def act(url: str) -> Page:
        browser = Browser()
        asked = browser.open(url)
        consent = browser.enter(asked, key=key)
        end = browser.press(consent, "allow")
        if pages is not None:
            pages.extend([asked, consent, end])
        return end

    return act


async def who(house: House, token: str) -> str | None:
    caller = await house.sign_in.verify(token)
    return caller and f"{caller.user_key}@{caller.tenant_key}"


async def test_login_with_a_key(served: House, machine: Machine) -> None:
    key = await served.key(f"shop-{served.world_id}", user="anna")
    pages: list[Page] = []
    email = await machine.login(allowing(key.api_key, pages))

    shop = f"shop-{served.world_id}"
    assert email == f"anna@{shop}"
    asked, consent, end = pages
    assert "Maton Python SDK wants to use this gateway" in asked.text
    assert shop not in asked.text  # not before we know who asks
    assert f"Tenant {shop} As user anna" in consent.text
    assert "on this computer" in consent.text
    assert key.api_key not in consent.html
    assert "You're all set" in end.text
    assert end.query["iss"] == served.base + "/maton"

    profile = machine.profile()
    assert profile.oauth_issuer == profile.oauth_resource == served.base + "/maton"
    assert profile.oauth_scope == "openid offline_access api"
    assert await who(served, profile.access_token) == f"anna@{shop}"
    assert [notice.kind for notice in served.notices] == ["sign_in"]
    assert served.notices[0].grant.person.key_id == key.id


async def test_what_login_stored_works_for_the_client(served: House, machine: Machine) -> None:
    await machine.login(allowing((await served.key()).api_key))
    token = machine.profile().access_token

    found = await asyncio.to_thread(_oauth._fetch_email, served.base + "/maton", token)

    assert found == f"default@t-{served.world_id}"


async def test_a_wrong_key_and_then_the_right_one(served: House, machine: Machine) -> None:
    key = await served.key()
    seen: list[Page] = []

    def person(url: str) -> Page:
        browser = Browser()
        wrong = browser.enter(browser.open(url), key="tlk_" + "0" * 40)
        seen.append(wrong)
        return browser.press(browser.enter(wrong, key=key.api_key), "allow")

    assert await machine.login(person) == f"default@t-{served.world_id}"
    assert seen[0].status == 403
    assert "not known" in seen[0].text


@pytest.mark.parametrize("entered_first", [True, False])
async def test_denied(served: House, machine: Machine, entered_first: bool) -> None:
    key = await served.key()

    def person(url: str) -> Page:
        browser = Browser()
        page = browser.open(url)
        if entered_first:
            page = browser.enter(page, key=key.api_key)
        return browser.press(page, "deny")

    machine.opens_with(person)
    with pytest.raises(MatonError, match="access_denied: The person did not allow it"):
        await asyncio.to_thread(_oauth.login, env=machine.env, timeout=30.0)
    assert served.notices == []


async def test_renewing(served: House, machine: Machine) -> None:
    await machine.login(allowing((await served.key()).api_key))
    before = machine.profile()

    served.clock.move(hours=2)  # the access token has ended
    assert await who(served, before.access_token) is None
    token = await asyncio.to_thread(_oauth.renew_profile, before, env=machine.env)

    assert await who(served, token) == f"default@t-{served.world_id}"
    after = machine.profile()
    assert after.refresh_token != before.refresh_token
    expires = datetime.fromisoformat(after.oauth_expires_at)
    assert expires > datetime.now(UTC)


async def test_a_copied_refresh_token_ends_the_session(served: House, machine: Machine) -> None:
    await machine.login(allowing((await served.key()).api_key))
    stolen = machine.profile()
    token = await asyncio.to_thread(_oauth.renew_profile, stolen, env=machine.env)

    with pytest.raises(MatonError, match="has expired"):
        await asyncio.to_thread(_oauth.renew_profile, stolen, env=machine.env)

    assert await who(served, token) is None
    with pytest.raises(MatonError, match="has expired"):
        await asyncio.to_thread(_oauth.renew_profile, machine.profile(), env=machine.env)
    assert [notice.kind for notice in served.notices] == ["sign_in", "sign_in.reuse"]


async def test_logging_out(served: House, machine: Machine) -> None:
    await machine.login(allowing((await served.key()).api_key))
    profile = machine.profile()
    other = served.another_node()
    assert await other.verify(profile.access_token) is not None

    await asyncio.to_thread(_oauth.logout, env=machine.env)

    assert await who(served, profile.access_token) is None
    with pytest.raises(MatonError, match="has expired"):
        await asyncio.to_thread(_oauth.renew_profile, profile, env=machine.env)
    assert served.notices[-1].kind == "sign_in.revoked"
    store = json.loads((Path(machine.env["MATON_CONFIG_DIR"]) / "credentials.json").read_text())
    (kept,) = store["sdks"]["python"]["profiles"].values()
    assert "access_token" not in kept


async def test_a_second_login_does_not_end_the_first(served: House, machine: Machine) -> None:
    key = await served.key()
    await machine.login(allowing(key.api_key))
    first = machine.profile().access_token
    await machine.login(allowing(key.api_key))

    assert machine.profile().access_token != first
    assert await who(served, first) == f"default@t-{served.world_id}"


async def test_when_the_key_is_revoked_so_is_what_it_signed_in(
    served: House, machine: Machine
) -> None:
    key = await served.key()
    await machine.login(allowing(key.api_key))
    profile = machine.profile()
    served.clock.stop()
    assert await who(served, profile.access_token) is not None

    await served.keys.revoke(key.id)

    with pytest.raises(MatonError, match="has expired"):
        await asyncio.to_thread(_oauth.renew_profile, profile, env=machine.env)

    async def refused() -> bool:
        return await who(served, profile.access_token) is None

    await eventually(refused)  # told by the database: the cache would not forget by itself

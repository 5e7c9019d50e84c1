"""Signing in on a device (RFC 8628), end to end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.gateway.sign_in.asking import CLI, post, refused
from tests.unit.gateway.sign_in.browser import Browser, Page
from tests.unit.gateway.sign_in.conftest import House, app_of, serving
from trunkline.gateway.sign_in.devices import LETTERS, read_user_code

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def begin(base: str, **changed: str) -> dict[str, Any]:
    form = {"client_id": CLI, "scope": "tenant"} | changed
    answer = await post(base + "/oauth/device_authorization", form)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def poll(started: dict[str, Any], **changed: str) -> dict[str, str]:
    form = {"grant_type": GRANT, "client_id": CLI, "device_code": started["device_code"]}
    return form | changed


async def consent(browser: Browser, url: str, key: str, user_code: str | None = None) -> Page:
    def act() -> Page:
        page = browser.open(url)
        given = {"key": key} if user_code is None else {"key": key, "user_code": user_code}
        return browser.enter(page, **given)

    return await asyncio.to_thread(act)


async def test_from_the_device_to_tokens(served: House) -> None:
    base = served.base + "/membrane"
    started = await begin(base)
    assert started["interval"] == 5
    assert started["expires_in"] == 600
    assert started["verification_uri"] == base + "/oauth/device"
    url = base + "/oauth/token"
    refused(await post(url, poll(started)), "authorization_pending")

    browser = Browser()
    key = (await served.key(user="anna")).api_key
    page = await consent(browser, started["verification_uri_complete"], key)
    assert "Allow Membrane CLI" in page.text
    assert "As user anna" in page.text
    assert f"Code on the device {started['user_code']}" in page.text
    end = await asyncio.to_thread(browser.press, page, "allow")
    assert "goes on by itself" in end.text

    served.clock.move(seconds=6)
    found = (await post(url, poll(started))).json()
    caller = await served.sign_in.verify(found["access_token"])
    assert caller is not None
    assert caller.user_key == "anna"
    # The device code was used up; who comes with it again is somebody else.
    refused(await post(url, poll(started)), "invalid_grant")
    assert await served.sign_in.verify(found["access_token"]) is None


async def test_denied(served: House) -> None:
    started = await begin(served.base)
    browser = Browser()
    page = await consent(
        browser,
        started["verification_uri"],
        (await served.key()).api_key,
        started["user_code"].lower().replace("-", " "),
    )
    await asyncio.to_thread(browser.press, page, "deny")
    refused(await post(served.base + "/oauth/token", poll(started)), "access_denied")


async def test_too_fast(served: House) -> None:
    url = served.base + "/oauth/token"
    started = await begin(served.base)
    refused(await post(url, poll(started)), "authorization_pending")
    refused(await post(url, poll(started)), "slow_down")
    served.clock.move(seconds=6)  # enough before, not any more: it is 10 now
    refused(await post(url, poll(started)), "slow_down")
    served.clock.move(seconds=16)
    refused(await post(url, poll(started)), "authorization_pending")


async def test_too_late(served: House) -> None:
    started = await begin(served.base)
    served.clock.move(minutes=10)
    refused(await post(served.base + "/oauth/token", poll(started)), "expired_token")
    page = await consent(
        Browser(), started["verification_uri_complete"], (await served.key()).api_key
    )
    assert "No device waits" in page.text


async def test_others_codes(served: House) -> None:
    started = await begin(served.base)
    url = served.base + "/oauth/token"
    refused(await post(url, poll(started, client_id="trunkline-cli")), "invalid_grant")
    refused(await post(url, poll(started, device_code="tld_x")), "invalid_grant")
    refused(await post(url, poll(started, resource="https://evil.example")), "invalid_target")
    strange = {"client_id": CLI, "resource": "https://evil.example"}
    refused(await post(served.base + "/oauth/device_authorization", strange), "invalid_target")


async def test_guessing_user_codes(served: House) -> None:
    key = (await served.key()).api_key
    started = await begin(served.base)
    where = started["verification_uri"]
    for _ in range(5):
        assert (await consent(Browser(), where, key, "BBBB-BBBB")).status == 403
    refusal = await consent(Browser(), where, key, started["user_code"])
    assert refusal.status == 429
    assert int(refusal.headers["Retry-After"]) >= 1


async def test_without_a_key_nobody_learns_which_codes_wait(served: House) -> None:
    started = await begin(served.base)
    where = started["verification_uri"]
    waiting = await consent(Browser(), where, "tlk_wrong", started["user_code"])
    other = await consent(Browser(), where, "tlk_wrong", "BBBB-BBBB")
    shown = waiting.text.replace(started["user_code"], "BBBB-BBBB")
    assert (waiting.status, shown) == (other.status, other.text)


async def test_deciding_twice(served: House) -> None:
    started = await begin(served.base)
    browser = Browser()
    key = (await served.key()).api_key
    first = await consent(browser, started["verification_uri_complete"], key)
    second = await consent(browser, started["verification_uri_complete"], key)
    await asyncio.to_thread(browser.press, first, "deny")
    late = await asyncio.to_thread(browser.press, second, "allow")
    assert "No device waits with this code any more" in late.text
    refused(await post(served.base + "/oauth/token", poll(started)), "access_denied")


async def test_so_many_devices_wait(house: House) -> None:
    await house.database.execute("DELETE FROM gateway_device_codes")
    async with serving(app_of(house, house.another_node(most_devices=2))) as base:
        await begin(base)
        await begin(base)
        answer = await post(base + "/oauth/device_authorization", {"client_id": CLI})
        refused(answer, "temporarily_unavailable", 503)
        house.clock.move(minutes=11)
        await begin(base)


@pytest.mark.parametrize("typed", ["bcdf-ghjk", " BCDFGHJK", "b c d f g h j k"])
def test_codes_as_people_type_them(typed: str) -> None:
    assert read_user_code(typed) == "BCDFGHJK"


@pytest.mark.parametrize("typed", ["", "BCDF-GHJ", "BCDF-GHJA", "BCDF-GHJ0", "ß" * 8, "B" * 9999])
def test_what_can_be_no_code(typed: str) -> None:
    assert read_user_code(typed) is None


async def test_user_codes_are_spread_evenly(house: House) -> None:
    made = "".join(house.sign_in._devices._letters() for _ in range(2000))
    assert set(made) == set(LETTERS)
    counts = [made.count(letter) for letter in LETTERS]
    assert max(counts) < 1.3 * min(counts)

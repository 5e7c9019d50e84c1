"""The page, as a person at a browser sees it, and what others try with it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.unit.gateway.sign_in.asking import (
    CALLBACK,
    CLI,
    authorize_url,
    exchange,
    get,
    post,
    refused,
)
from tests.unit.gateway.sign_in.browser import Browser, Page
from tests.unit.gateway.sign_in.conftest import House, app_of, serving
from trunkline.store.errors import StoreUnavailable

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture
def browser() -> Browser:
    return Browser()


async def opened(browser: Browser, url: str) -> Page:
    return await asyncio.to_thread(browser.open, url)


async def entered(browser: Browser, page: Page, **values: str) -> Page:
    return await asyncio.to_thread(lambda: browser.enter(page, **values))


async def pressed(browser: Browser, page: Page, decision: str) -> Page:
    return await asyncio.to_thread(browser.press, page, decision)


async def sent(browser: Browser, page: Page, fields: dict[str, str], **headers: str) -> Page:
    return await asyncio.to_thread(lambda: browser.send(page, fields, **headers))


async def sign_in_code(house: House, user: str = "default") -> str:
    caller = await house.caller(user)
    return await house.sign_in.codes.make(caller.tenant_id, caller.user_id)


@pytest.mark.parametrize("redirect_uri", [OUT_OF_BAND, "{base}/oauth/code"])
async def test_a_code_to_carry_to_the_terminal(
    served: House, browser: Browser, redirect_uri: str
) -> None:
    """`membrane login` without a browser of its own, then `login complete CODE`."""
    base = served.base + "/membrane"
    uri = redirect_uri.format(base=base)
    key = (await served.key()).api_key
    page = await opened(browser, authorize_url(base, redirect_uri=uri))
    consent = await entered(browser, page, key=key)
    assert "you will take a code there" in consent.text
    end = await pressed(browser, consent, "allow")
    code = end.shown_code
    assert code not in end.url
    assert not code.startswith("-")

    served.clock.move(minutes=4)  # a person is slower than a redirect
    answer = await post(base + "/oauth/token", exchange(code, redirect_uri=uri))

    assert answer.status_code == 200
    assert answer.json()["scope"] == "platform-user"
    assert await served.sign_in.verify(answer.json()["access_token"]) == await served.caller()


async def test_denied_where_nothing_is_sent(served: House, browser: Browser) -> None:
    page = await opened(browser, authorize_url(served.base, redirect_uri=OUT_OF_BAND))
    end = await pressed(browser, page, "deny")
    assert "The person did not allow it" in end.text
    assert end.status == 400


async def test_a_sign_in_code_in_the_address(served: House, browser: Browser) -> None:
    code = await sign_in_code(served, "anna")
    url = authorize_url(served.base, sign_in_code=code, redirect_uri=OUT_OF_BAND)
    await opened(Browser(), url)  # something looked at the link before: nothing is used up
    consent = await opened(browser, url)
    assert "As user anna" in consent.text
    assert not any("key" in form for form in consent.forms)
    shown = (await pressed(browser, consent, "allow")).shown_code
    answer = await post(served.base + "/oauth/token", exchange(shown, redirect_uri=OUT_OF_BAND))
    assert answer.json()["default_tenant_key"] == "anna"

    again = await pressed(browser, consent, "allow")
    assert again.status == 403
    assert "allowed it already" in again.text
    late = await opened(browser, url)
    assert "was used, or is too old" in late.text
    assert any("key" in form for form in late.forms)


async def test_a_sign_in_code_lives_five_minutes(served: House, browser: Browser) -> None:
    url = authorize_url(served.base, sign_in_code=await sign_in_code(served))
    consent = await opened(browser, url)
    served.clock.move(minutes=5)
    assert "too old" in (await opened(browser, url)).text
    assert "waited too long" in (await pressed(browser, consent, "allow")).text


async def test_a_sign_in_code_in_the_field(served: House, browser: Browser) -> None:
    page = await opened(browser, authorize_url(served.base))
    consent = await entered(browser, page, key=" " + await sign_in_code(served) + "\n")
    assert "Allow Membrane CLI" in consent.text


async def test_the_key_goes_into_no_address(served: House, browser: Browser) -> None:
    key = (await served.key()).api_key
    page = await opened(browser, authorize_url(served.base, key=key))
    assert any("key" in form for form in page.forms)  # it was not looked at
    consent = await entered(browser, page, key=key)
    assert key not in consent.html


async def test_only_a_key_signs_in(served: House, browser: Browser) -> None:
    """A token that lives an hour must not become a sign-in of half a year."""
    token = await served.sign_in.mint(await served.caller())
    assert await served.authenticate(token)
    page = await opened(browser, authorize_url(served.base))
    for text in (token, "x\u00e9", "a" * 4096, "tlk_", "pat-x"):
        assert (await entered(browser, page, key=text)).status in (403, 429)


async def test_the_other_form_of_a_key(served: House, browser: Browser) -> None:
    page = await opened(browser, authorize_url(served.base))
    token = (await served.key()).token
    assert token.startswith("pat-")
    assert "Allow Membrane CLI" in (await entered(browser, page, key=token)).text


async def test_guessing_keys(served: House, browser: Browser) -> None:
    key = (await served.key()).api_key
    page = await opened(browser, authorize_url(served.base))
    for _ in range(5):
        assert (await entered(browser, page, key="tlk_wrong")).status == 403
    refusal = await entered(browser, page, key=key)  # not even the right one is looked at
    assert refusal.status == 429
    assert 1 <= int(refusal.headers["Retry-After"]) <= 12
    served.clock.move(seconds=12)
    assert (await entered(browser, page, key=key)).status == 200


async def test_guessing_sign_in_codes(served: House, browser: Browser) -> None:
    for _ in range(5):
        url = authorize_url(served.base, sign_in_code="tls_" + "a" * 52)
        assert (await opened(browser, url)).status == 403
    good = authorize_url(served.base, sign_in_code=await sign_in_code(served))
    assert (await opened(browser, good)).status == 429


async def test_names_are_escaped(served: House, browser: Browser) -> None:
    registration = {
        "client_name": "<script>alert(1)</script>{{7*7}}",
        "redirect_uris": ["https://agent.example/cb?a=1"],
    }
    made = (await post(served.base + "/oauth/register", json=registration)).json()
    url = authorize_url(
        served.base, client_id=made["client_id"], redirect_uri="https://agent.example/cb?a=1"
    )
    page = await opened(browser, url)  # which looks for scripts itself
    assert "<script>alert(1)</script>{{7*7}} wants" in page.text
    assert "chose this name itself" in page.text
    assert "Runs at agent.example" in page.text
    assert "form-action 'self' https://agent.example;" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "x" * 4000},
        {"client_id": "\x00"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1@evil.example/"},
        {"redirect_uri": "http://localhost:1/#"},
        {"redirect_uri": "http://127.0.0.1:99999/"},
        {"redirect_uri": "http://evil.example/oauth/code"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//evil.example"},
        {"state": "\ufffd\x00"},
    ],
)
async def test_nothing_is_sent_to_strangers(
    served: House, changed: dict[str, str | None], browser: Browser
) -> None:
    page = await opened(browser, authorize_url(served.base, **changed))
    assert page.status == 400
    assert urlsplit(page.url).path == "/oauth/authorize"  # it led nowhere
    assert "evil" not in page.html


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": "root everything"}, "invalid_scope"),
        ({"scope": "connection"}, "invalid_scope"),  # tokens are for all of a user's connections
        ({"resource": "https://evil.example"}, "invalid_target"),
        ({"resource": "http://["}, "invalid_target"),
        ({"nonce": "n" * 256}, "invalid_request"),
    ],
)
async def test_refusals_go_to_the_client(
    served: House, changed: dict[str, str | None], error: str
) -> None:
    answer = await get(authorize_url(served.base, **changed))
    assert answer.status_code == 303
    target = answer.headers["location"]
    assert target.startswith(CALLBACK + "?")
    assert f"error={error}&" in target
    assert "state=st%26ate" in target


async def test_a_parameter_twice(served: House) -> None:
    twice = await get(authorize_url(served.base) + "&scope=api")
    assert "error=invalid_request" in twice.headers["location"]
    for name, value in (("client_id", CLI), ("redirect_uri", CALLBACK)):
        assert (await get(f"{authorize_url(served.base)}&{name}={value}")).status_code == 400


async def test_any_loopback_port_and_no_other_place(served: House) -> None:
    registered = "http://localhost:1234/callback?x=1"
    made = (
        await post(
            served.base + "/oauth/register",
            json={"client_name": "Agent", "redirect_uris": [registered]},
        )
    ).json()
    url = served.base
    for uri, status in (
        ("http://localhost:9/callback?x=1", 200),
        (registered, 200),
        ("http://127.0.0.1:1234/callback?x=1", 400),
        ("http://localhost:1234/callback", 400),
        ("http://localhost:1234/other?x=1", 400),
        ("https://localhost:1234/callback?x=1", 400),
        (OUT_OF_BAND, 400),
        (url + "/oauth/code", 400),
    ):
        asked = authorize_url(url, client_id=made["client_id"], redirect_uri=uri)
        assert (await get(asked)).status_code == status, uri


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_forms_of_other_sites(
    served: House, browser: Browser, headers: dict[str, str]
) -> None:
    code = await sign_in_code(served)
    consent = await opened(browser, authorize_url(served.base, sign_in_code=code))
    form = consent.forms[0] | {"decision": "allow"}
    answer = await sent(browser, consent, form, **headers)
    assert answer.status == 403
    assert "another site" in answer.text
    assert await served.sign_in.codes.look(code) is not None  # nothing happened


@pytest.mark.parametrize("csrf", ["", "a" * 52, "ö"])
async def test_forms_without_our_token(served: House, browser: Browser, csrf: str) -> None:
    code = await sign_in_code(served)
    consent = await opened(browser, authorize_url(served.base, sign_in_code=code))
    form = consent.forms[0] | {"decision": "allow", "csrf": csrf}
    assert (await sent(browser, consent, form)).status == 403
    stranger = Browser()  # without the cookie
    form = consent.forms[0] | {"decision": "allow"}
    assert (await sent(stranger, consent, form)).status == 403
    assert await served.sign_in.codes.look(code) is not None


async def test_the_cookie(served: House) -> None:
    answer = await get(authorize_url(served.base + "/maton"))
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/maton/oauth" in cookie
    # What somebody else put there is not shown to anybody.
    planted = {"Cookie": 'trunkline_sign_in="><script>'}
    again = await get(authorize_url(served.base + "/maton"), headers=planted)
    assert "<script>" not in again.text


async def test_a_revoked_key_signs_nobody_in(served: House, browser: Browser) -> None:
    """Also not when it was revoked while the page was open."""
    key = await served.key()
    page = await opened(browser, authorize_url(served.base, redirect_uri=OUT_OF_BAND))
    consent = await entered(browser, page, key=key.api_key)
    await served.keys.revoke(key.id)
    assert (await entered(browser, page, key=key.api_key)).status == 403
    end = await pressed(browser, consent, "allow")
    assert end.status == 403
    assert "waited too long" in end.text


async def test_what_the_person_allows(served: House, browser: Browser) -> None:
    caller = await served.caller("boss")
    code = await served.sign_in.codes.make(caller.tenant_id, caller.user_id, is_admin=True)
    for scope, shown in (("platform-user", True), ("tenant", False)):
        url = authorize_url(served.base, sign_in_code=code, scope=scope)
        consent = await opened(browser, url)
        assert ("act for every other user" in consent.text) is shown


async def test_while_the_database_is_away(house: House, browser: Browser) -> None:
    async def away(_: str) -> None:
        raise StoreUnavailable("no")

    async with serving(app_of(house)) as base:
        house.sign_in._clients.find = away  # type: ignore[method-assign,assignment]
        page = await opened(browser, authorize_url(base))
        assert page.status == 503
        assert "try again" in page.text
        answer = await post(base + "/oauth/token", exchange("c" * 52))
        refused(answer, "temporarily_unavailable", 503)

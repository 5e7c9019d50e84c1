"""The hosted page, as a person meets it, and as somebody does who means harm."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.requests import Request

from tests.unit.gateway.connections.stand_ins import RIGHT, WRONG, Core
from tests.unit.gateway.pages.conftest import BASE
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.oauth import CALLBACK, End, Finished
from trunkline.gateway.pages import PAGE, ConnectPages
from trunkline.store import StoreUnavailable

OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}


class Read(HTMLParser):
    """A page, as far as tests look at it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)

    @property
    def inputs(self) -> dict[str | None, dict[str, str | None]]:
        return {each["name"]: each for each in self.all("input")}

    @property
    def goes_to(self) -> str | None:
        for each in self.all("meta"):
            if each.get("http-equiv") == "refresh":
                return (each["content"] or "").removeprefix("0; url=")
        return None


async def opened(core: Core, caller: Caller, **given: str) -> tuple[Connection, str]:
    made = await core.connections.create(caller, "acme", **given)  # type: ignore[arg-type]
    return made, await core.sessions.open(made)


async def send(
    browser: httpx.AsyncClient,
    token: str,
    method: str = "basic",
    headers: dict[str, str] = OWN,
    **fields: str,
) -> httpx.Response:
    form = {"session_token": token, "method": method}
    form |= {f"field.{name}": value for name, value in fields.items()}
    return await browser.post(PAGE, data=form, headers=headers)


async def test_it_says_for_whom_and_what(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    _, token = await opened(core, caller, method="basic", name="Bolts & <i>nuts</i>")
    answer = await browser.get(PAGE, params={"session_token": token})
    page = Read(answer.text)

    assert answer.status_code == 200
    assert "Connect Acme" in page.words
    assert caller.tenant_key in page.words
    assert "<b>Bob</b>\ufffd" in page.words
    assert "Bolts & <i>nuts</i>" in page.words
    assert set(page.inputs) == {
        "session_token",
        "method",
        "field.user",
        "field.password",
        "field.region",
    }
    assert page.inputs["field.password"]["type"] == "password"
    assert all(each["autocomplete"] == "off" for n, each in page.inputs.items() if "field." in n)
    labels = {each["for"] for each in page.all("label")}
    assert labels == {each["id"] for n, each in page.inputs.items() if "field." in n}
    ids = {each.get("id") for _, each in page.tags}
    for each in page.inputs.values():
        assert set((each.get("aria-describedby") or "").split()) <= ids


async def test_it_is_for_itself(core: Core, caller: Caller, browser: httpx.AsyncClient) -> None:
    """Nothing of another place, no script, nothing kept, and the style is the one that is named."""
    _, token = await opened(core, caller)
    answers = [
        await browser.get(PAGE, params={"session_token": token}),
        await browser.get(PAGE, params={"session_token": token, "method": "basic"}),
        await browser.get(PAGE, params={"session_token": "no"}),
        await send(browser, token, **WRONG),
        await send(browser, token, headers={"Sec-Fetch-Site": "cross-site"}),
        await send(browser, token, **RIGHT),
    ]
    assert [each.status_code for each in answers] == [200, 200, 410, 422, 403, 200]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        for rule in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        page = Read(answer.text)
        names = {name for name, _ in page.tags}
        assert not names & {"script", "img", "link", "iframe", "object", "svg", "base"}
        for _, attributes in page.tags:
            assert not any(name == "style" or name.startswith("on") for name in attributes)
            for name in ("href", "action"):
                assert (attributes.get(name) or PAGE).startswith(PAGE)
        style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        assert len(style) == 1
        assert "url(" not in style[0]
        assert "@import" not in style[0]
        assert _hash(style[0]) in policy


def _hash(text: str) -> str:
    import base64
    import hashlib

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


async def test_looking_uses_nothing_up(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    made, token = await opened(core, caller)
    for _ in range(30):
        assert (await browser.get(PAGE, params={"session_token": token})).status_code == 200
        assert (await browser.head(PAGE, params={"session_token": token})).status_code == 200
    assert (await send(browser, token, **RIGHT)).status_code == 200
    assert (await core.connections.read(made.id)).status == "active"


async def test_methods_to_choose_from(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    _, token = await opened(core, caller)
    page = Read((await browser.get(PAGE, params={"session_token": token})).text)
    links = [each["href"] or "" for each in page.all("a")]

    assert len(links) == 4
    shown = [Read((await browser.get(link)).text) for link in links]
    assert [each.inputs["method"]["value"] for each in shown] == [
        "basic",
        "sign_in",
        "machine",
        "platform",
    ]
    assert f"{BASE}{CALLBACK}" in shown[1].words
    assert caller.account_sid in shown[3].words
    wrong = await browser.get(PAGE, params={"session_token": token, "method": "<x>"})
    assert wrong.status_code == 400
    assert "<x>" not in wrong.text


async def test_right_ones_connect_once(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    made, token = await opened(core, caller)
    done = await send(browser, token, **RIGHT)

    assert done.status_code == 200
    assert "Acme is connected" in Read(done.text).words
    assert "close this window" in Read(done.text).words
    assert (await core.connections.get(caller, made.id)).status == "active"
    assert (await send(browser, token, **RIGHT)).status_code == 410
    assert (await browser.get(PAGE, params={"session_token": token})).status_code == 410


async def test_wrong_ones_show_the_form_again(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    made, token = await opened(core, caller)
    refused = await send(browser, token, region="eu", **WRONG)
    page = Read(refused.text)

    assert refused.status_code == 422
    assert "Acme does not accept these credentials." in page.words
    assert WRONG["password"] not in refused.text
    assert page.inputs["field.password"]["value"] == ""
    assert page.inputs["field.user"]["value"] == "AC1"
    assert page.inputs["field.region"]["value"] == "eu"
    assert any(each.get("role") == "alert" for each in page.all("p"))
    assert await core.connections.read(made.id) == made
    assert (await send(browser, token, **RIGHT)).status_code == 200


async def test_what_is_missing_is_named_at_its_field(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    _, token = await opened(core, caller)
    answer = await send(browser, token, user='"><script>', password="secret-\0")
    assert answer.status_code == 400
    answer = await send(browser, token, user='"><script>', password="secret-\x01")
    page = Read(answer.text)

    assert answer.status_code == 422
    assert page.inputs["field.user"]["value"] == '"><script>'
    assert page.inputs["field.user"]["aria-invalid"] == "true"
    assert page.inputs["field.user"]["aria-describedby"] == "user-fault user-hint"
    assert "User does not look right." in page.words
    assert "secret-" not in answer.text
    assert core.provider.asked == []


async def test_a_link_has_ten_tries(core: Core, caller: Caller, browser: httpx.AsyncClient) -> None:
    request = await core.requests.create(caller, "acme")
    token = await core.requests.open_session(request.id)
    answers = [await send(browser, token, **WRONG) for _ in range(12)]

    assert [each.status_code for each in answers] == [422] * 9 + [429] + [410] * 2
    assert len(core.provider.asked) == 10
    assert (await send(browser, token, **RIGHT)).status_code == 410
    ended = await core.requests.get(caller, request.id)
    assert (ended.status, ended.error) == ("error", "Credentials were refused too many times.")
    assert (await core.connections.get(caller, request.connection_id)).status == "failed"


async def test_a_provider_out_of_reach(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    made, token = await opened(core, caller)
    core.provider.status = 500
    answer = await send(browser, token, **RIGHT)

    assert answer.status_code == 503
    assert "try again later" in Read(answer.text).words
    assert RIGHT["password"] not in answer.text
    assert await core.connections.read(made.id) == made
    core.provider.status = None
    assert (await send(browser, token, **RIGHT)).status_code == 200


async def test_of_two_windows_one_connects(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    made, token = await opened(core, caller)
    answers = await asyncio.gather(*(send(browser, token, **RIGHT) for _ in range(5)))

    assert sorted(each.status_code for each in answers)[0] == 200
    assert {each.status_code for each in answers} <= {200, 409, 410}
    assert sum(each.status_code == 200 for each in answers) == 1
    assert (await core.connections.read(made.id)).revision == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://gate.example.evil.example"}, 403),
        ({"Origin": "https://gate.example:444"}, 403),
        ({"Origin": "https://[::1"}, 403),
        ({"Origin": BASE}, 200),
        ({"Origin": "null"}, 200),
        ({}, 200),
    ],
)
async def test_forms_of_other_pages(
    core: Core, caller: Caller, browser: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    made, token = await opened(core, caller)
    assert (await send(browser, token, headers=headers, **RIGHT)).status_code == status
    assert ((await core.connections.read(made.id)).status == "active") == (status == 200)
    assert bool(core.provider.asked) == (status == 200)


async def test_forms_that_are_none(core: Core, caller: Caller, browser: httpx.AsyncClient) -> None:
    _, token = await opened(core, caller)
    kind = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
    for content, headers, status in (
        (b"{}", {**OWN, "Content-Type": "application/json"}, 400),
        (b"a=1", OWN, 400),
        (b"session_token=%ff", kind, 400),
        (b"session_token=a%00", kind, 400),
        (b"&".join(b"a=%d" % n for n in range(200)), kind, 400),
        (b"a=" + b"x" * 10_000_000, kind, 413),
        (b"session_token=", kind, 410),
        (b"", kind, 410),
        (b"session_token=" + token.encode() + b"&method=nothing", kind, 400),
        (b"session_token=" + b"x" * 43, kind, 410),
    ):
        answer = await browser.post(PAGE, content=content, headers=headers)
        assert answer.status_code == status, content[:40]
        Read(answer.text)
    # The token is not taken from the address: forms of others could not be told from ours.
    answer = await browser.post(
        PAGE, params={"session_token": token}, data={"field.user": "AC1"}, headers=OWN
    )
    assert answer.status_code == 410
    assert (await core.sessions.look(token)).tries_left == 10


@pytest.mark.parametrize("token", ["", "\0", "x" * 60_000, "é" * 43, "../../x", "<script>"])
async def test_links_that_are_none(browser: httpx.AsyncClient, token: str) -> None:
    answer = await browser.get(PAGE, params={"session_token": token})
    assert answer.status_code == 410
    assert "<script>" not in answer.text


async def test_a_deleted_connection_has_no_page(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    made, token = await opened(core, caller)
    await core.connections.delete(caller, made.id)
    assert (await browser.get(PAGE, params={"session_token": token})).status_code == 410
    assert (await send(browser, token, **RIGHT)).status_code == 410
    assert core.provider.asked == []


async def test_one_goes_back_to_the_app(
    core: Core, caller: Caller, browser: httpx.AsyncClient
) -> None:
    request = await core.requests.create(
        caller, "acme", redirect_uri="https://app.example/done?a=1&b=<>"
    )
    token = await core.requests.open_session(request.id)
    page = Read((await send(browser, token, **RIGHT)).text)

    assert page.goes_to is not None
    url = urlsplit(page.goes_to)
    assert (url.scheme, url.netloc, url.path) == ("https", "app.example", "/done")
    assert parse_qs(url.query) == {
        "a": ["1"],
        "b": ["<>"],
        "connectionId": [request.connection_id],
        "requestId": [request.id],
    }


async def test_on_to_the_provider(core: Core, caller: Caller, browser: httpx.AsyncClient) -> None:
    _, token = await opened(core, caller)
    other = await send(browser, token, "sign_in", client_id="me")
    assert other.status_code == 422
    answers = await asyncio.gather(
        *(
            send(browser, token, "sign_in", client_id="me", client_secret="client-secret")
            for _ in range(3)
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 410, 410]
    answer = next(each for each in answers if each.status_code == 200)
    url = urlsplit(Read(answer.text).goes_to or "")
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://acme.example/authorize"
    assert parse_qs(url.query)["redirect_uri"] == [BASE + CALLBACK]
    assert "client-secret" not in answer.text
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "secure", "samesite=lax", f"path={CALLBACK}"):
        assert part in cookie
    assert all("set-cookie" not in each.headers for each in answers if each is not answer)
    assert (await browser.get(PAGE, params={"session_token": token})).status_code == 410


async def test_back_from_the_provider(core: Core, caller: Caller, pages: ConnectPages) -> None:
    made = await core.connections.create(caller, "acme", redirect_uri="https://app.example/")
    request = Request({"type": "http"})

    async def shown(end: End, connection: Connection | None) -> tuple[int, Read]:
        finished = Finished(end=end, message="<b>It</b> is so.", connection=connection)
        answer = await pages.show_result(request, finished)
        return answer.status_code, Read(bytes(answer.body).decode())

    status, page = await shown(End.CONNECTED, made)
    assert (status, page.goes_to) == (200, f"https://app.example/?connectionId={made.id}")
    for end, connection in ((End.DENIED, made), (End.FAILED, made), (End.STALE, None)):
        status, page = await shown(end, connection)
        assert status == (410 if end is End.STALE else 400)
        assert page.goes_to is None
        assert "<b>It</b> is so." in page.words


async def test_without_a_database(
    core: Core, caller: Caller, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = await opened(core, caller)

    async def away(*_: object) -> None:
        raise StoreUnavailable("The database cannot be reached: postgres://…")

    monkeypatch.setattr(core.sessions, "look", away)
    answer = await browser.get(PAGE, params={"session_token": token})
    assert answer.status_code == 503
    assert "postgres" not in answer.text

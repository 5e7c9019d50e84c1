"""A person is sent to the provider and comes back: once, and only they."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from structlog.testing import capture_logs

from tests.unit.gateway.oauth.stand_ins import (
    CONNECTOR,
    SECRET,
    Catalogue,
    Given,
    MakeNode,
    Node,
    TokenServer,
    token_of,
)
from trunkline.gateway.connectors.declare import Method
from trunkline.gateway.errors import CredentialsRefused, InputInvalid, UpstreamTimeout
from trunkline.gateway.model import Caller, Connection, Status
from trunkline.gateway.oauth import (
    BeginOAuth,
    Begun,
    CameBack,
    End,
    Finished,
    FinishOAuth,
    States,
    routes,
)
from trunkline.store import StoreUnavailable

BACK = "http://127.0.0.1:8080/gateway/oauth/callback"
ENTERED = {"client_id": "me", "client_secret": SECRET, "region": "eu"}
METHOD = CONNECTOR.methods[0]


@dataclass
class Flow:
    """The two ends of a flow, and the browser between them."""

    node: Node
    metadata: Mapping[str, Any] = field(default_factory=lambda: {"team": "T1"})
    fault: Exception | None = None

    def __post_init__(self) -> None:
        node = self.node
        self.states = States(node.database, node.vault, node.clock)
        self.begin = BeginOAuth(self.states)
        self.finish = FinishOAuth(
            self.states, Catalogue(), node.connections, node.ask, describe=self._describe
        )

    async def _describe(self, *_: Any) -> Mapping[str, Any]:
        if self.fault is not None:
            raise self.fault
        return self.metadata

    async def begun(self, connection: Connection, method: Method = METHOD) -> Begun:
        return await self.begin(connection, method, ENTERED, BACK)

    async def back(self, begun: Begun, **parameters: str | None) -> Finished:
        """The browser comes back with a code, or with what is given."""
        given: dict[str, Any] = {"state": asked(begun)["state"], "code": "the-code-1", **parameters}
        return await self.finish(CameBack(**given), cookies(begun))


def asked(begun: Begun) -> dict[str, str]:
    query = parse_qs(urlsplit(begun.url).query, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


def cookies(begun: Begun) -> dict[str, str]:
    return {begun.cookie.name: begun.cookie.value}


@pytest.fixture
def flow(node: Node) -> Flow:
    return Flow(node)


async def test_a_person_permits_access(
    flow: Flow, node: Node, given: Given, tokens: TokenServer
) -> None:
    pending = await given.pending()
    begun = await flow.begun(pending)
    parameters = asked(begun)
    assert begun.url.startswith("https://provider.example/authorize?tenant=1&")
    assert parameters["response_type"] == "code"
    assert parameters["client_id"] == "me"
    assert parameters["redirect_uri"] == BACK
    assert parameters["scope"] == "read write"
    assert parameters["code_challenge_method"] == "S256"
    assert len(parameters["state"]) == 43

    finished = await flow.back(begun)
    assert finished.end is End.CONNECTED
    assert tokens.forms[0]["grant_type"] == "authorization_code"
    assert tokens.forms[0]["code"] == "the-code-1"
    assert tokens.forms[0]["redirect_uri"] == BACK
    verifier = tokens.forms[0]["code_verifier"]
    assert create_s256_code_challenge(verifier) == parameters["code_challenge"]

    found = await node.read(pending)
    assert found.status is Status.ACTIVE
    assert found.method == "oauth"
    assert found.settings == {"region": "eu"}
    assert found.metadata == {"team": "T1"}
    secrets = node.secrets(found)
    assert secrets["client_secret"] == SECRET
    assert secrets["refresh_token"] == "refresh-1"
    assert "region" not in secrets
    assert token_of(await node.authorise(found)) == "access-1"
    assert found.refresh_at is not None


async def test_a_state_is_used_once(flow: Flow, given: Given, tokens: TokenServer) -> None:
    begun = await flow.begun(await given.pending())
    ends = [each.end for each in await asyncio.gather(*(flow.back(begun) for _ in range(10)))]
    assert sorted(ends) == [End.CONNECTED] + [End.STALE] * 9
    assert len(tokens.forms) == 1


async def test_another_browser_does_not_come_through_and_does_not_use_it_up(
    flow: Flow, node: Node, given: Given, tokens: TokenServer
) -> None:
    pending = await given.pending()
    begun, other = await flow.begun(pending), await flow.begun(await given.pending())
    came = CameBack(state=asked(begun)["state"], code="the-code-1")
    for wrong in (
        {},
        {begun.cookie.name: "x" * 43},
        cookies(other),
        {begun.cookie.name: other.cookie.value},
        {begun.cookie.name: "\ud800"},
    ):
        assert (await flow.finish(came, wrong)).end is End.STALE
    assert tokens.forms == []
    assert (await node.read(pending)).status is Status.PENDING
    assert (await flow.back(begun)).end is End.CONNECTED


async def test_a_state_ends_after_ten_minutes(flow: Flow, node: Node, given: Given) -> None:
    begun = await flow.begun(await given.pending())
    node.clock.ahead += timedelta(minutes=10, seconds=1)
    assert (await flow.back(begun)).end is End.STALE
    await flow.begun(await given.pending())
    digest = hashlib.sha256(asked(begun)["state"].encode()).digest()
    left = await node.database.fetchval(
        "SELECT count(*) FROM gateway_oauth_states WHERE hash = $1", digest
    )
    assert left == 0


@pytest.mark.parametrize("state", ["", "x", "x" * 43, "\ud800", "x" * 100_000, "\x00", "é"])
async def test_a_state_that_nobody_made(flow: Flow, state: str) -> None:
    finished = await flow.finish(CameBack(state=state, code="c"), {})
    assert (finished.end, finished.connection) == (End.STALE, None)


async def test_what_is_kept_meanwhile_tells_nothing(flow: Flow, node: Node, given: Given) -> None:
    begun = await flow.begun(await given.pending())
    digest = hashlib.sha256(asked(begun)["state"].encode()).digest()
    row = await node.database.fetchrow("SELECT * FROM gateway_oauth_states WHERE hash = $1", digest)
    shown = repr(row) + repr(begun) + repr(vars(flow.states))
    for secret in (SECRET, asked(begun)["state"], begun.cookie.value):
        assert secret not in shown


async def test_access_that_is_denied_is_told(
    flow: Flow, node: Node, given: Given, tokens: TokenServer
) -> None:
    pending = await given.pending()
    begun = await flow.begun(pending)
    finished = await flow.back(begun, code=None, error="access_denied")
    assert finished.end is End.DENIED
    assert finished.message == "Access was not permitted at the provider."
    assert (await node.read(pending)).status is Status.FAILED
    assert tokens.forms == []


async def test_an_error_is_not_repeated_beyond_its_code(flow: Flow, given: Given) -> None:
    begun = await flow.begun(await given.pending())
    finished = await flow.back(begun, code=None, error="<script>alert(1)</script>")
    assert "script" not in finished.message


@pytest.mark.parametrize(
    "fails",
    [
        lambda server: server.refuses("invalid_grant"),
        lambda server: setattr(server, "answer", lambda _: None),
        lambda server: setattr(server, "answer", lambda _: server.json({}, 503)),
        lambda server: setattr(server, "answer", lambda _: server.json({"ok": False})),
    ],
)
async def test_a_failed_attempt_leaves_an_active_connection_as_it_was(
    flow: Flow, node: Node, given: Given, tokens: TokenServer, fails: Any
) -> None:
    active = await given.oauth(seconds=600, ends=900)
    fails(tokens)
    with capture_logs() as logs:
        finished = await flow.back(await flow.begun(active))
    assert finished.end is End.FAILED
    assert await node.read(active) == active
    for secret in (SECRET, "the-code-1"):
        assert secret not in repr(finished) + repr(logs)


async def test_an_answer_of_another_server_is_refused(
    flow: Flow, given: Given, tokens: TokenServer
) -> None:
    """RFC 9207: the issuer, where it is given."""
    for issuer in ("https://evil.example", "https://provider.example.evil.example", "", "x"):
        begun = await flow.begun(await given.pending())
        assert (await flow.back(begun, iss=issuer)).end is End.FAILED
    assert tokens.forms == []
    begun = await flow.begun(await given.pending())
    assert (await flow.back(begun, iss="https://provider.example")).end is End.CONNECTED


async def test_a_connection_that_is_deleted_meanwhile(
    flow: Flow, node: Node, given: Given, caller: Caller, tokens: TokenServer
) -> None:
    pending = await given.pending()
    begun = await flow.begun(pending)
    await node.connections.delete(caller, pending.id)
    assert (await flow.back(begun)).end is End.STALE
    assert tokens.forms == []


async def test_tokens_that_their_own_provider_refuses(flow: Flow, node: Node, given: Given) -> None:
    pending = await given.pending()
    flow.fault = CredentialsRefused("Example does not accept these credentials.")
    finished = await flow.back(await flow.begun(pending))
    assert finished.end is End.FAILED
    assert (await node.read(pending)).status is Status.FAILED


async def test_tokens_are_kept_when_nobody_can_say_whose_they_are(
    flow: Flow, node: Node, given: Given
) -> None:
    pending = await given.pending()
    flow.fault = UpstreamTimeout()
    assert (await flow.back(await flow.begun(pending))).end is End.CONNECTED
    assert (await node.read(pending)).metadata == {}


async def test_who_closes_the_page_is_connected_all_the_same(
    flow: Flow, node: Node, given: Given, tokens: TokenServer
) -> None:
    pending = await given.pending()
    begun = await flow.begun(pending)
    tokens.gate.clear()
    coming = asyncio.create_task(flow.back(begun))
    await tokens.arrived.wait()
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)
    tokens.gate.set()
    await flow.finish.stop()
    assert (await node.read(pending)).status is Status.ACTIVE


async def test_a_save_that_does_not_work_at_once_is_tried_again(
    flow: Flow, node: Node, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    establish, tried = node.connections.establish, []

    async def establishing(*args: Any, **rest: Any) -> Connection:
        tried.append(args)
        if len(tried) == 1:
            raise StoreUnavailable("The database cannot be reached.")
        return await establish(*args, **rest)

    monkeypatch.setattr(node.connections, "establish", establishing)
    assert (await flow.back(await flow.begun(await given.pending()))).end is End.CONNECTED
    assert len(tried) == 2


async def test_fields_that_cannot_be_sent_are_refused_and_nothing_is_kept(
    flow: Flow, node: Node, given: Given
) -> None:
    pending = await given.pending()
    for wrong in ({"client_id": ""}, {"client_secret": "\x00"}, {"region": "\ud800"}):
        with pytest.raises(InputInvalid):
            await flow.begin(pending, METHOD, {**ENTERED, **wrong}, BACK)
    count = await node.database.fetchval(
        "SELECT count(*) FROM gateway_oauth_states WHERE connection_id = $1", pending.id
    )
    assert count == 0


@pytest.fixture
async def browser(flow: Flow) -> AsyncIterator[httpx.AsyncClient]:
    async def show(_: Request, finished: Finished) -> Response:
        return PlainTextResponse(f"{finished.end}: {finished.message}")

    app = Starlette(routes=routes(flow.finish, show))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8080"
    ) as client:
        yield client


def take(browser: httpx.AsyncClient, begun: Begun) -> str:
    """The browser takes the flow's cookie along; the state."""
    cookie = begun.cookie
    assert (cookie.path, cookie.seconds, cookie.secure) == ("/gateway/oauth/callback", 600, False)
    browser.cookies.set(cookie.name, cookie.value, domain="127.0.0.1", path=cookie.path)
    return asked(begun)["state"]


async def test_the_callback_shows_what_became_of_it(
    flow: Flow, given: Given, browser: httpx.AsyncClient
) -> None:
    state = take(browser, await flow.begun(await given.pending()))
    answer = await browser.get("/gateway/oauth/callback", params={"state": state, "code": "c"})
    assert answer.text.startswith("connected: ")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    again = await browser.get("/gateway/oauth/callback", params={"state": state, "code": "c"})
    assert again.text.startswith("stale: ")


async def test_a_look_at_the_callback_does_not_use_it_up(
    flow: Flow, given: Given, browser: httpx.AsyncClient
) -> None:
    state = take(browser, await flow.begun(await given.pending()))
    address = f"/gateway/oauth/callback?state={state}&code=c"
    assert (await browser.head(address)).status_code == 405
    assert (await browser.post(address)).status_code == 405
    for twice in ("&code=d", f"&state={state}", "&iss=a&iss=b", "&error=%00"):
        assert (await browser.get(address + twice)).text.startswith("failed: ")
    assert (await browser.get(address)).text.startswith("connected: ")


async def test_a_database_that_is_away_leaves_the_state_for_another_try(
    flow: Flow, given: Given, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = take(browser, await flow.begun(await given.pending()))
    address = f"/gateway/oauth/callback?state={state}&code=c"

    async def away(*_: Any) -> None:
        raise StoreUnavailable("The database cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(flow.states, "take", away)
        assert "once more in a moment" in (await browser.get(address)).text
    assert (await browser.get(address)).text.startswith("connected: ")


async def test_the_cookie_is_for_https_only_where_there_is_https(
    node_of: MakeNode, given: Given
) -> None:
    flow = Flow(node_of())
    begun = await flow.begin(await given.pending(), METHOD, ENTERED, "https://t.example/a/callback")
    assert begun.cookie.secure
    assert begun.cookie.path == "/a/callback"

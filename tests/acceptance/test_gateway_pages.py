"""The hosted page, as a person with a browser that runs no scripts sees it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from tests.support.gateway import SID, TOKEN, Answered, Gateway, gateway_key
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.platform import World

ACCOUNT = answer(body=json.dumps({"sid": SID, "friendly_name": "Mine"}).encode())
REFUSED = answer("401 Unauthorized", b'{"code":20003,"message":"Authenticate"}')


class Forms(HTMLParser):
    """The fields of the first form of a page, and what would run or be loaded."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in given:
            self.fields[given["name"]] = given.get("value", "")
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag in ("script", "img", "iframe", "object") or given.get("rel") == "stylesheet":
            self.loads.append(tag)
        assert not any(name.startswith("on") for name in given), "a script in an attribute"


def browse(method: str, url: str, form: dict[str, str] | None = None, **headers: str) -> Answered:
    """What a browser gets, without following anything."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if form is not None:
        given["Content-Type"] = "application/x-www-form-urlencoded"
    body = None if form is None else urlencode(form)
    connection.request(method, f"{place.path}?{place.query}", body, given)
    got = connection.getresponse()
    told = {name.lower(): value for name, value in got.getheaders()}
    answered = Answered(got.status, told, got.read())
    connection.close()
    return answered


@pytest.fixture
def gateway(provided: World, request: pytest.FixtureRequest) -> Gateway:
    """A key of its own."""
    return gateway_key(provided, request.node.name.partition("[")[0][:100])


def page_of(gateway: Gateway, app: str = "twilio") -> tuple[str, str]:
    """A new connection that waits for a person, and its page."""
    made = gateway.ask("POST", "/maton/connections", {"app": app}).json["connection"]
    return made["connection_id"], made["url"]


def filled(url: str, method: str, **values: str) -> dict[str, str]:
    """The form of a way to connect, filled in."""
    page = browse("GET", f"{url}&method={method}")
    fields = Forms(page.body.decode()).fields
    for name, value in values.items():
        (field,) = (given for given in fields if given.endswith(name))
        fields[field] = value
    return fields


def by_password(heard: Heard) -> Answer:
    """Twilio, for an account whose token is TOKEN."""
    from base64 import b64encode

    right = "Basic " + b64encode(f"{SID}:{TOKEN}".encode()).decode()
    return ACCOUNT if heard.header("Authorization") == right else REFUSED


def test_a_person_connects_an_account(gateway: Gateway, provider: HostileServer) -> None:
    provider.says(by_password)
    connection, url = page_of(gateway)

    page = browse("GET", url)
    assert page.status == 200
    assert Forms(page.body.decode()).loads == []
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == (
        "no-store",
        "no-referrer",
    )
    assert any("method=auth_token" in link for link in Forms(page.body.decode()).links)

    mistaken = filled(url, "auth_token", account_sid=SID, auth_token="0" * 32)
    entered = filled(url, "auth_token", account_sid=SID, auth_token=TOKEN)
    wrong = browse("POST", url, mistaken)
    assert wrong.status == 422
    assert b"0" * 32 not in wrong.body
    right = browse("POST", url, entered)
    assert right.status == 200
    assert TOKEN.encode() not in right.body

    shown = gateway.ask("GET", f"/maton/connections/{connection}").json["connection"]
    assert shown["status"] == "ACTIVE"
    assert shown["metadata"]["account_sid"] == SID
    assert browse("POST", url, entered).status == 410
    assert gateway.ask("GET", f"/maton/twilio/2010-04-01/Accounts/{SID}.json").status == 200


def test_a_form_of_another_site_changes_nothing(gateway: Gateway, provider: HostileServer) -> None:
    provider.says(by_password)
    connection, url = page_of(gateway)
    form = filled(url, "auth_token", account_sid=SID, auth_token=TOKEN)
    for told in (
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example"},
    ):
        assert browse("POST", url, form, **told).status == 403
    shown = gateway.ask("GET", f"/maton/connections/{connection}").json["connection"]
    assert shown["status"] == "PENDING"


def test_a_request_of_the_membrane_contract_ends_with_success(
    gateway: Gateway, provider: HostileServer
) -> None:
    provider.says(by_password)
    made = gateway.ask(
        "POST", "/membrane/connection-requests", {"connectorKey": "twilio"}, key=gateway.token
    ).json
    screen = browse("GET", made["url"])
    assert screen.status == 303
    url = screen.headers["location"]
    done = browse("POST", url, filled(url, "auth_token", account_sid=SID, auth_token=TOKEN))
    assert done.status == 200, done.body
    path = f"/membrane/connection-requests/{made['requestId']}"
    ended = gateway.ask("GET", path, key=gateway.token).json
    assert ended["status"] == "success"
    connection = gateway.ask(
        "GET", f"/membrane/connections/{ended['resultConnectionId']}", key=gateway.token
    ).json
    assert (connection["state"], connection["connected"]) == ("READY", True)


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "%00", "session"])
def test_links_that_are_none(provided: World, token: str) -> None:
    page = browse("GET", f"{provided.base_url}/gateway/connect?session_token={token}")
    assert page.status in (404, 410)
    assert page.headers["content-type"].startswith("text/html")

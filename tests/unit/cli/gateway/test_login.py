from __future__ import annotations

import json
import stat
import threading
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from tests.unit.cli.gateway.stand_in import StandIn, Told
from tests.unit.cli.gateway.test_api import EMPTY, endpoints, signed_in

TOKENS = {
    "access_token": "acc",
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": "ref",
    "default_workspace_key": "default",
    "default_tenant_key": "ann",
    "email": "ann@example.com",
}
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture
def signing_in(gateway: StandIn) -> StandIn:
    endpoints(gateway)
    gateway.on("POST", "/oauth/token", TOKENS)
    gateway.control("POST", "/gateway/sign-in-codes", {"code": "tls_once"}, 201)
    return gateway


def fields(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_without_a_browser_a_url_is_printed_and_a_code_completes_it(
    signing_in: StandIn, config: Path
) -> None:
    told = signing_in.run("login", "--tenant", "--clientName", "claude", "--json").json()
    url = told["authorizationUrl"]
    assert url.startswith(f"{signing_in.base}/oauth/authorize?")
    asked = fields(url)
    assert (asked["client_id"], asked["response_type"]) == ("membrane-cli", "code")
    assert (asked["scope"], asked["redirect_uri"]) == ("tenant", OUT_OF_BAND)
    assert (asked["code_challenge_method"], asked["client_name"]) == ("S256", "claude")
    assert asked["sign_in_code"] == "tls_once"
    assert stat.S_IMODE((config / "gateway.json").stat().st_mode) == 0o600

    shell = signing_in.run("login", "complete", "the-code")

    assert shell.out == f"Signed in to {signing_in.base}: workspace default, tenant ann.\n"
    (exchanged,) = signing_in.of("/oauth/token")
    given = exchanged.form
    assert (given["grant_type"], given["code"]) == ("authorization_code", "the-code")
    assert (given["redirect_uri"], given["client_id"]) == (OUT_OF_BAND, "membrane-cli")
    assert challenge(given["code_verifier"]) == asked["code_challenge"]
    kept = json.loads((config / "gateway.json").read_text())
    assert (kept["apiUri"], "pending" in kept) == (signing_in.base, False)
    signing_in.tokens = {"acc"}
    signing_in.on("GET", "/connections", EMPTY)
    assert signing_in.run("connection", "--json").json() == EMPTY


def test_what_is_printed_says_what_to_do(signing_in: StandIn) -> None:
    lines = signing_in.run("login", "--non-interactive").out.splitlines()
    assert lines[0].startswith(f"Open this in a browser: {signing_in.base}/oauth/authorize?")
    assert lines[1] == "Then type: trunkline login complete CODE"
    assert "scope=platform-user" in lines[0]
    assert signing_in.run("login", "start").out.startswith("Open this in a browser: ")


def test_the_gateway_of_signing_in_is_that_of_later_commands(
    signing_in: StandIn, tmp_path: Path
) -> None:
    words = ("login", "--tenant", "--apiUri", signing_in.base, "--json")
    told = signing_in.elsewhere(tmp_path, *words).json()
    assert "sign_in_code" not in fields(told["authorizationUrl"])
    done = signing_in.elsewhere(tmp_path, "login", "complete", "c", "--json").json()
    assert done == {
        "apiUri": signing_in.base,
        "workspaceKey": "default",
        "tenantKey": "ann",
        "email": "ann@example.com",
    }
    signing_in.tokens = {"acc"}
    signing_in.on("GET", "/connections", EMPTY)
    assert signing_in.elsewhere(tmp_path, "connection", "--json").json() == EMPTY


def test_a_code_that_is_refused_leaves_the_sign_in_as_it_was(
    signing_in: StandIn, config: Path
) -> None:
    assert "begin with `trunkline login`" in signing_in.run("login", "complete", "c").err
    signing_in.run("login", "--tenant")
    before = (config / "gateway.json").read_text()
    refused = {"error": "invalid_grant", "error_description": "The code has expired."}
    signing_in.on("POST", "/oauth/token", Told(400, refused), TOKENS)
    shell = signing_in.run("login", "complete", "old")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err == "The gateway refuses to sign in: The code has expired.\n"
    assert (config / "gateway.json").read_text() == before
    assert signing_in.run("login", "complete", "right").code == 0


@pytest.mark.parametrize(
    "told",
    [
        Told(404, b"no"),
        Told(200, b"<html>"),
        {"authorization_endpoint": "file:///etc/passwd", "token_endpoint": "http://x.example/"},
        {"authorization_endpoint": 1, "token_endpoint": 2},
        [],
    ],
)
def test_what_is_no_gateway_is_told(signing_in: StandIn, config: Path, told: Any) -> None:
    signing_in.on("GET", "/.well-known/oauth-authorization-server", told)
    shell = signing_in.run("login", "--tenant")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.startswith(signing_in.base)
    assert not (config / "gateway.json").exists()


@pytest.mark.parametrize("told", [b"<html>", {}, [], {"access_token": "a\nb"}])
def test_an_answer_without_a_token_is_told(signing_in: StandIn, told: Any) -> None:
    signing_in.run("login", "--tenant")
    signing_in.on("POST", "/oauth/token", told)
    shell = signing_in.run("login", "complete", "c")
    assert (shell.code, shell.out) == (1, "")
    assert "token" in shell.err


def location(url: str) -> str:
    """Where an address leads to."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
    connection.request("GET", place.path)
    answer = connection.getresponse()
    connection.close()
    return str(answer.getheader("location"))


class Person(threading.Thread):
    """Gets the URL that the browser is given, and comes back to the terminal's port."""

    def __init__(self, **answer: str) -> None:
        super().__init__()
        self.answer = answer
        self.url = self.started = ""
        self.opened = threading.Event()
        self.refused: list[int] = []
        self.page = ""

    def browser(self, url: str) -> bool:
        self.started = url
        self.opened.set()
        return True

    def run(self) -> None:
        assert self.opened.wait(30)
        self.url = location(self.started)
        asked = fields(self.url)
        back = asked["redirect_uri"]
        for wrong in (
            self.started,
            f"{back}?code=x&state=wrong",
            f"{back}x?state={asked['state']}",
            f"{back}?",
        ):
            try:
                urlopen(wrong)
            except HTTPError as error:
                self.refused.append(error.code)
        given = urlencode({"state": asked["state"], **self.answer})
        self.page = urlopen(f"{back}?{given}").read().decode()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")


@pytest.mark.usefixtures("screen")
def test_a_browser_brings_the_code_back(
    signing_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(code="from-the-browser")
    monkeypatch.setattr("webbrowser.open", person.browser)
    person.start()
    shell = signing_in.run("login", "--tenant", "--json")
    person.join()
    assert shell.json()["tenantKey"] == "ann"
    assert shell.err.startswith("Sign in in the browser: ")
    asked = fields(person.url)
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    given = signing_in.of("/oauth/token")[0].form
    assert (given["code"], given["redirect_uri"]) == ("from-the-browser", asked["redirect_uri"])
    assert challenge(given["code_verifier"]) == asked["code_challenge"]
    assert person.refused == [404, 404, 404, 404]
    assert "You are signed in." in person.page
    assert fields(person.started) == {}  # the list of processes shows it
    assert asked["sign_in_code"] == "tls_once"


@pytest.mark.usefixtures("screen")
def test_a_person_may_say_no(signing_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(error="access_denied", error_description="You did not allow it.")
    monkeypatch.setattr("webbrowser.open", person.browser)
    person.start()
    shell = signing_in.run("login", "--tenant")
    person.join()
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.endswith("The gateway did not sign you in: You did not allow it.\n")
    assert "You were not signed in." in person.page


@pytest.mark.usefixtures("screen")
def test_nobody_waits_for_ever(signing_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    monkeypatch.setattr("trunkline.cli.gateway.login.SECONDS", 0.01)
    shell = signing_in.run("login", "--tenant")
    assert shell.code == 1
    assert shell.err.startswith("Open this in a browser: ")
    assert shell.err.endswith("Nobody signed in: try again with `trunkline login`.\n")


def test_signing_out_ends_the_session_and_forgets_it(signing_in: StandIn, config: Path) -> None:
    signed_in(config, signing_in.base)
    signing_in.on("POST", "/oauth/revoke", {})
    assert signing_in.run("logout").out == f"Signed out of {signing_in.base}.\n"
    (asked,) = signing_in.of("/oauth/revoke")
    assert asked.form == {"token": "r1", "client_id": "membrane-cli"}
    assert "tok-1" not in (config / "gateway.json").read_text()
    assert signing_in.run("logout", "--json").json() == {"apiUri": None, "signedOut": False}


def test_signing_out_of_a_gateway_that_is_gone_forgets_it_all_the_same(
    gateway: StandIn, config: Path
) -> None:
    signed_in(config, gateway.base)
    shell = gateway.run("logout")
    assert (shell.code, shell.out) == (0, f"Signed out of {gateway.base}.\n")
    assert shell.err.startswith("The gateway was not told: ")
    assert "tok-1" not in (config / "gateway.json").read_text()


def test_signing_in_again_where_the_platform_runs_knows_the_person(
    signing_in: StandIn, config: Path
) -> None:
    signed_in(config, signing_in.base)
    told = signing_in.run("login", "--tenant", "--json").json()
    assert fields(told["authorizationUrl"])["sign_in_code"] == "tls_once"

from __future__ import annotations

import json
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.gateway.stand_in import KEY, StandIn, Told
from trunkline.cli.failure import Failure
from trunkline.cli.gateway.http import normal_base
from trunkline.cli.gateway.tokens import refresh

EMPTY: dict[str, Any] = {"items": []}


def signed_in(config: Path, base: str, **changed: Any) -> None:
    """As `login` leaves it."""
    site = {
        "accessToken": "tok-1",
        "refreshToken": "r1",
        "expiresAt": int(time.time()) + 3600,
        **changed,
    }
    config.mkdir(parents=True, exist_ok=True)
    (config / "gateway.json").write_text(json.dumps({"apiUri": base, "sites": {base: site}}))


def endpoints(gateway: StandIn) -> None:
    told = {
        "issuer": gateway.base,
        "authorization_endpoint": f"{gateway.base}/oauth/authorize",
        "token_endpoint": f"{gateway.base}/oauth/token",
        "revocation_endpoint": f"{gateway.base}/oauth/revoke",
    }
    gateway.on("GET", "/.well-known/oauth-authorization-server", told)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/membrane"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/membrane"),
        ("https://g.example/x/", "https://g.example/x"),
        (" https://G.example:443/membrane ", "https://g.example:443/membrane"),
        ("http://[::1]:8080", "http://[::1]:8080/membrane"),
    ],
)
def test_a_base_is_written_in_one_way(given: str, base: str) -> None:
    assert normal_base(given) == base


@pytest.mark.parametrize(
    "given",
    [
        "",
        "gateway.example",
        "ftp://g.example",
        "file:///etc/passwd",
        "http://",
        "http://a:b@g.example",
        "http://g.example:99999",
        "http://g.example/?x=1",
        "http://g.example/#x",
        "http://g.example\r\nX: y",
        "http://g .example",
        "http://gät.example",
        "http://[::1",
        "\udcff",
    ],
)
def test_what_is_no_base_is_refused(given: str) -> None:
    with pytest.raises(Failure):
        normal_base(given)


def test_a_platform_in_development_needs_no_sign_in(gateway: StandIn) -> None:
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "list", "--json").json() == EMPTY
    (asked,) = gateway.of("/connections")
    assert (asked.token, asked.headers["membrane-api-version"]) == (KEY, "2025-10-21")
    assert asked.query == {"limit": "100"}


def test_the_key_is_that_of_the_world(gateway: StandIn) -> None:
    gateway.on("GET", "/connections", EMPTY)
    gateway.run("connection", "--world", "ci-1")
    (credentials, _) = gateway.asked
    assert credentials.query == {"world": "ci-1"}


def test_a_platform_in_production_wants_a_sign_in_or_a_key(
    gateway: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.control("GET", "/credentials", {"gateway_key": None})
    gateway.on("GET", "/connections", EMPTY)
    shell = gateway.run("connection")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.startswith(f"You are not signed in to {gateway.base}: sign in with")
    gateway.tokens.add("pat-x")
    monkeypatch.setenv("MEMBRANE_TOKEN", "pat-x")
    assert gateway.run("connection").out.startswith("Nothing is connected")


def test_signing_in_wins_over_the_platform_that_runs_here(gateway: StandIn, config: Path) -> None:
    other = f"{gateway.origin}/membrane"
    signed_in(config, other)
    gateway.tokens = {"tok-1"}
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--json").json() == EMPTY
    assert [each.path for each in gateway.asked] == ["/membrane/connections"]


def test_a_session_with_the_platform_that_runs_here_is_used(gateway: StandIn, config: Path) -> None:
    signed_in(config, gateway.base)
    gateway.tokens = {"tok-1"}
    gateway.on("GET", "/connections", EMPTY)
    for words in ((), ("--apiUri", gateway.origin)):
        assert gateway.run("connection", "list", "--json", *words).json() == EMPTY


def test_a_folder_or_a_world_means_the_platform_that_runs_there(
    gateway: StandIn, config: Path, tmp_path: Path
) -> None:
    signed_in(config, "http://127.0.0.1:9/membrane")
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--world", "default", "--json").json() == EMPTY
    data = str(gateway.data)
    assert gateway.elsewhere(tmp_path, "connection", "--data", data, "--json").json() == EMPTY


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_token_goes_to_no_gateway_but_its_own(
    gateway: StandIn, config: Path, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    signed_in(config, "http://gateway.example/membrane")
    words = ["connection", "list"]
    if by_variable:
        monkeypatch.setenv("MEMBRANE_API_URI", f"{gateway.origin}/other")
    else:
        words += ["--apiUri", f"{gateway.origin}/other"]
    shell = gateway.run(*words)
    assert (shell.code, gateway.asked) == (1, [])
    assert f"You are not signed in to {gateway.origin}/other" in shell.err


def test_a_token_of_the_environment_is_for_the_platform_here_and_not_for_where_one_signed_in(
    gateway: StandIn, config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    signed_in(config, f"{gateway.origin}/membrane")
    monkeypatch.setenv("MEMBRANE_TOKEN", "of-the-environment")
    shell = gateway.elsewhere(tmp_path, "connection")
    assert (shell.code, gateway.asked) == (1, [])
    assert "No Trunkline runs on" in shell.err
    gateway.tokens.add("of-the-environment")
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--json").json() == EMPTY
    assert gateway.of("/connections")[0].token == "of-the-environment"


def test_without_a_platform_and_a_sign_in_it_is_told_what_to_do(
    gateway: StandIn, tmp_path: Path
) -> None:
    shell = gateway.elsewhere(tmp_path, "search", "twilio")
    assert shell.code == 1
    assert shell.err.rstrip().endswith("or sign in to another with --apiUri URL.")


def test_a_token_that_ends_soon_is_renewed_before_it_is_used(
    gateway: StandIn, config: Path
) -> None:
    signed_in(config, gateway.base, expiresAt=int(time.time()) + 5)
    endpoints(gateway)
    gateway.tokens = {"new"}
    new = {"access_token": "new", "refresh_token": "r2", "expires_in": 3600}
    gateway.on("POST", "/oauth/token", new)
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--json").json() == EMPTY
    (asked,) = gateway.of("/oauth/token")
    assert asked.form == {
        "grant_type": "refresh_token",
        "refresh_token": "r1",
        "client_id": "membrane-cli",
    }
    kept = json.loads((config / "gateway.json").read_text())["sites"][gateway.base]
    assert (kept["accessToken"], kept["refreshToken"]) == ("new", "r2")
    assert gateway.run("connection", "--json").json() == EMPTY
    assert len(gateway.of("/oauth/token")) == 1


def test_a_token_that_is_refused_is_renewed_once(gateway: StandIn, config: Path) -> None:
    signed_in(config, gateway.base)
    endpoints(gateway)
    gateway.tokens = {"new"}
    gateway.on("POST", "/oauth/token", {"access_token": "new"})
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--json").json() == EMPTY
    assert [each.token for each in gateway.of("/connections")] == ["tok-1", "new"]
    kept = json.loads((config / "gateway.json").read_text())["sites"][gateway.base]
    assert kept["refreshToken"] == "r1"
    gateway.tokens = set()
    assert gateway.run("connection").code == 1
    assert len(gateway.of("/oauth/token")) == 2


def test_a_session_that_has_ended_is_told(gateway: StandIn, config: Path) -> None:
    signed_in(config, gateway.base, expiresAt=0)
    endpoints(gateway)
    gateway.on("POST", "/oauth/token", Told(400, {"error": "invalid_grant"}))
    shell = gateway.run("connection")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.startswith(f"You are not signed in to {gateway.base} any more")
    assert not {"tok-1", "r1"} & set(shell.err.split())


def test_refusals_are_told_in_their_own_words(gateway: StandIn) -> None:
    refused = {"type": "connection", "key": "connection_missing", "message": "Create\x1b one."}
    gateway.on("GET", "/connections", Told(400, refused))
    assert gateway.run("connection").err == "Create\\x1b one.\n"
    gateway.on("GET", "/connections", Told(500, b"<html>"))
    assert gateway.run("connection").err == "The gateway answered 500, and not why.\n"
    gateway.on("GET", "/connections", Told(200, b"<html>"))
    assert "is no gateway" in gateway.run("connection").err
    gateway.tokens = set()
    assert "does not know this token" in gateway.run("connection").err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"apiUri": 1, "sites": [], "pending": ""}'])
def test_a_damaged_file_is_as_good_as_none(gateway: StandIn, config: Path, content: str) -> None:
    config.mkdir(parents=True)
    (config / "gateway.json").write_text(content)
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--json").json() == EMPTY
    assert gateway.run("logout").out == "You are not signed in.\n"


def test_what_is_kept_is_for_its_owner_alone(gateway: StandIn, config: Path) -> None:
    signed_in(config, gateway.base)
    (config / "gateway.json").chmod(0o644)
    endpoints(gateway)
    gateway.tokens = {"new"}
    gateway.on("POST", "/oauth/token", {"access_token": "new"})
    gateway.on("GET", "/connections", EMPTY)
    assert gateway.run("connection", "--json").json() == EMPTY
    assert stat.S_IMODE((config / "gateway.json").stat().st_mode) == 0o600
    assert {path.name for path in config.iterdir()} == {"gateway.json", ".gateway.json.lock"}


def test_commands_at_the_same_time_renew_once(gateway: StandIn, config: Path) -> None:
    signed_in(config, gateway.base)
    endpoints(gateway)
    gateway.on("POST", "/oauth/token", {"access_token": "new", "refresh_token": "r2"})
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: refresh(gateway.base, "tok-1"), range(8)))
    assert tokens == {"new"}
    assert [each.form["refresh_token"] for each in gateway.of("/oauth/token")] == ["r1"]

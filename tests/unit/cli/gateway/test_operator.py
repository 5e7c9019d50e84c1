"""keys, vault, audit: what the control API is asked, and what is shown of its answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.gateway.stand_in import StandIn

ID = "01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6"
MADE = {
    "id": ID,
    "tenant": "acme",
    "user": "default",
    "name": "ci",
    "api_key": "tlk_secret",
    "token": "pat-tlk_secret",
    "workspace_key": "ws",
    "workspace_secret": "wss",
    "created_at": "2026-11-21T09:24:11.861Z",
    "expires_at": None,
}
KEY = {
    "id": ID,
    "tenant": "acme",
    "user": "default",
    "name": "c\x1bi",
    "hint": "tlk_abcd",
    "workspace_key": "ws",
    "created_at": "2026-11-21T09:24:11.861Z",
    "expires_at": None,
    "last_used_at": None,
    "revoked_at": None,
}
VAULT = {"current": 2, "versions": [1, 2], "source": "file", "sealed": 14, "old": 0}
HASH = "ab" * 32
WHOLE = {"entries": 5, "first": 1, "last": 5, "hash": HASH, "broken": None}
ENTRY = {
    "seq": 41,
    "id": ID,
    "at": "2026-11-21T09:24:11.861Z",
    "kind": "proxy",
    "tenant_id": ID,
    "tenant": "acme",
    "user_id": ID,
    "user": "default",
    "key_id": ID,
    "key": "ci",
    "connection_id": ID,
    "method": "POST",
    "path_template": "/x/{sid}\x1b",
    "status": 201,
    "milliseconds": 12.3,
    "bytes_in": 1,
    "bytes_out": 2,
    "code": None,
}


def test_a_key_is_made(gateway: StandIn) -> None:
    gateway.control("POST", "/gateway/keys", MADE, 201)
    words = "--tenant acme --user default --name ci --expires 90d --world ci-1"
    assert gateway.run("keys", "create", *words.split(), "--json").json() == MADE
    asked = gateway.asked[-1]
    assert asked.query == {"world": "ci-1"}
    assert asked.json == {"tenant": "acme", "user": "default", "name": "ci", "expires_in": "90d"}
    out = gateway.run("keys", "create").out
    assert gateway.asked[-1].json == {}
    for secret in ("tlk_secret", "pat-tlk_secret", "wss"):
        assert secret in out


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "ok"),
        ({"revoked_at": "2026-11-21T09:24:11Z", "expires_at": "2999-01-01T00:00:00Z"}, "revoked"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expired"),
        ({"expires_at": "2999-01-02T00:00:00.5Z"}, "ok until 2999-01-02"),
    ],
)
def test_keys_are_listed(gateway: StandIn, changed: dict[str, Any], state: str) -> None:
    gateway.control("GET", "/gateway/keys", {"keys": [KEY | changed]})
    line = gateway.run("keys", "list", "--tenant", "acme").out.splitlines()[1]
    assert gateway.asked[-1].query == {"tenant": "acme"}
    assert f"  {state}  " in line
    assert line.endswith("c\\x1bi")
    assert gateway.run("keys", "--json").json() == {"keys": [KEY | changed]}
    gateway.control("GET", "/gateway/keys", {"keys": []})
    assert gateway.run("keys").out == "There are no keys: make one with `trunkline keys create`.\n"


def test_a_key_is_revoked(gateway: StandIn) -> None:
    gateway.control("DELETE", f"/gateway/keys/{ID}", {"id": ID, "revoked": True})
    assert gateway.run("keys", "revoke", ID).out == f"{ID} is revoked.\n"
    assert gateway.run("keys", "revoke", ID, "--json").json()["revoked"] is True
    assert gateway.run("keys", "revoke", "a/../b").err == "There is nothing.\n"
    assert gateway.asked[-1].path == "/trunkline/v1/gateway/keys/a%2F..%2Fb"


def test_the_vault_is_shown_and_rotated(gateway: StandIn) -> None:
    gateway.control("GET", "/gateway/vault", VAULT)
    gateway.control("POST", "/gateway/vault/rotate", VAULT | {"old": 3, "source": "command"})
    assert gateway.run("vault").out == (
        "  Master key  version 2, of 1, 2, from a file\n  Secrets     14, all under version 2\n"
    )
    out = gateway.run("vault", "rotate").out
    assert "from a command" in out
    assert "3 under an older version: run `trunkline vault rotate`" in out
    assert gateway.run("vault", "status", "--json").json() == VAULT


def test_an_old_master_key_is_retired(gateway: StandIn) -> None:
    told = {"version": 1, "told": "Master key version 1 is gone\x1b."}
    gateway.control("POST", "/gateway/vault/retire", told)
    assert gateway.run("vault", "retire", "1").out == "Master key version 1 is gone\\x1b.\n"
    assert gateway.asked[-1].json == {"version": 1}
    assert gateway.run("vault", "retire", "1", "--json").json() == told
    for version in ("0", "x", ""):
        assert gateway.run("vault", "retire", version).code == 2


def test_entries_are_listed(gateway: StandIn) -> None:
    older = ENTRY | {"seq": 40, "status": None, "milliseconds": None, "tenant": None, "user": None}
    gateway.control("GET", "/gateway/audit", {"entries": [ENTRY, older], "next": 40})
    lines = gateway.run("audit").out.splitlines()
    assert [line.split()[0] for line in lines] == ["n", "40", "41"]
    assert "acme/default" in lines[2]
    assert "12 ms" in lines[2]
    assert lines[2].endswith("POST /x/{sid}\\x1b")
    assert gateway.run("audit", "--json").json()["next"] == 40
    words = f"--tenant t --connection {ID} --key {ID} --kind proxy --refused --before 9 --limit 3"
    gateway.run("audit", "list", *words.split(), "--since", "2026-11-21T08:30+01:00")
    assert gateway.asked[-1].query == {
        "tenant": "t",
        "connection_id": ID,
        "key_id": ID,
        "kind": "proxy",
        "refused": "true",
        "before": "9",
        "limit": "3",
        "since": "2026-11-21T07:30:00Z",
    }
    gateway.run("audit", "list", "--since", "1h", "--until", "2026-11-21")
    assert gateway.asked[-1].query["until"] == "2026-11-21T00:00:00Z"
    assert gateway.asked[-1].query["since"].endswith("Z")
    gateway.control("GET", "/gateway/audit", {"entries": [], "next": None})
    assert gateway.run("audit").out == "There are no such entries.\n"
    assert gateway.run("audit", "list", "--since", "soon").code == 1


def test_the_log_is_verified(gateway: StandIn) -> None:
    gateway.control("GET", "/gateway/audit/verify", WHOLE)
    assert gateway.run("audit", "verify").out == (
        f"5 entries are as they were written, 1 to 5.\nNote: 5:{HASH}\n"
    )
    words = ("--first", "2", "--last", "9", "--anchor", f"4:{HASH}", "--json")
    assert gateway.run("audit", "verify", *words).json() == WHOLE
    wanted = {"first": "2", "last": "9", "anchor_seq": "4", "anchor_hash": HASH}
    assert gateway.asked[-1].query == wanted
    for anchor in ("x", "1", f":{HASH}", f"²:{HASH}", "4:00"):
        assert "An anchor is N:HASH" in gateway.run("audit", "verify", "--anchor", anchor).err
    gateway.control("GET", "/gateway/audit/verify", WHOLE | {"entries": 0})
    assert gateway.run("audit", "verify").out == "There are no entries.\n"


def test_a_broken_log_is_exit_code_1(gateway: StandIn) -> None:
    broken = WHOLE | {"broken": {"seq": 3, "reason": "It is missing."}}
    gateway.control("GET", "/gateway/audit/verify", broken)
    shell = gateway.run("audit", "verify")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err == "Entry 3 is not as it was written. It is missing.\n"
    shell = gateway.run("audit", "verify", "--json")
    assert (shell.code, shell.err) == (1, "")
    assert '"seq": 3' in shell.out


@pytest.mark.parametrize("words", [("keys",), ("vault",), ("vault", "rotate"), ("audit", "verify")])
def test_a_refusal_is_told_in_its_own_words(gateway: StandIn, words: tuple[str, ...]) -> None:
    error = {"code": "vault", "message": "The key file is missing."}
    for path in ("/gateway/keys", "/gateway/vault", "/gateway/audit/verify"):
        gateway.control("GET", path, {"error": error}, 409)
    gateway.control("POST", "/gateway/vault/rotate", {"error": error}, 409)
    shell = gateway.run(*words)
    assert (shell.code, shell.out, shell.err) == (1, "", "The key file is missing.\n")

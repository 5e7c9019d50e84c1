from __future__ import annotations

from tests.unit.cli.support import Control

CREDENTIALS = {
    "base_url": "http://127.0.0.1:8080",
    "account_sid": "AC" + "0" * 32,
    "auth_token": "a" * 32,
    "test_account_sid": "AC" + "f" * 32,
    "test_auth_token": "b" * 32,
    "api_key": None,
    "api_secret": None,
    "control_token": "tlc_x",
    "gateway_key": None,
    "numbers": ["+12065550100", "+14155550100"],
}


def test_programs_get_every_field(control: Control) -> None:
    control.on("GET", "/credentials", CREDENTIALS)
    assert control.run("credentials", "--json").json() == CREDENTIALS


def test_people_get_one_line_a_field(control: Control) -> None:
    control.on("GET", "/credentials", CREDENTIALS)
    out = control.run("credentials").out
    assert len(out.splitlines()) == len(CREDENTIALS)
    assert "Auth token" in out
    assert "+12065550100  +14155550100" in out
    assert "None" not in out


def test_a_world_can_be_named(control: Control) -> None:
    control.on("GET", "/credentials", CREDENTIALS)
    control.run("credentials", "--world", "test-1")
    assert control.asked[-1][2] == {"world": "test-1"}

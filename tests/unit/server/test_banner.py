from __future__ import annotations

import ast
from pathlib import Path

from trunkline.server.banner import banner, snippet

CREDENTIALS = {
    "base_url": "http://127.0.0.1:8080",
    "account_sid": "AC" + "0" * 32,
    "auth_token": "a" * 32,
    "numbers": ["+12065550100", "+14155550123"],
}


def made(data: str = "/srv/data", *, is_default: bool = True, colours: bool = False) -> str:
    return banner(CREDENTIALS, data=Path(data), is_default_data=is_default, colours=colours)


def test_it_shows_what_a_client_needs() -> None:
    text = made()
    for value in ("http://127.0.0.1:8080", "AC" + "0" * 32, "a" * 32, "+12065550100"):
        assert value in text


def test_its_program_is_a_program() -> None:
    text = snippet(CREDENTIALS, sender="+12065550100", phone="+14155550124")
    assert len(ast.parse(text).body) == 4
    assert text in made()


def test_its_phone_is_nobody_elses_number() -> None:
    assert 'to="+14155550124", from_="+12065550100"' in made()


def test_commands_find_a_folder_that_is_not_the_default_one() -> None:
    assert "TRUNKLINE_DATA" not in made()
    assert "export TRUNKLINE_DATA='/srv/my data'\n" in made("/srv/my data", is_default=False)


def test_colours_are_for_terminals() -> None:
    assert "\x1b" not in made()
    assert "\x1b[1m" in made(colours=True)

from __future__ import annotations

import pytest

from tests.unit.cli.support import Control
from tests.unit.control.test_limits import OFF, TWILIO

CUSTOM = TWILIO | {"limits": "custom", "long_code": 5.0}


def test_limits_are_shown(control: Control) -> None:
    control.on("GET", "/limits", OFF)
    assert control.run("world", "limits").out == "World default limits nothing.\n"
    control.on("GET", "/limits", TWILIO)
    lines = control.run("world", "limits", "--world", "ci").out.splitlines()
    assert lines[0] == "World ci limits as Twilio does."
    assert lines[1].split() == ["Long", "code", "1", "a", "second"]
    assert lines[-1].split() == ["Queue", "of", "a", "sender", "36000", "seconds", "of", "sending"]
    assert control.asked[-1][2] == {"world": "ci"}
    assert control.run("world", "limits", "--json").json() == TWILIO


def test_limits_are_set(control: Control) -> None:
    control.on("PUT", "/limits", CUSTOM)
    words = ("world", "limits", "custom", "--long-code", "5", "--queue-seconds", "36000")
    assert control.run(*words).out.startswith("World default limits as set here.\n")
    assert control.asked[-1][3] == {"limits": "custom", "long_code": 5.0, "queue_seconds": 36_000}
    control.on("PUT", "/limits", OFF)
    control.run("world", "limits", "off")
    assert control.asked[-1][3] == {"limits": "off"}


@pytest.mark.parametrize(
    "words",
    [
        ("fast",),
        ("--long-code", "5"),
        ("twilio", "--toll-free", "5"),
        ("custom", "--long-code", "0"),
        ("custom", "--long-code", "many"),
        ("custom", "--queue-seconds", "0"),
        ("custom", "twilio"),
    ],
)
def test_what_cannot_be_set_is_refused_without_asking(
    control: Control, words: tuple[str, ...]
) -> None:
    shell = control.run("world", "limits", *words)
    assert shell.code != 0
    assert shell.err
    assert control.asked == []

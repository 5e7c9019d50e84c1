from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.support import KNOWN, Control, Shell
from trunkline.cli.commands import COMMANDS
from trunkline.cli.completion import answer
from trunkline.cli.completion_scripts import INSTALLATION, SCRIPTS

SID = "SM" + "1" * 32
REPLY = {"sid": None, "from": "+12065550100", "to": "+14155550123", "status": None}
MESSAGE = {"sid": SID, "from": "+14155550124", "to": "+12065550100", "status": "received"}


class Typist:
    """Presses Tab behind the last word."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def lines(self, *words: str, shell: str = "zsh") -> list[str]:
        self._monkeypatch.setenv("_TRUNKLINE_COMPLETE", shell)
        answer(words)
        told = self._capsys.readouterr()
        assert told.err == ""
        return told.out.splitlines()

    def __call__(self, *words: str, shell: str = "zsh") -> list[str]:
        return [line.partition("\t")[0] for line in self.lines(*words, shell=shell)]


@pytest.fixture
def typing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Typist:
    monkeypatch.setenv("TRUNKLINE_DATA", str(tmp_path))
    monkeypatch.delenv("TRUNKLINE_WORLD", raising=False)
    return Typist(capsys, monkeypatch)


@pytest.fixture
def knowing(control: Control) -> Control:
    control.on("GET", "/credentials", KNOWN)
    control.on("GET", "/worlds", {"worlds": [{"name": "default"}, {"name": "ci-1"}]})
    control.on("GET", "/transcript", {"messages": [MESSAGE, REPLY]})
    requests = [{"id": "f" * 32, "outcome": "failed", "url": "https://a.example/"}]
    control.on("GET", "/webhooks", {"requests": requests})
    return control


def test_commands_come_with_what_they_do(typing: Typist) -> None:
    assert typing("") == sorted(COMMANDS)
    assert typing.lines("cl") == [f"clock\t{COMMANDS['clock'].summary}"]
    assert typing("nothing") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("clock", "a"), ["advance"]),
        (("clock", "--json", "a"), ["advance"]),
        (("clock", "--data", "x", "a"), ["advance"]),
        (("phone", "+14155550123", "s"), ["send", "set", "show"]),
        (("phone", "--default", "se"), ["send", "set"]),
        (("world", "r"), ["reset"]),
        (("tail", "--no"), ["--no-webhooks"]),
        (("tail", "--errors", "--e"), []),  # it is said already
        (
            ("webhooks", "chaos", "--d"),
            ["--data", "--delay", "--delay-seconds", "--drop", "--duplicate"],
        ),
        (("numbers", "buy", "--type", ""), ["local", "toll-free"]),
        (("numbers", "set", "+1", "--sms-method", "P"), ["POST"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("up", "--data", "x"), [":dirs"]),
        (("numbers", "import", "--csv", ""), [":files"]),
        (("exec", ""), [":files"]),
        (("exec", "--", "python", "-"), [":files"]),
        (("why", "x", "y"), []),
    ],
)
def test_subcommands_options_and_choices_are_known(
    typing: Typist, words: tuple[str, ...], found: list[str]
) -> None:
    assert typing(*words) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("tail", "--world", ""), ["default", "ci-1"]),
        (("tail", "--world", "c"), ["ci-1"]),
        (("world", "reset", "c"), ["ci-1"]),
        (("world", "create", ""), []),
        (("numbers", "release", "+12"), ["+12065550100"]),
        (("phone", ""), ["+14155550123", "+14155550124"]),
        (("phone", "+14155550123", "send", "+1"), KNOWN["numbers"]),
        (("tail", "--to", "+1"), [*KNOWN["numbers"], "+14155550123", "+14155550124"]),
        (("why", ""), [SID]),
        (("tail", "--subject", "SM"), [SID]),
        (("webhooks", "show", ""), ["f" * 32]),
    ],
)
@pytest.mark.usefixtures("knowing")
def test_what_the_platform_knows_is_offered(
    typing: Typist, words: tuple[str, ...], found: list[str]
) -> None:
    assert typing(*words) == found


def test_what_is_offered_is_of_the_world_that_is_named(typing: Typist, knowing: Control) -> None:
    assert typing("why", "--world", "ci-1", "") == [SID]
    assert knowing.asked[-1][2]["world"] == "ci-1"


@pytest.mark.usefixtures("knowing")
def test_shells_break_words_each_in_their_way(typing: Typist) -> None:
    assert typing("tail", "--world=c") == ["--world=ci-1"]
    assert typing("tail", "--world", "=", "c", shell="bash") == ["ci-1"]
    assert typing("tail", "--world", "=", shell="bash") == ["default", "ci-1"]


def test_without_a_platform_there_is_nothing_to_offer(typing: Typist) -> None:
    assert typing("why", "") == []


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_is_printed_and_the_help_tells_where_it_goes(tmp_path: Path, shell: str) -> None:
    assert Shell(tmp_path, ("completion", shell)).out == SCRIPTS[shell]
    assert f"$ {INSTALLATION[shell]}\n" in Shell(tmp_path, ("completion", "--help")).out


def test_a_shell_that_is_not_known_is_named(tmp_path: Path) -> None:
    shell = Shell(tmp_path, ("completion", "csh"))
    told = "'csh' is no shell that is known: write bash, zsh, fish.\n"
    assert (shell.code, shell.out, shell.err) == (1, "", told)

"""Which apps the demonstration talks to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from trunkline.cli import demo_apps
from trunkline.cli.failure import Failure

TOKEN = "12345678901234567890123456789012"


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of examples that is the test's own."""
    folder = tmp_path / "examples"
    folder.mkdir()
    monkeypatch.setattr(demo_apps, "EXAMPLES", folder)
    monkeypatch.setenv("NODE_PATH", "")
    return folder


def refuses(where: str) -> bool:
    """Whether an app that validates signatures serves there."""
    try:
        urlopen(Request(f"{where}/twilio/status", b"MessageSid=SM1"), timeout=20)
    except HTTPError as error:
        with error:
            return error.code == 403
    return False


def titles() -> list[str]:
    with demo_apps.apps(TOKEN) as started:
        return [app.title for app in started]


def test_the_example_with_fastapi_is_started_as_it_is() -> None:
    with demo_apps.apps(TOKEN) as started:
        first = started[0]
        assert (first.title, first.note) == ("FastAPI (examples/fastapi_sms)", None)
        assert refuses(first.where())


@pytest.mark.parametrize("missing", ["fastapi", "multipart", "uvicorn"])
def test_without_fastapi_there_is_an_app_of_its_own_which_says_so(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    known = demo_apps.find_spec
    monkeypatch.setattr(demo_apps, "find_spec", lambda m: None if m == missing else known(m))
    with demo_apps.apps(TOKEN) as started:
        first = started[0]
        assert "FastAPI" in (first.note or "")
        assert refuses(first.where())


@pytest.mark.usefixtures("examples")
def test_without_a_checkout_there_is_an_app_of_its_own() -> None:
    assert titles() == ["Python's standard library"]


def test_express_is_found_on_node_path(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = examples / "express_sms"
    example.mkdir()
    (example / "app.mjs").write_text("")
    for module in ("express", "twilio"):
        (tmp_path / "modules" / module).mkdir(parents=True)
        (tmp_path / "modules" / module / "package.json").write_text("{}")
    node = tmp_path / "node"
    node.write_text(
        f'#!{sys.executable}\nprint("listens on port 1234", flush=True)\ninput()\n'  # until EOF
    )
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert titles() == ["Python's standard library"]
    assert "NODE_PATH" in (demo_apps.why_no_express() or "")

    monkeypatch.setenv("NODE_PATH", os.pathsep.join(["", "/nowhere", str(tmp_path / "modules")]))
    with demo_apps.apps(TOKEN) as started:
        assert [app.title for app in started][1:] == ["Express (examples/express_sms)"]
        assert started[1].where() == "http://127.0.0.1:1234"
    assert demo_apps.why_no_express() is None


def test_it_is_told_why_express_is_not_there(
    examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "without the repository's example" in (demo_apps.why_no_express() or "")
    (examples / "express_sms").mkdir()
    monkeypatch.setenv("PATH", str(examples))
    assert demo_apps.why_no_express() == (
        "There is no conversation with Express: Node.js is not on PATH."
    )


def test_an_app_that_does_not_start_says_why(examples: Path) -> None:
    example = examples / "fastapi_sms"
    example.mkdir()
    (example / "app.py").write_text("raise RuntimeError('no luck today')\n")
    with (
        demo_apps.apps(TOKEN) as started,
        pytest.raises(Failure, match="did not start: RuntimeError: no luck today"),
    ):
        started[0].where()


@pytest.mark.usefixtures("examples")
def test_without_the_example_nothing_answers_calls() -> None:
    with pytest.raises(Failure, match=r"examples/ivr of the repository: run this in a checkout\.$"):
        demo_apps.telephone_app(TOKEN)


def test_without_fastapi_nothing_answers_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    known = demo_apps.find_spec
    monkeypatch.setattr(demo_apps, "find_spec", lambda m: None if m == "fastapi" else known(m))
    with pytest.raises(Failure, match=r"`pip install -r .*ivr/requirements\.txt`\.$"):
        demo_apps.telephone_app(TOKEN)

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.server.test_known_process import Child
from trunkline.server import temporary
from trunkline.server.known_process import KnownProcess
from trunkline.server.temporary import PlatformNotStarted, TemporaryPlatform

ONE_SENTENCE = r"^[A-Z][^\n]*\.$"


@pytest.fixture(autouse=True)
def tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the supervisors, which only pretend to be such, tell of themselves."""
    folder = tmp_path / "told"
    folder.mkdir()
    monkeypatch.setattr(temporary, "SUPERVISOR", "tests.unit.server.supervisors")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setenv("TELL", str(folder))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def environment_of(tell: Path) -> dict[str, str]:
    [file] = tell.glob("*.json")
    environment: dict[str, str] = json.loads(file.read_text())
    return environment


def folders(tell: Path) -> list[Path]:
    return [path for path in tell.parent.iterdir() if path != tell]


def test_it_has_a_folder_and_a_process_until_it_is_stopped(tell: Path) -> None:
    with TemporaryPlatform() as platform:
        supervisor = platform.supervisor
        assert platform.credentials["base_url"] == f"http://127.0.0.1:{supervisor.pid}"
        assert folders(tell) == [platform.data]
        assert platform.data.stat().st_mode & 0o777 == 0o700
    assert not supervisor.runs
    assert folders(tell) == []
    platform.stop()  # again is no error
    with pytest.raises(RuntimeError, match="does not run"):
        _ = platform.supervisor


def test_it_takes_no_setting_from_its_surroundings(
    tell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_DATABASE_URL", "postgresql://production/")
    monkeypatch.setenv("TRUNKLINE_PORT", "8080")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "of a real account")
    given = {"TRUNKLINE_LOG_LEVEL": "debug", "TRUNKLINE_DATA": "/srv/production"}
    with TemporaryPlatform(environment=given) as platform:
        environment = environment_of(tell)
    itself = KnownProcess.running(os.getpid())
    assert {name: value for name, value in environment.items() if "TRUNKLINE" in name} == {
        "TRUNKLINE_DATA": str(platform.data),
        "TRUNKLINE_HOST": "127.0.0.1",
        "TRUNKLINE_PORT": "0",
        "TRUNKLINE_STOP_WITH": str(itself),
        "TRUNKLINE_TEMPORARY": "1",
        "TRUNKLINE_LOG_LEVEL": "debug",
    }
    assert not {"PYTHONWARNINGS", "PYTHONDEVMODE", "TWILIO_AUTH_TOKEN"} & environment.keys()


def test_a_folder_that_was_named_is_kept_and_durable(tell: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with TemporaryPlatform(kept) as platform:
        assert platform.data == kept
        assert "TRUNKLINE_TEMPORARY" not in environment_of(tell)
    assert folders(tell) == [kept]


def test_it_may_end_with_another_process(tell: Path) -> None:
    owner = Child()
    try:
        with TemporaryPlatform(stop_with=owner.process.pid):
            assert environment_of(tell)["TRUNKLINE_STOP_WITH"] == str(owner.known)
    finally:
        owner.end()


def test_an_owner_that_has_ended_is_told(tell: Path) -> None:
    owner = Child()
    owner.end()
    with pytest.raises(PlatformNotStarted, match=ONE_SENTENCE) as refused:
        TemporaryPlatform(stop_with=owner.process.pid).start()
    assert f"Process {owner.process.pid}, " in str(refused.value)
    assert folders(tell) == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("refuses", "The data folder is on the moon."),
        ("silent", "The platform ended with status 7 at its start."),
    ],
)
def test_why_it_did_not_start_is_told_and_nothing_is_left(
    tell: Path, monkeypatch: pytest.MonkeyPatch, kind: str, sentence: str
) -> None:
    monkeypatch.setenv("PRETEND", kind)
    with pytest.raises(PlatformNotStarted) as refused:
        TemporaryPlatform().start()
    assert str(refused.value) == sentence
    assert folders(tell) == []


def test_a_machine_without_a_place_for_it_is_told(
    tell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tell / "nowhere"))
    with pytest.raises(PlatformNotStarted, match=ONE_SENTENCE) as refused:
        TemporaryPlatform().start()
    assert "No such file or directory" in str(refused.value)


def test_a_program_that_cannot_be_run_is_told(tell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tell / "python"))
    with pytest.raises(PlatformNotStarted, match=ONE_SENTENCE):
        TemporaryPlatform().start()
    assert folders(tell) == []


def test_one_that_is_left_goes_on() -> None:
    platform = TemporaryPlatform()
    platform.start()
    supervisor = platform.supervisor
    platform.leave()
    platform.stop()
    assert supervisor.runs
    assert platform.data.exists()
    supervisor.stop(20)
    assert not supervisor.runs


def test_one_that_was_killed_leaves_no_folder(tell: Path) -> None:
    with TemporaryPlatform() as platform:
        os.kill(platform.supervisor.pid, 9)
        (platform.data / "left").touch()
    assert folders(tell) == []


def test_it_is_started_once() -> None:
    with TemporaryPlatform() as platform, pytest.raises(RuntimeError, match="started already"):
        platform.start()


def test_what_starts_it_loads_little() -> None:
    code = (
        "import sys, trunkline.server.temporary\n"
        "print(*{'asyncio', 'asyncpg', 'pydantic', 'typer'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"\n"

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Control, Shell
from trunkline import __version__
from trunkline.cli.checkup import machine


def status(**changed: Any) -> dict[str, Any]:
    """What a healthy platform answers; `changed` goes into the part of its name."""
    answer: dict[str, Any] = {
        "version": __version__,
        "now": datetime.now(UTC).isoformat(),
        "process": {
            "pid": 4711,
            "node_id": "0" * 32,
            "python": "3.11.2",
            "mode": "development",
            "data": "/data",
            "started_at": "2026-03-04T05:06:07Z",
            "uptime_seconds": 3723.4,
            "memory_bytes": 93_400_000,
        },
        "database": {
            "embedded": True,
            "version": "18.1",
            "schema_version": "0002",
            "newest_schema": "0002",
            "size_bytes": 12_000_000,
            "milliseconds": 0.4,
            "clock_ahead_seconds": 0.0,
            "connections": 1,
            "most_connections": 12,
        },
        "queues": {"messages": 3, "in_doubt": 0, "requests": 2, "event_streams": 0},
        "worlds": [
            {
                "name": "default",
                "now": "2026-03-04T05:06:07Z",
                "ahead_seconds": 0.0,
                "numbers": 4,
                "messages_waiting": 3,
                "requests_waiting": 2,
            }
        ],
    }
    for name, value in changed.items():
        answer[name] = {**answer[name], **value} if isinstance(value, dict) else value
    return answer


@pytest.fixture(autouse=True)
def healthy_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TRUNKLINE_DATABASE_URL", raising=False)
    monkeypatch.setattr(machine, "_kernel_says", lambda: 0)
    monkeypatch.setattr(machine, "_available", lambda: 8e9)
    monkeypatch.setattr(machine, "FEW_BYTES", 0)
    monkeypatch.setattr(machine, "TOO_FEW_BYTES", 0)
    monkeypatch.setattr(machine, "FEW_FILES", 0)
    monkeypatch.setattr(machine, "TOO_FEW_FILES", 0)
    tmp_path.chmod(0o700)
    (tmp_path / "trunkline.lock").write_text("")


def test_a_healthy_platform_gets_an_ok_a_line(control: Control) -> None:
    control.on("GET", "/status", status())
    shell = control.run("doctor")
    assert shell.code == 0, shell.out
    lines = shell.out.splitlines()
    assert [line for line in lines if not line.startswith("  ok    ")] == []
    assert any(
        line.endswith(f"runs at {control.base_url} for 1h2m3s, process 4711, 93 MB of memory")
        for line in lines
    )
    assert any("PostgreSQL 18.1, embedded, 12 MB, answers in 0.4 ms" in line for line in lines)


def test_programs_get_the_findings_as_json(control: Control) -> None:
    control.on("GET", "/status", status())
    found = control.run("doctor", "--json").json()
    assert found["worst"] == "ok"
    assert {"level": "ok", "check": "schema", "told": "0002, the newest", "do": None} in (
        found["findings"]
    )


LATER = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
MOVED = {**status()["worlds"][0], "name": "ci", "ahead_seconds": 3600.0}


@pytest.mark.parametrize(
    ("changed", "level", "check", "told"),
    [
        ({"version": "0.0.1"}, "warn", "running version", "The platform that runs is 0.0.1"),
        ({"database": {"milliseconds": 512.0}}, "warn", "database", "answers in 512 ms"),
        ({"database": {"schema_version": "0001"}}, "bad", "schema", "It is 0001"),
        ({"database": {"connections": 12}}, "warn", "connections", "12 of 12 are in use"),
        (
            {"database": {"clock_ahead_seconds": -7.5}},
            "warn",
            "clock of the database",
            "It is 7.5 seconds behind this machine's",
        ),
        ({"now": LATER}, "warn", "clock of the platform", "seconds ahead of this machine's"),
        ({"queues": {"in_doubt": 1200}}, "warn", "in doubt", "1,200 messages were given"),
        ({"queues": {"requests": 200_000}}, "warn", "queues", "most in world default"),
        ({"worlds": [MOVED]}, "ok", "clocks of worlds", "moved by hand: ci 1h ahead"),
    ],
)
def test_what_is_not_as_it_should_be_is_told_with_what_to_do(
    control: Control, changed: dict[str, Any], level: str, check: str, told: str
) -> None:
    control.on("GET", "/status", status(**changed))
    shell = control.run("doctor", "--json")
    assert shell.code == (1 if level == "bad" else 0)
    found = {finding["check"]: finding for finding in json.loads(shell.out)["findings"]}
    assert found[check]["level"] == level
    assert told in found[check]["told"]
    assert bool(found[check]["do"]) == (level != "ok")


def test_what_to_do_stands_below_what_is_wrong(control: Control) -> None:
    control.on("GET", "/status", status(database={"schema_version": "0001"}))
    shell = control.run("doctor")
    assert shell.code == 1
    lines = shell.out.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("  bad   schema"))
    assert lines[place + 1].strip() == (
        "→ Start the platform again: it brings the schema up to date."
    )


def test_without_a_platform_the_rest_is_checked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shell = Shell(data, ("doctor",))
    assert shell.code == 0
    assert f"  None runs on {data}.\n" in shell.out
    for check in ("home", "versions", "PostgreSQL", "data folder", "port", "disk", "memory"):
        assert f"  {check} " in shell.out, check
    assert not data.exists()  # nothing was made


def test_a_platform_that_refuses_is_bad(control: Control) -> None:
    answer = {"error": {"code": "unavailable", "message": "The database cannot be reached: x."}}
    control.on("GET", "/status", answer, 503)
    shell = control.run("doctor")
    assert shell.code == 1
    assert "  bad   platform" in shell.out
    assert "The database cannot be reached: x." in shell.out


def test_a_file_in_the_place_of_the_folder_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("")
    shell = Shell(file, ("doctor",))
    assert shell.code == 1
    assert shell.out.count("  bad ") == 1
    assert f"{file} is a file." in shell.out


def test_a_home_that_is_missing_and_no_folder_named_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    shell = Shell(tmp_path, ("doctor", "--data", str(tmp_path)))
    assert "which is no folder; TRUNKLINE_DATA names the data folder" in shell.out


def test_settings_that_cannot_be_read_are_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_PORT", "x")
    shell = Shell(tmp_path, ("doctor",))
    assert (shell.code, "TRUNKLINE_PORT is 'x'" in shell.out) == (1, True)


def test_a_variable_that_the_platform_would_refuse_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_MODE", "holiday")
    shell = Shell(tmp_path, ("doctor",))
    assert shell.code == 1
    assert "TRUNKLINE_MODE cannot be used: " in shell.out

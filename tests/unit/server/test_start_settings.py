from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.server.known_process import KnownProcess
from trunkline.server.start_settings import SettingsInvalid, StartSettings, data_folder
from trunkline.settings import Settings, default_data_dir


def test_names_and_defaults_are_those_of_all_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "HOST", "PORT", "DATABASE_URL", "MAP"):
        monkeypatch.delenv(f"TRUNKLINE_{name}", raising=False)
    few, every = StartSettings.read(), Settings()
    assert few.data == every.data == default_data_dir()
    assert (few.host, few.port) == (every.host, every.port)
    assert few.database_url == every.database_url
    assert (few.map, every.map) == (None, [])
    settings = {
        "TRUNKLINE_DATA": "/srv/trunkline",
        "TRUNKLINE_HOST": "0.0.0.0",
        "TRUNKLINE_PORT": "9000",
        "TRUNKLINE_DATABASE_URL": "postgresql://db/trunkline",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    few, every = StartSettings.read(), Settings()
    assert few.data == every.data
    assert (few.host, few.port) == (every.host, every.port)
    assert few.database_url == every.database_url


def test_what_is_given_wins_over_the_environment() -> None:
    environment = {"TRUNKLINE_DATA": "/a", "TRUNKLINE_HOST": "::1", "TRUNKLINE_PORT": "1"}
    read = StartSettings.read(environment, data=Path("/b"), host="0.0.0.0", port=0)
    assert (read.data, read.host, read.port) == (Path("/b"), "0.0.0.0", 0)


def test_maps_are_given_to_all_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = ["https://a.example=http://127.0.0.1:1", "https://b.example=http://127.0.0.1:2"]
    given = StartSettings.read({"TRUNKLINE_MAP": '["x"]'}, maps=maps)
    assert given.map is not None
    monkeypatch.setenv("TRUNKLINE_MAP", given.map)
    assert Settings().map == maps


def test_settings_survive_the_way_through_the_environment() -> None:
    for url, maps in ((None, None), ("postgresql://db/trunkline", '["https://a=http://b"]')):
        made = StartSettings(data=Path("/srv/a b"), host="::1", port=0, database_url=url, map=maps)
        assert StartSettings.read(made.environment()) == made
    made = StartSettings(
        data=Path("/srv"), stop_with=KnownProcess(pid=12, started=34), temporary=True
    )
    assert StartSettings.read(made.environment()) == made


def test_what_to_stop_with_must_be_a_process() -> None:
    with pytest.raises(SettingsInvalid, match="TRUNKLINE_STOP_WITH is 'me', and what to stop"):
        StartSettings.read({"TRUNKLINE_STOP_WITH": "me", "TRUNKLINE_DATA": "/srv"})


@pytest.mark.parametrize("port", ["x", "-1", "65536", "80.5", "８０", "9" * 5000])
def test_a_port_must_be_one(port: str) -> None:
    with pytest.raises(SettingsInvalid, match="TRUNKLINE_PORT is"):
        StartSettings.read({"TRUNKLINE_PORT": port})


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert data_folder(Path("~/sms"), {}) == Path("/home/somebody/sms")
    assert data_folder(None, {}) == Path("/home/somebody/.local/share/trunkline")
    assert data_folder(None, {"XDG_DATA_HOME": "/var/data"}) == Path("/var/data/trunkline")
    with pytest.raises(SettingsInvalid, match="name one with --data"):
        data_folder(Path("~no-such-user-here/sms"), {})


def test_a_current_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(SettingsInvalid, match="the current folder is gone"):
        data_folder(Path("data"), {})

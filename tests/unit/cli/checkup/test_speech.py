from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.cli.checkup.speech import check_speech


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_engines_are_named(tmp_path: Path) -> None:
    program = tmp_path / "flite"
    program.write_text("")
    program.chmod(0o755)
    (finding,) = check_speech(tmp_path)
    assert (finding.level, finding.told) == ("ok", "flite (en), espeak")


def test_without_one_it_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.voice.speech.find_engines.find_spec", lambda _: None)
    (finding,) = check_speech(tmp_path)
    assert finding.level == "warn"
    assert finding.do is not None
    assert "trunkline[espeak]" in finding.do


def test_a_hosted_engine_is_named_without_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_SPEECH_URL", "https://key@speech.example/v1?key=secret")
    (finding,) = check_speech(tmp_path)
    assert finding.told == "hosted at https://speech.example, espeak"


@pytest.mark.parametrize(
    ("engine", "level", "told"),
    [
        ("none", "ok", "none, as"),
        ("espeak", "ok", "espeak"),
        ("flite", "bad", "not here"),
        ("hosted", "bad", "no TRUNKLINE_SPEECH_URL"),
    ],
)
def test_one_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, level: str, told: str
) -> None:
    monkeypatch.setenv("TRUNKLINE_SPEECH_ENGINE", engine)
    (finding,) = check_speech(tmp_path)
    assert finding.level == level
    assert told in finding.told

from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.voice.speech.find_engines import FoundEngine, engines_for, find_engines

ENGLISH = FoundEngine("flite", "/usr/bin/flite", frozenset({"en"}))
ANY = FoundEngine("espeak-ng", "/usr/bin/espeak-ng", None)
GERMAN = FoundEngine("piper", "/voices/de_DE-thorsten-low.onnx", frozenset({"de"}))
BRITISH = FoundEngine("piper", "/voices/en_GB-alan-low.onnx", frozenset({"en"}))
AMERICAN = FoundEngine("piper", "/voices/en_US-joe-medium.onnx", frozenset({"en"}))


def test_programs_are_looked_for_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_engines("flite") == []
    program = tmp_path / "flite"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_engines("flite") == [FoundEngine("flite", str(program), frozenset({"en"}))]
    assert [each.name for each in find_engines("auto")] == ["flite", "espeak"]
    assert find_engines("none") == []
    assert find_engines("hosted") == []


def test_models_of_piper_need_their_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "trunkline.voice.speech.find_engines.find_spec",
        lambda name: object() if name == "piper" else None,
    )
    (tmp_path / "de_DE-thorsten-low.onnx").touch()
    assert find_engines("piper", models=tmp_path) == []
    (tmp_path / "de_DE-thorsten-low.onnx.json").touch()
    (found,) = find_engines("piper", models=tmp_path)
    assert found.languages == {"de"}
    assert found.speaks("de-AT")
    assert not found.speaks("en-US")


def test_who_speaks_a_language_goes_first() -> None:
    found = [GERMAN, AMERICAN, BRITISH, ENGLISH, ANY]
    assert engines_for("en-GB", found) == [BRITISH, AMERICAN, ENGLISH, ANY, GERMAN]
    assert engines_for("de-AT", found) == [GERMAN, ANY, AMERICAN, BRITISH, ENGLISH]
    assert engines_for("fr-FR", found)[0] == ANY
    assert engines_for("fr-FR", [ENGLISH]) == [ENGLISH]

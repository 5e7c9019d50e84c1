from __future__ import annotations

import pytest

from trunkline.server.settings_trouble import SettingsError, ValidationError, settings_trouble
from trunkline.settings import Settings


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LOG_LEVEL", "loud", "TRUNKLINE_LOG_LEVEL cannot be used: Input should be 'debug', "),
        ("COMMIT_WRITERS", "99", "TRUNKLINE_COMMIT_WRITERS cannot be used: Input should be less"),
        ("CARRIERS", "[", "TRUNKLINE_CARRIERS cannot be used: its value is no JSON."),
        ("CARRIERS", '[{"name": 1}]', "TRUNKLINE_CARRIERS.0."),
    ],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"TRUNKLINE_{name}", value)
    with pytest.raises((ValidationError, SettingsError)) as caught:
        Settings()
    told = settings_trouble(caught.value)
    assert told.startswith(sentence)
    assert told.endswith(".")
    assert "\n" not in told

from __future__ import annotations

import os

import pytest

from tests.unit.testing.fake_world import CREDENTIALS
from trunkline.testing.environment import credentials_set

NAMES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER", "TWILIO_API_KEY")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"):
        monkeypatch.delenv(name, raising=False)


def known() -> list[str | None]:
    return [os.environ.get(name) for name in NAMES]


def test_the_credentials_are_there_for_a_while() -> None:
    with credentials_set(CREDENTIALS):
        assert known() == [
            CREDENTIALS.account_sid,
            CREDENTIALS.auth_token,
            CREDENTIALS.numbers[0],
            None,
        ]
    assert known() == [None] * 4


def test_a_key_takes_the_place_of_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_API_KEY", "SKown")
    monkeypatch.setenv("TWILIO_API_KEY_SECRET", "own")
    with credentials_set(CREDENTIALS):
        assert os.environ["TWILIO_API_KEY"] == CREDENTIALS.api_key
        assert os.environ["TWILIO_API_KEY_SECRET"] == CREDENTIALS.api_secret
        assert "TWILIO_API_SECRET" not in os.environ
    assert os.environ["TWILIO_API_KEY"] == "SKown"
    assert os.environ["TWILIO_API_KEY_SECRET"] == "own"


def test_what_the_test_changed_is_restored_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "own")
    with credentials_set(CREDENTIALS):
        os.environ["TWILIO_AUTH_TOKEN"] = "changed"
        del os.environ["TWILIO_ACCOUNT_SID"]
    assert known() == [None, "own", None, None]

from __future__ import annotations

import sys

import pytest
from twilio.rest import Client

from tests.unit.testing.fake_world import CREDENTIALS
from trunkline.testing import TrunklineError
from trunkline.testing.twilio_clients import Adopted, client, request_validator


def test_an_adopted_client_is_given_back_as_it_was() -> None:
    own = Client("ACown", "own", account_sid="ACsub", region="ie1")
    messages = own.messages
    before = dict(vars(own))
    adopted = Adopted(own, CREDENTIALS)
    assert own.auth == (CREDENTIALS.account_sid, CREDENTIALS.auth_token)
    assert own.messages is not messages
    assert CREDENTIALS.account_sid in own.messages._uri
    assert own.region == "ie1"
    adopted.give_back()
    assert vars(own) == before
    assert own.messages is messages


def test_without_twilio_python_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "twilio"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "twilio", None)
    for use in (
        lambda: client(CREDENTIALS),
        lambda: request_validator("token"),
        lambda: Adopted(object(), CREDENTIALS),
    ):
        with pytest.raises(TrunklineError, match=r"pip install 'trunkline\[testing\]'"):
            use()

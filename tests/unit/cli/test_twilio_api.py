from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.twilio_stand_in import ACCOUNT, PATH, Twilio, refusal, twilio_stand_in
from trunkline.cli.client import Control
from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import ApiError, TwilioApi


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[Twilio]:
    with twilio_stand_in(tmp_path) as running:
        yield running


@pytest.fixture
def api(twilio: Twilio) -> Iterator[TwilioApi]:
    made = TwilioApi(Control(twilio.data))
    yield made
    made.close()


def test_it_asks_with_the_credentials_of_the_first_account(api: TwilioApi, twilio: Twilio) -> None:
    assert (api.account_sid, api.account_path) == (ACCOUNT, f"/2010-04-01/Accounts/{ACCOUNT}")
    made = api.post(f"{PATH}.json", {"To": "+1 é", "From": "+2", "Body": None, "MediaUrl": ["a"]})
    assert made["to"] == "+1 é"
    assert twilio.asked[-1][2] == {"To": ["+1 é"], "From": ["+2"], "MediaUrl": ["a"]}
    assert api.get(made["uri"]) == made


def test_a_list_is_read_page_after_page(api: TwilioApi, twilio: Twilio) -> None:
    for n in range(7):
        twilio.add(body=f"{n}")
    found = api.pages(f"{PATH}.json", "messages", {"PageSize": 3})
    assert [message["body"] for message in found] == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_refusal_has_its_code_and_sentence(api: TwilioApi, twilio: Twilio) -> None:
    twilio.instead.append(refusal(400, 21211, "No."))
    with pytest.raises(ApiError, match=r"^No\. \(error 21211\)$") as caught:
        api.get(f"{PATH}.json", {"PageSize": 1})
    assert (caught.value.code, caught.value.status) == (21211, 400)
    twilio.instead.append((502, b"<html>"))
    with pytest.raises(Failure, match="The platform answered 502, and not why"):
        api.get(f"{PATH}.json", {"PageSize": 1})


def test_a_connection_that_was_closed_while_it_was_idle_is_no_failure(
    api: TwilioApi, twilio: Twilio
) -> None:
    api.get(f"{PATH}.json", {"PageSize": 1})
    twilio.instead.append(())
    assert api.get(f"{PATH}.json", {"PageSize": 1})["messages"] == []


def test_a_create_whose_connection_breaks_is_not_repeated(api: TwilioApi, twilio: Twilio) -> None:
    api.get(f"{PATH}.json", {"PageSize": 1})
    twilio.instead.append(())
    with pytest.raises(Failure, match="went away: start it with `trunkline up`"):
        api.post(f"{PATH}.json", {"To": "+1", "From": "+2"})
    assert twilio.messages == []

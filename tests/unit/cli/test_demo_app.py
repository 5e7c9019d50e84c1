"""The demonstration's own app, asked as the platform asks it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from twilio.request_validator import RequestValidator

from trunkline.cli.demo_app import INBOUND_URL, PUBLIC_URL, STATUS_URL, own_app

TOKEN = "12345678901234567890123456789012"
FORM = {"Body": "When – today?", "MessageSid": "SM1", "MessageStatus": "sent", "FromCity": ""}


@pytest.fixture(scope="module")
def where() -> Iterator[str]:
    with own_app(TOKEN) as url:
        yield url


def post(where: str, public: str, *, token: str = TOKEN) -> tuple[int, str]:
    """Ask as a proxy would that ends TLS for the public address."""
    signature = RequestValidator(token).compute_signature(public, FORM)
    path = public.removeprefix(PUBLIC_URL)
    asked = Request(where + path, urlencode(FORM).encode(), {"X-Twilio-Signature": signature})
    try:
        with urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_message_is_answered_with_twiml(where: str) -> None:
    status, body = post(where, INBOUND_URL)

    assert status == 200
    assert "<Response><Message>Received. " in body


def test_a_status_is_taken_note_of(where: str) -> None:
    assert post(where, STATUS_URL) == (204, "")


@pytest.mark.parametrize("url", [INBOUND_URL, STATUS_URL])
def test_what_another_token_signed_is_refused(where: str, url: str) -> None:
    assert post(where, url, token="x" * 32) == (403, "This was not signed by Twilio.")

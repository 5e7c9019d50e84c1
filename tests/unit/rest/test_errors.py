from string import Formatter

import pytest

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError, ErrorType

ENTRIES = {name: entry for name, entry in vars(catalogue).items() if isinstance(entry, ErrorType)}


def test_a_refusal_has_the_keys_that_twilio_sends():
    error = catalogue.INVALID_TO(to="+1 {555}")
    assert error.body() == {
        "code": 21211,
        "message": "Invalid 'To' Phone Number: +1 {555}",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }
    assert str(error) == error.message


def test_only_refused_credentials_have_a_detail():
    detailed = {name for name, entry in ENTRIES.items() if entry.detail is not None}
    assert detailed == {"AUTHENTICATE", "INVALID_USERNAME", "NO_CREDENTIALS"}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_can_be_raised(name):
    entry = ENTRIES[name]
    blanks = {blank for _, blank, _, _ in Formatter().parse(entry.message) if blank is not None}
    assert all(blank.isidentifier() for blank in blanks)
    error = entry(headers={"A": "b"}, **dict.fromkeys(blanks, "x"))
    assert isinstance(error, ApiError)
    assert 400 <= error.status < 600
    assert 16000 <= error.code < 100_000
    assert "{" not in error.message
    assert error.headers == {"A": "b"}

"""Forms that nobody thought of: accepted as they were meant, or refused in Twilio's form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.platform import World
from tests.support.raw_http import ask, messages
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.rest.parameters import parameters_of

FILTERS = ["To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"]
NAMES = sorted(parameters_of(CreateMessageParameters))
ODD = [
    "",
    " ",
    "0",
    "-1",
    "true",
    "FALSE",
    "fixed",
    "discard",
    "obfuscate",
    "+14155550123",
    "4155550123",
    "whatsapp:+14155550123",
    "ACME",
    "SM" + "0" * 32,
    "MG" + "f" * 32,
    "HX" + "0" * 32,
    "AP" + "0" * 32,
    "2026-12-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "http://example.com/x",
    "http://[::1]:99999/",
    "//",
    '{"1": "a"}',
    "[" * 1000,
    "1e309",
    "NaN",
    "x" * 1601,
    "\u202e\u200b\ufeff",
    "e\u0301" * 100,
    "👩‍👩‍👧‍👦" * 20,
    "\x01\x1b[31m\r\n",
    "{0.__class__}",
    "%s%n%x",
    "'; DROP TABLE messages; --",
    "\uffff\ufffe\U0010ffff",
]
TEXT = st.text(max_size=60) | st.sampled_from(ODD)
# Now and then a good recipient, sender and text, so that all the rest is looked at too.
FORMS = st.dictionaries(
    st.sampled_from(NAMES), st.lists(TEXT, min_size=1, max_size=3), max_size=8
).flatmap(lambda form: st.sampled_from([{}, {"To": "", "From": ""}]).map(lambda good: (form, good)))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FORMS)
def test_any_form_is_accepted_or_refused(
    running: World, drawn: tuple[dict[str, list[str]], dict[str, str]]
) -> None:
    fields: dict[str, Any] = drawn[0]
    if drawn[1]:
        fields = {**fields, "To": ["+14155550123"], "From": [running.numbers[0]]}
    pairs = [
        (name, value.encode("utf-8", "surrogatepass")) for name in fields for value in fields[name]
    ]
    answer = ask(running, "POST", messages(running), urlencode(pairs).encode() or b"x=")
    if answer.status != 201:
        assert answer.refusal[0] == 400, answer
        return
    made = answer.told
    assert set(made) >= {"sid", "status", "body", "to", "from", "error_code"}
    found = ask(running, "GET", messages(running, f"/{made['sid']}.json"))
    assert found.status == 200
    if "ContentRetention" not in fields:
        assert found.told["body"] == made["body"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1, max_size=400))
def test_any_text_comes_back_as_it_was_sent(running: World, text: str) -> None:
    fields = {"To": "+14155550123", "From": running.numbers[0]}
    body = urlencode({**fields, "Body": text.encode("utf-8", "surrogatepass")}).encode()
    answer = ask(running, "POST", messages(running), body)
    storable = "\0" not in text and text.isascii() | all(
        not 0xD800 <= ord(c) < 0xE000 for c in text
    )
    if not storable:
        assert answer.refusal == (400, 20001)
        return
    assert answer.status == 201
    found = ask(running, "GET", messages(running, f"/{answer.told['sid']}.json"))
    assert answer.told["body"] == found.told["body"] == text


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "To",
                    "From",
                    "DateSent",
                    "DateSent<",
                    "DateSent>",
                    "PageSize",
                    "Page",
                    "PageToken",
                ]
            ),
            TEXT,
        ),
        max_size=5,
    )
)
def test_any_query_of_a_list_is_answered_or_refused(
    running: World, pairs: list[tuple[str, str]]
) -> None:
    query = urlencode([(name, raw(value)) for name, value in pairs])
    answer = ask(running, "GET", messages(running, f".json?{query}"))
    if answer.status == 200:
        assert isinstance(answer.told["messages"], list)
    else:
        assert answer.refusal[0] == 400


def raw(text: str) -> bytes:
    """In UTF-8. A lone surrogate is sent as its bytes: the platform has to see that it is none."""
    return text.encode("utf-8", "surrogatepass")

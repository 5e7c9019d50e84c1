"""Forms of calls that nobody thought of: taken as they were meant, or refused in Twilio's form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.platform import World
from tests.support.raw_http import ask
from trunkline.rest.parameters import parameters_of
from trunkline.voice.parameters import (
    CreateCallParameters,
    ListCallParameters,
    UpdateCallParameters,
)

ODD = [
    "",
    " ",
    "0",
    "-1",
    "9" * 40,
    "true",
    "client:a?%00=%0d%0a",
    "client:" + "ü" * 256,
    "sip:a@b?x=%ff",
    "sip:" + "a" * 300 + "@b",
    "sim:DE" + "0" * 32,
    "+14155550123",
    "4155550100",
    "CA" + "0" * 32,
    "AP" + "0" * 32,
    "http://[::1]:99999/",
    "https://example.com/x#rc=9",
    "ringing answered",
    "Enable",
    "canceled",
    "<Response>",
    "x" * 4001,
    "\u202e\u200b\ufeff",
    "👩‍👩‍👧‍👦" * 20,
    "\x01\x1b[31m\r\n",
    "{0.__class__}",
    "'; DROP TABLE calls; --",
    "2026-12-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "\uffff\ufffe\U0010ffff",
]
TEXT = st.text(max_size=60) | st.sampled_from(ODD)
FUZZED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def forms(parameters: type) -> st.SearchStrategy[dict[str, list[str]]]:
    names = sorted(parameters_of(parameters))
    texts = st.lists(TEXT, min_size=1, max_size=3)
    return st.dictionaries(st.sampled_from(names), texts, max_size=8)


def calls(world: World, rest: str) -> str:
    return f"/2010-04-01/Accounts/{world.account_sid}/Calls{rest}"


def encoded(fields: dict[str, list[str]]) -> bytes:
    """In UTF-8. A lone surrogate is sent as its bytes: the platform has to see that it is none."""
    pairs = [
        (name, text.encode("utf-8", "surrogatepass")) for name in fields for text in fields[name]
    ]
    return urlencode(pairs).encode()


@FUZZED
@given(forms(CreateCallParameters), st.booleans())
def test_any_form_is_a_call_or_refused(
    running: World, fields: dict[str, list[str]], good: bool
) -> None:
    if good:  # so that all the rest is looked at too
        wanted = {"To": ["client:fuzz"], "From": [running.numbers[0]], "Twiml": ["<Response/>"]}
        fields = {**wanted, **{name: fields[name] for name in fields if name not in wanted}}
    answer = ask(running, "POST", calls(running, ".json"), encoded(fields) or b"x=")
    if answer.status != 201:
        assert answer.refusal[0] == 400, answer
        return
    sid = answer.told["sid"]
    found = ask(running, "GET", calls(running, f"/{sid}.json"))
    assert (found.status, found.told["to"]) == (200, answer.told["to"])
    events = ask(running, "GET", calls(running, f"/{sid}/Events.json"))
    assert events.status == 200
    ask(running, "POST", calls(running, f"/{sid}.json"), b"Status=completed")


@FUZZED
@given(forms(UpdateCallParameters))
def test_any_change_of_no_call_is_refused(running: World, fields: dict[str, list[str]]) -> None:
    path = calls(running, f"/CA{'0' * 32}.json")

    answer = ask(running, "POST", path, encoded(fields) or b"x=")

    assert answer.refusal[0] in (400, 404)


@FUZZED
@given(forms(ListCallParameters))
def test_any_query_of_a_list_is_answered_or_refused(
    running: World, fields: dict[str, list[str]]
) -> None:
    answer: Any = ask(running, "GET", calls(running, f".json?{encoded(fields).decode()}"))
    if answer.status == 200:
        assert isinstance(answer.told["calls"], list)
    else:
        assert answer.refusal[0] == 400

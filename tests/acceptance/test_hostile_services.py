"""Forms of messaging services that nobody thought of: accepted as meant, or refused."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.platform import World
from tests.support.raw_http import ask
from trunkline.messaging.services.parameters import (
    CreateDestinationAlphaSenderParameters,
    CreateServiceParameters,
)
from trunkline.rest.parameters import parameters_of

SERVICES = "/messaging/v1/Services"
ODD = [
    "",
    " ",
    "-1",
    "36000",
    "true",
    "GET",
    "Marketing",
    "http://example.com/x",
    "http://[::1]:99999/",
    "https://exa_mple.com",
    "x" * 65,
    "1e309",
    "GB",
    "\u202e\u200b\ufeff",
    "👩‍👩‍👧‍👦" * 20,
    "\x01\x1b[31m\r\n",
    "'; DROP TABLE messaging_services; --",
    "\uffff\ufffe\U0010ffff",
]
TEXT = st.text(max_size=70) | st.sampled_from(ODD)


def forms(cls: type) -> st.SearchStrategy[dict[str, list[str]]]:
    """Odd values for some of an operation's parameters, some of them twice."""
    names = st.sampled_from(sorted(parameters_of(cls)))
    return st.dictionaries(names, st.lists(TEXT, min_size=1, max_size=2), max_size=6)


def encoded(form: dict[str, list[str]]) -> bytes:
    """A form's body."""
    pairs = [(name, v.encode("utf-8", "surrogatepass")) for name in form for v in form[name]]
    return urlencode(pairs).encode() or b"x=y"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(forms(CreateServiceParameters), st.booleans())
def test_any_service_is_made_or_refused(
    running: World, form: dict[str, list[str]], named: bool
) -> None:
    if named:
        form = {**form, "FriendlyName": ["fuzzed"]}
    answer = ask(running, "POST", SERVICES, encoded(form))
    if answer.status != 201:
        assert answer.refusal[0] == 400, answer
        return
    one = f"{SERVICES}/{answer.told['sid']}"
    assert ask(running, "GET", one).told == answer.told
    assert answer.told["friendly_name"] == form["FriendlyName"][-1]
    assert ask(running, "DELETE", one).status == 204


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(forms(CreateDestinationAlphaSenderParameters))
def test_any_alphanumeric_sender_is_added_or_refused(
    running: World, form: dict[str, list[str]]
) -> None:
    one = f"{SERVICES}/{ask(running, 'POST', SERVICES, b'FriendlyName=fuzzed').told['sid']}"
    pool = f"{one}/DestinationAlphaSenders"
    answer = ask(running, "POST", pool, encoded(form))
    listed = ask(running, "GET", pool).told["alpha_senders"]
    if answer.status == 201:
        assert listed == [answer.told]
        assert answer.told["alpha_sender"] == form["AlphaSender"][-1].strip()
    else:
        assert (answer.refusal[0], listed) == (400, [])
    assert ask(running, "DELETE", one).status == 204


@pytest.mark.parametrize(
    "path",
    [
        "MG",
        "MG" + "0" * 31,
        "MG" + "g" * 32,
        "SM" + "0" * 32,
        "MG" + "0" * 32,
        "%00",
        "../Services",
        "MG" + "0" * 32 + "/PhoneNumbers",
        "MG" + "0" * 32 + "/PhoneNumbers/PN",
        "MG" + "0" * 32 + "/AlphaSenders/PN" + "0" * 32,
        "MG" + "0" * 32 + "/Senders",
    ],
)
def test_what_is_nowhere(running: World, path: str) -> None:
    answer = ask(running, "GET", f"{SERVICES}/{path}")
    assert answer.refusal[:2] == (404, 20404)

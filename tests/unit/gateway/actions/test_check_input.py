"""Inputs: every spelling, and all that is wrong in sentences."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from trunkline.gateway.actions.catalogue import ACTIONS, ActionCatalogue
from trunkline.gateway.actions.check_input import MOST_PROBLEMS, check_input, formats
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.errors import InputInvalid

HEX = "0123456789abcdef" * 2
RIGHT = {"to": "+15558675310", "from": "+15017122661", "body": "Hello"}
catalogue = ActionCatalogue()


def check(key: str, given: Any) -> dict[str, Any]:
    return check_input(catalogue.get(key), given)


def refused(key: str, given: Any) -> InputInvalid:
    with pytest.raises(InputInvalid) as caught:
        check(key, given)
    data = caught.value.data
    assert data is not None
    told = " ".join(each["message"] for each in data["errors"])
    assert caught.value.message.startswith(told)
    return caught.value


@pytest.mark.parametrize("to", ["to", "To", "TO"])
@pytest.mark.parametrize("media", ["mediaUrl", "MediaUrl", "media_url", "MEDIA-URL", "mediaurl"])
def test_spellings(to: str, media: str) -> None:
    given = {to: "+1", "From": "+2", media: "https://example.com/a.png"}
    assert check("send-message", given) == {
        "to": "+1",
        "from": "+2",
        "mediaUrl": "https://example.com/a.png",
    }


@pytest.mark.parametrize("name", ["messageSid", "Sid", "sid", "message_sid", "MessageSid"])
def test_a_sid_by_its_own_name_and_by_twilios(name: str) -> None:
    assert check("get-message", {name: f"SM{HEX}"}) == {"messageSid": f"SM{HEX}"}


@pytest.mark.parametrize("name", ["dateSentBefore", "date_sent_before", "DateSent<"])
def test_filters_by_date(name: str) -> None:
    assert check("list-messages", {name: "2026-05-01"}) == {
        "dateSentBefore": "2026-05-01",
        "limit": 50,
    }


def test_nothing_and_null() -> None:
    assert check("list-messages", None) == {"limit": 50}
    assert check("list-messages", {}) == {"limit": 50}
    assert check("list-messages", {"to": None, "limit": None}) == {"limit": 50}


def test_two_spellings_at_once() -> None:
    error = refused("get-call", {"callSid": f"CA{HEX}", "Sid": f"CA{HEX}"})
    assert error.message == "callSid is there twice, in two spellings."


def test_all_that_is_wrong_at_once() -> None:
    error = refused(
        "send-message",
        {
            "from": 5,
            "mediaUrl": ["https://example.com/a", "ftp://example.com/b"],
            "bdy": "Hello",
            "validityPeriod": 0,
            "smartEncoded": "yes",
            "sendAt": "tomorrow",
            "messagingServiceSid": "MG1",
        },
    )
    assert error.code == "invalid_input"
    assert error.data == {
        "errors": [
            {
                "field": "bdy",
                "message": "bdy is not a field of this action: did you mean body?",
            },
            {"field": "to", "message": "to is missing: a recipient, such as +15558675310."},
            {"field": "from", "message": "from must be a sender, such as +15017122661."},
            {
                "field": "mediaUrl[1]",
                "message": "mediaUrl[1] must be an http or https address.",
            },
            {
                "field": "messagingServiceSid",
                "message": "messagingServiceSid must be the SID of a messaging service: "
                "MG and 32 hexadecimal digits.",
            },
            {"field": "sendAt", "message": "sendAt must be a time such as 2026-05-01T09:30:00Z."},
            {
                "field": "validityPeriod",
                "message": "validityPeriod must be a whole number from 1 to 36000.",
            },
            {"field": "smartEncoded", "message": "smartEncoded must be true or false."},
        ]
    }


@pytest.mark.parametrize(
    ("key", "given", "sentence"),
    [
        (
            "send-message",
            {"to": "+1", "body": "x"},
            "Give at least one of from and messagingServiceSid.",
        ),
        (
            "send-message",
            {"to": "+1", "from": "+2"},
            "Give at least one of body, mediaUrl and contentSid.",
        ),
        (
            "create-call",
            {"to": "+1", "from": "+2"},
            "Give exactly one of url, twiml and applicationSid.",
        ),
        (
            "create-call",
            {"to": "+1", "from": "+2", "url": "http://a.example", "twiml": "<Response/>"},
            "Give only one of url and twiml.",
        ),
        (
            "update-call",
            {"callSid": f"CA{HEX}"},
            "Give at least one of status, url, twiml, statusCallback and timeLimit.",
        ),
        (
            "update-call",
            {"callSid": f"CA{HEX}", "status": "busy"},
            "status must be one of completed, canceled.",
        ),
        (
            "update-call",
            {"callSid": f"CA{HEX}", "url": "http://a.example", "twiml": "<Response/>"},
            "Give only one of url and twiml.",
        ),
        ("list-calls", {"limit": 0}, "limit must be a whole number from 1 to 10000."),
        ("list-calls", {"limit": True}, "limit must be a whole number from 1 to 10000."),
        ("list-calls", {"limit": 1.5}, "limit must be a whole number from 1 to 10000."),
        ("list-calls", {"limit": float("inf")}, "limit must be a whole number from 1 to 10000."),
        (
            "get-message",
            {},
            "messageSid is missing: the SID of a message: SM or MM and 32 hexadecimal digits.",
        ),
        (
            "get-account-balance",
            {"verbose": True},
            "verbose is not a field of this action, which has accountSid.",
        ),
        ("send-message", {**RIGHT, "body": ""}, "body is empty."),
        ("send-message", {**RIGHT, "body": "x" * 1601}, "body is longer than 1,600 characters."),
        ("send-message", {**RIGHT, "body": "a\0b"}, "body has characters that cannot be sent."),
        ("send-message", {**RIGHT, "body": "\ud83d"}, "body has characters that cannot be sent."),
        (
            "send-message",
            {**RIGHT, "contentVariables": {"1": 2}},
            "contentVariables.1 must be a text.",
        ),
        (
            "send-message",
            {**RIGHT, "contentVariables": {"\ud83d": "x"}},
            "contentVariables has characters that cannot be sent.",
        ),
        (
            "send-message",
            {**RIGHT, "mediaUrl": []},
            "mediaUrl must be the http or https address of a file, or a list of up to ten.",
        ),
        ("send-message", [], "The input must be a JSON object."),
        ("send-message", "to", "The input must be a JSON object."),
    ],
)
def test_sentences(key: str, given: Any, sentence: str) -> None:
    assert refused(key, given).message == sentence


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "example.com",
        "http://",
        "http://[::1",
        "https://a example/",
        "https://example.com/\n",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    error = refused("create-call", {"to": "+1", "from": "+2", "url": url})
    assert error.message == "url must be an http or https address."


def test_what_was_given_is_not_repeated() -> None:
    secret = "my secret is 12345"
    error = refused("send-message", {"to": [secret], "from": {"a": secret}, "mediaUrl": secret})
    assert secret not in error.message
    assert secret not in str(error.data)


@pytest.mark.parametrize(
    "given",
    [
        {str(number): 1 for number in range(100_000)},
        {"x" * 10_000_000: 1},
        {"\0": 1, "\ud800": 2, "\n" * 50: 3},
        {**RIGHT, "mediaUrl": ["https://example.com/"] * 1_000_000},
        {**RIGHT, "contentVariables": {str(number): "x" for number in range(100_000)}},
        {**RIGHT, "body": "x" * 10_000_000},
        {**RIGHT, "messagingServiceSid": "MG" + "0" * 10_000_000},
        {"to": ["x"] * 500_000, "from": {}, "body": [[[[]]]]},
    ],
    ids=["names", "long name", "odd names", "media", "variables", "body", "sid", "lists"],
)
def test_large_and_odd_inputs(given: Any) -> None:
    began = time.process_time()
    error = refused("send-message", given)
    assert time.process_time() - began < 5
    assert len(error.message) < 10_000
    assert error.data is not None
    assert len(error.data["errors"]) <= MOST_PROBLEMS
    assert error.message.isprintable()


def test_a_deep_input() -> None:
    deep: Any = "x"
    for _ in range(50_000):
        deep = [deep]
    assert "body must be a text" in refused("send-message", {**RIGHT, "body": deep}).message


_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        [
            *(
                f"{prefix}{HEX}"
                for prefix in ("SM", "MM", "CA", "RE", "PN", "AC", "MG", "HX", "AP")
            ),
            f"SM{HEX}\n",
            "+15558675310",
            "https://example.com/",
            "2026-05-01",
            "2026-05-01T09:30:00Z",
            "completed",
            "fixed",
            "POST",
            ["https://example.com/"],
            ["initiated", "answered"],
            {"1": "Ann"},
        ]
    ),
    st.lists(st.text(max_size=5), max_size=12),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
)


@sampled(st.data())
def test_what_fits_the_schema_is_taken_and_nothing_else(data: st.DataObject) -> None:
    action: Action = data.draw(st.sampled_from(ACTIONS))
    names = st.sampled_from([each.name for each in action.inputs])
    given = data.draw(st.dictionaries(names, _values, max_size=6))
    without_nulls = {name: value for name, value in given.items() if value is not None}
    validator = Draft202012Validator(action.input_schema, format_checker=formats)
    texts = str(without_nulls)
    sendable = "\\x00" not in texts and "\\ud" not in texts
    if validator.is_valid(without_nulls) and sendable:
        assert check_input(action, given) == {**action.defaults, **without_nulls}
    elif not validator.is_valid(without_nulls):
        with pytest.raises(InputInvalid):
            check_input(action, given)

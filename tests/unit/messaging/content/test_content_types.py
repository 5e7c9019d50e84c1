from typing import Any

import pytest

from trunkline.messaging.content.content_types import checked_types
from trunkline.messaging.content.languages import is_language
from trunkline.rest.errors import ApiError

QUICK = "twilio/quick-reply"
CALL = "twilio/call-to-action"
URL = {"type": "URL", "title": "Go", "url": "https://a.example/{{1}}"}


def refusal(types: dict[str, Any]) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        checked_types(types)
    return caught.value.code, caught.value.message.removeprefix("Invalid parameter ")


def test_what_the_sdks_send_as_null_is_left_out() -> None:
    given = {
        "twilio/text": {"body": "a", "media": None},
        "twilio/media": None,
        QUICK: {"body": "b", "actions": [{"type": None, "title": "Yes", "id": None}]},
    }
    assert checked_types(given) == {
        "twilio/text": {"body": "a"},
        QUICK: {"body": "b", "actions": [{"title": "Yes"}]},
    }


def test_other_types_are_kept_as_they_are() -> None:
    given = {"twilio/location": {"latitude": 1.5, "label": "x"}, "whatsapp/card": {"body": []}}
    assert checked_types(given) == given


def test_media_may_have_variables_and_no_text() -> None:
    for media in (["https://a.example/{{1}}"], ["{{url}}"], ["https://a.example/b.png"] * 10):
        assert checked_types({"twilio/media": {"media": media}})


@pytest.mark.parametrize("types", [{}, {"twilio/text": None}])
def test_no_type_is_refused(types: dict[str, Any]) -> None:
    assert refusal(types) == (92001, "'Types' Parameter Required")


WRONG: list[tuple[str, Any, str]] = [
    ("twilio/text", {}, "twilio/text.body: required, as a string"),
    ("twilio/text", {"body": ""}, "twilio/text.body: required, as a string"),
    ("twilio/text", {"body": 5}, "twilio/text.body: required, as a string"),
    ("twilio/text", {"body": "x" * 1601}, "twilio/text.body: longer than 1600 characters"),
    ("twilio/text", "a", "twilio/text: not an object"),
    ("twilio/card", [], "twilio/card: not an object"),
    ("twilio/media", {"body": "a"}, "twilio/media.media: not a list of 1 to 10"),
    ("twilio/media", {"media": []}, "twilio/media.media: not a list of 1 to 10"),
    (
        "twilio/media",
        {"media": ["https://a.example"] * 11},
        "twilio/media.media: not a list of 1 to 10",
    ),
    ("twilio/media", {"media": ["file:///etc"]}, "twilio/media.media: not a URL"),
    ("twilio/media", {"media": [{}]}, "twilio/media.media: not a URL of at most 2000 characters"),
    (QUICK, {"body": "a"}, f"{QUICK}.actions: not a list of 1 to 10"),
    (QUICK, {"body": "a", "actions": ["x"]}, f"{QUICK}.actions: not a list of objects"),
    (QUICK, {"body": "a", "actions": [{}]}, f"{QUICK}.actions.title: required, as a string"),
    (
        QUICK,
        {"body": "a", "actions": [{"title": "x" * 26}]},
        f"{QUICK}.actions.title: longer than 25 characters",
    ),
    (
        QUICK,
        {"body": "a", "actions": [{"title": "x", "type": "URL"}]},
        f"{QUICK}.actions.type: not QUICK_REPLY",
    ),
    (
        CALL,
        {"body": "a", "actions": [URL | {"url": None}]},
        f"{CALL}.actions.url: required, as a string",
    ),
    (CALL, {"actions": [URL]}, f"{CALL}.body: required, as a string"),
    (
        CALL,
        {"body": "a", "actions": [URL | {"type": "PHONE_NUMBER"}]},
        f"{CALL}.actions.phone: required, as a string",
    ),
]


@pytest.mark.parametrize(("name", "fields", "reason"), WRONG)
def test_a_wrong_field_is_named(name: str, fields: Any, reason: str) -> None:
    assert refusal({name: fields}) == (20422, f"types.{reason}")


def test_types_that_are_not() -> None:
    assert refusal({"twilio/button": {}}) == (92008, "Unsupported Content Type")
    assert refusal({"twilio/x": {}}) == (20422, "types: 'twilio/x' is not a content type")
    wrong = refusal({CALL: {"body": "a", "actions": [{"type": []}]}})
    assert wrong[1].startswith(f"types.{CALL}.actions.type: not one of URL, PHONE_NUMBER")


@pytest.mark.parametrize(
    "types",
    [
        {"twilio/card": {"title": "x" * 70_000}},
        {"twilio/text": {"body": "a", "stranger": "x" * 70_000}},
        {"twilio/card": {"title": "é" * 40_000}},
        {name: {"title": "x" * 35_000} for name in ("twilio/card", "twilio/flows")},
    ],
)
def test_types_that_are_too_large(types: dict[str, Any]) -> None:
    assert refusal(types) == (20422, "types: larger than 65536 bytes")


def test_languages() -> None:
    for code in ("en", "en_GB", "pt-BR", "zh_HK", "zh_Hant_TW", "es_419", "fil"):
        assert is_language(code)
    for code in ("", "e", "english", "xx", "EN", "en_", "en__US", " en", "en\n", "en_GBRX_1"):
        assert not is_language(code)

from __future__ import annotations

import pytest

from tests.unit.testing.fake_world import said
from trunkline.testing.transcript import Transcript, conversation, difference

PHONE, OWN, OTHER = "+14155550123", "+12065550100", "+14155550100"


def test_a_line_tells_who_said_what_to_whom() -> None:
    assert str(conversation([said(PHONE, OWN, "JOIN"), said(OWN, PHONE, "Welcome!")])) == (
        "+14155550123 -> +12065550100: JOIN\n+12065550100 -> +14155550123: Welcome!"
    )


@pytest.mark.parametrize(
    ("changed", "remarks"),
    [
        ({"status": "delivered"}, ""),
        ({"status": "read"}, ""),
        ({"status": "sent"}, " (sent)"),
        ({"num_media": 2}, " (2 media)"),
        ({"status": "undelivered", "error_code": 30003}, " (undelivered, error 30003)"),
        ({"kind": "automatic_reply", "status": None}, " (automatic)"),
        ({"num_media": 1, "status": "queued"}, " (1 media, queued)"),
    ],
)
def test_what_is_not_ordinary_stands_in_parentheses(
    changed: dict[str, object], remarks: str
) -> None:
    assert str(conversation([said(OWN, PHONE, "Hi", **changed)])) == (
        f"+12065550100 -> +14155550123{remarks}: Hi"
    )


def test_further_lines_are_indented() -> None:
    assert str(conversation([said(OWN, PHONE, "One \n\n  two")])).splitlines() == [
        "+12065550100 -> +14155550123: One",
        "",
        "      two",
    ]
    assert str(conversation([said(OWN, PHONE, "")])) == "+12065550100 -> +14155550123:"


def test_what_goes_from_number_to_number_is_said_once() -> None:
    there, back = said(OWN, OTHER, "Hi"), said(OTHER, OWN, "Hi")
    came = {"direction": "inbound", "status": "received"}
    entries = [there, said(OWN, OTHER, "Hi", **came), back, said(OTHER, OWN, "Hi", **came)]
    assert len(conversation(entries).splitlines()) == 2
    twice = [there, there, said(OWN, OTHER, "Hi", **came), said(OWN, OTHER, "Hi", **came)]
    assert len(conversation(twice).splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n    b\na: 2",
        "\n        a: 1\n            b\n        a: 2\n    ",
        "  a: 1   \n      b\n  a: 2\n\n",
        "\n\ta: 1\n\t    b\n\ta: 2",
    ],
)
def test_it_equals_the_same_lines_however_they_are_indented(text: str) -> None:
    transcript = Transcript("a: 1\n    b\na: 2")
    assert transcript == text
    assert text == transcript
    assert (transcript != text, text != transcript) == (False, False)


@pytest.mark.parametrize("text", ["a: 1\nb\na: 2", "a: 1\n    b", "", "a: 2\na: 1\n    b"])
def test_it_differs_from_other_lines(text: str) -> None:
    transcript = Transcript("a: 1\n    b\na: 2")
    assert transcript != text
    assert (transcript == text, text == transcript) == (False, False)
    assert transcript != 1


def test_a_difference_marks_the_lines_of_one_side() -> None:
    assert difference("a\nb\nd", "\n    a\n    c\n    d\n") == ["  a", "- c", "+ b", "  d"]

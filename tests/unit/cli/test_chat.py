"""A conversation from a pipe; terminals are in the acceptance tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.support import KNOWN, Control

PHONE = "+14155550123"
SID = "SM" + "1" * 32


def said(sender: str, recipient: str, body: str, second: int, **changed: Any) -> dict[str, Any]:
    at = f"2026-03-04T05:06:{second:02}Z"
    return {
        "sid": f"SM{second:032}",
        "kind": "message",
        "from": sender,
        "to": recipient,
        "body": body,
        "num_media": 0,
        "arrived_at": at,
        "created_at": at,
        **changed,
    }


@pytest.fixture
def phone(control: Control) -> Control:
    """A phone that has received two texts, which an app answers at once with what it got."""
    arrived = [
        said("+14155550100", PHONE, "Two", 3, num_media=2),
        said("+12065550100", PHONE, "One\x1b", 1),
    ]

    def send(asked: dict[str, Any]) -> dict[str, str]:
        text = f"You wrote {asked['body']}."
        arrived.insert(0, said(asked["to"], PHONE, text, 30 + len(arrived)))
        return {"sid": SID}

    control.on("GET", "/credentials", KNOWN)
    control.on("GET", "/transcript", {"messages": [said(PHONE, "+12065550100", "Zero", 2)]})
    control.on("GET", f"/phones/{PHONE}/messages", lambda _: {"messages": list(arrived)})
    control.on("POST", f"/phones/{PHONE}/messages", send)
    control.on("GET", "/clock", {"now": "2026-03-04T05:06:29Z"})
    control.on("POST", "/clock/advance", {"now": "2026-03-04T05:06:59Z", "ran": 0})
    return control


def sent(phone: Control) -> list[Any]:
    """What the phone sent."""
    return [
        asked
        for method, path, _, asked in phone.asked
        if method == "POST" and path.endswith("/messages")
    ]


def test_what_was_said_is_shown_and_lines_are_sent_one_after_the_other(phone: Control) -> None:
    shell = phone.run("phone", PHONE, "chat", typed="Hi\n\nBye")
    assert (shell.code, shell.err) == (0, "")
    assert shell.out.splitlines() == [
        "2026-03-04 05:06:01.000  +12065550100  One\\x1b",
        "2026-03-04 05:06:02.000  to +12065550100  Zero",
        "2026-03-04 05:06:03.000  +14155550100  Two  (2 media)",
        "2026-03-04 05:06:29.000  to +12065550100  Hi",
        "2026-03-04 05:06:32.000  +12065550100  You wrote Hi.",
        "2026-03-04 05:06:29.000  to +12065550100  Bye",
        "2026-03-04 05:06:33.000  +12065550100  You wrote Bye.",
    ]
    assert sent(phone) == [{"to": "+12065550100", "body": text} for text in ("Hi", "Bye")]


def test_of_what_was_said_so_much_is_shown(phone: Control) -> None:
    assert phone.run("phone", PHONE, "chat", "--history", "0", typed="").out == ""
    assert phone.run("phone", PHONE, "chat", "--history", "1", typed="").out.count("\n") == 1


@pytest.mark.parametrize(
    ("written", "arrived", "to"),
    [
        (True, True, "+12065550100"),  # who was written to last
        (False, True, "+14155550100"),  # who wrote last
        (False, False, "+12065550100"),  # the world's first number
    ],
)
def test_lines_go_to_the_usual_number(
    phone: Control, written: bool, arrived: bool, to: str
) -> None:
    if not written:
        phone.on("GET", "/transcript", {"messages": []})
    if not arrived:
        phone.on("GET", f"/phones/{PHONE}/messages", {"messages": []})
    phone.run("phone", PHONE, "chat", typed="Hi\n")
    assert ("POST", f"/trunkline/v1/phones/{PHONE}/messages", {}, {"to": to, "body": "Hi"}) in (
        phone.asked
    )


def test_a_world_without_numbers_is_told_so(phone: Control) -> None:
    phone.on("GET", "/transcript", {"messages": []})
    phone.on("GET", f"/phones/{PHONE}/messages", {"messages": []})
    phone.on("GET", "/credentials", KNOWN | {"numbers": []})
    shell = phone.run("phone", PHONE, "chat", typed="Hi\n")
    assert (shell.code, shell.err.startswith("The world has no number to write to")) == (1, True)


def test_production_which_nobody_can_wait_for_is_no_obstacle(phone: Control) -> None:
    refused = {"error": {"code": "clock_not_movable", "message": "No."}}
    phone.on("POST", "/clock/advance", refused, 409)
    assert "You wrote Hi." in phone.run("phone", PHONE, "chat", typed="Hi\n").out


def test_after_quit_nothing_more_is_sent(phone: Control) -> None:
    phone.run("phone", PHONE, "chat", "--history", "0", typed="/quit\nHi\n")
    assert sent(phone) == []


def test_a_refusal_is_told_and_the_rest_goes_on(phone: Control) -> None:
    refused = {"error": {"code": "no_such_number", "message": "It is none of this world."}}
    phone.on("POST", f"/phones/{PHONE}/messages", refused, 422)
    shell = phone.run("phone", PHONE, "chat", "--history", "0", typed="Hi\n/what\nHo\n")
    assert shell.code == 1
    assert shell.err.splitlines() == [
        "It is none of this world.",
        "There is no /what: /help tells what there is.",
        "It is none of this world.",
    ]


def test_all_phones_at_once_have_no_conversation(phone: Control) -> None:
    shell = phone.run("phone", "--default", "chat", typed="Hi\n")
    assert (shell.code, shell.err.startswith("Name one phone")) == (1, True)

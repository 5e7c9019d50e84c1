from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Control

PHONE = "+14155550123"
PATH = f"/phones/{PHONE}"
SID = "SM" + "0" * 32
ORDINARY = {
    "deliver_after_ms": 0,
    "fail": None,
    "reject": None,
    "no_receipt": False,
    "auto_reply": None,
}


def phone(number: str = PHONE, **effective: Any) -> dict[str, Any]:
    return {"number": number, **ORDINARY, "effective": {**ORDINARY, **effective}}


def entry(**changed: Any) -> dict[str, Any]:
    return {
        "sid": SID,
        "kind": "message",
        "from": "+12065550100",
        "to": PHONE,
        "body": "Hello",
        "num_media": 0,
        "buttons": [],
        "arrived_at": "2026-03-04T05:06:07.891234Z",
        **changed,
    }


@pytest.mark.parametrize("words", [("--json",), ("--json", "show"), ("show", "--json")])
def test_options_may_stand_behind_the_number(control: Control, words: tuple[str, ...]) -> None:
    control.on("GET", PATH, phone())
    assert control.run("phone", PHONE, *words).json() == phone()


def test_what_stands_behind_the_number_is_read_in_full(control: Control) -> None:
    control.on("GET", f"{PATH}/messages", {"messages": []})
    shell = control.run("phone", PHONE, "--world", "ci", "--json", "inbox", "--limit", "3")
    assert shell.json() == {"messages": []}
    assert control.asked[-1][2] == {"world": "ci", "limit": "3"}


def test_a_file_whose_name_is_none_is_told(control: Control) -> None:
    control.on("GET", f"{PATH}/messages", {"messages": []})
    control.on("GET", "/transcript", {"messages": []})
    control.on("POST", "/clock/advance", {})
    shell = control.run("phone", PHONE, "chat", "--to", "+14155550100", typed="/media a\0b\n")
    assert (shell.code, shell.err) == (1, "That is no name of a file.\n")


def test_an_inbox_shows_the_newest_last(control: Control) -> None:
    newest = entry(sid=None, kind="automatic_reply", body="Bye")
    control.on("GET", f"{PATH}/messages", {"messages": [newest, entry()]})
    assert control.run("phone", PHONE, "inbox").out.splitlines() == [
        f"2026-03-04 05:06:07.891  +12065550100  {SID}",
        "    Hello",
        "2026-03-04 05:06:07.891  +12065550100  automatic reply",
        "    Bye",
    ]
    assert control.asked[-1][2] == {"limit": "20"}


def test_buttons_stand_below_the_text(control: Control) -> None:
    buttons = [
        {"type": "QUICK_REPLY", "title": "Yes", "target": None},
        {"type": "URL", "title": "Track\x1b[2J", "target": "https://a.example"},
        {"type": "COPY_CODE", "title": "", "target": "SAVE"},
    ]
    control.on("GET", f"{PATH}/messages", {"messages": [entry(buttons=buttons)]})
    assert control.run("phone", PHONE, "inbox").out.splitlines()[1:] == [
        "    Hello",
        "    [Yes]",
        "    [Track\\x1b[2J: https://a.example]",
        "    [SAVE]",
    ]


def test_a_text_cannot_disturb_the_terminal(control: Control) -> None:
    body = "one\ntwo\x1b[2J\r\x07‮three"
    control.on("GET", f"{PATH}/messages", {"messages": [entry(body=body, num_media=2)]})
    lines = control.run("phone", PHONE, "inbox").out.splitlines()
    assert lines[0].endswith("2 media")
    assert lines[1:] == ["    one", "    two\\x1b[2J\\r\\x07\\u202ethree"]


def test_an_empty_inbox_says_so(control: Control) -> None:
    control.on("GET", f"{PATH}/messages", {"messages": []})
    assert control.run("phone", PHONE, "inbox").out == f"{PHONE} has received nothing yet.\n"
    assert control.run("phone", PHONE, "inbox", "--json").json() == {"messages": []}


@pytest.mark.parametrize("words", [("Hi", "there"), ("Hi there",)])
def test_a_phone_sends_a_text(control: Control, words: tuple[str, ...]) -> None:
    control.on("POST", f"{PATH}/messages", {"sid": SID}, 201)
    assert control.run("phone", PHONE, "send", "+12065550100", *words).out == f"{SID}\n"
    assert control.asked[-1][3] == {"to": "+12065550100", "body": "Hi there"}


def test_a_phone_sends_files_and_what_is_fetched(control: Control, tmp_path: Path) -> None:
    picture = tmp_path / "a picture.png"
    picture.write_bytes(b"png")
    strange = tmp_path / "strange"
    strange.write_bytes(b"?")
    control.on("POST", f"{PATH}/messages", {"sid": SID}, 201)
    url = "HTTPS://example.com/cat.jpg"
    options = ["--media", str(picture), "--media", url, "--media", str(strange)]
    assert control.run("phone", PHONE, "send", "+12065550100", *options).out == f"{SID}\n"
    assert control.asked[-1][3] == {
        "to": "+12065550100",
        "body": "",
        "media_urls": [url],
        "media": [
            {"content_type": "image/png", "data": "cG5n"},
            {"content_type": "application/octet-stream", "data": "Pw=="},
        ],
    }


@pytest.mark.parametrize(
    ("size", "told"), [(0, "is empty"), (5_000_001, "is larger than 5 MB"), (None, "cannot be")]
)
def test_a_file_that_cannot_be_sent_is_told(
    control: Control, tmp_path: Path, size: int | None, told: str
) -> None:
    file = tmp_path / "cat.jpg"
    if size is not None:
        file.write_bytes(b"x" * size)
    shell = control.run("phone", PHONE, "send", "+12065550100", "look", "--media", str(file))
    assert shell.code == 1
    assert shell.err.startswith(f"'{file}' {told}")
    assert control.asked == []


def test_a_message_has_a_text_or_media(control: Control) -> None:
    shell = control.run("phone", PHONE, "send", "+12065550100")
    assert (shell.code, shell.err) == (1, "Write a text, or name --media.\n")
    assert control.asked == []


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (["--deliver-after", "2s"], {"deliver_after": "2s"}),
        (["--fail", "30003"], {"fail": 30003}),
        (["--reject", "30007"], {"reject": 30007}),
        (["--no-receipt"], {"no_receipt": True}),
        (["--receipt"], {"no_receipt": False}),
        (["--read"], {"read": True}),
        (["--no-read"], {"read": False}),
        (["--auto-reply", "On my way"], {"auto_reply": "On my way"}),
    ],
)
def test_each_behaviour_can_be_set(
    control: Control, options: list[str], asked: dict[str, Any]
) -> None:
    control.on("PATCH", PATH, phone())
    assert control.run("phone", PHONE, "set", *options).code == 0
    assert control.asked[-1][3] == asked


def test_clear_forgets_what_was_set_before(control: Control) -> None:
    control.on("PUT", PATH, phone())
    control.run("phone", PHONE, "set", "--clear")
    control.run("phone", PHONE, "set", "--clear", "--fail", "30003")
    assert [asked[3] for asked in control.asked] == [{}, {"fail": 30003}]


def test_default_takes_the_place_of_a_number(control: Control) -> None:
    control.on("PATCH", "/phones/default", phone("default", deliver_after_ms=1500))
    for arguments in (("--default", "set"), ("default", "set")):
        shell = control.run("phone", *arguments, "--deliver-after", "1500ms")
        assert shell.out.splitlines()[0] == "every phone without settings"
        assert "delivered, after 1s500ms" in shell.out


@pytest.mark.parametrize(
    ("effective", "told"),
    [
        ({}, "delivered"),
        ({"reject": 30007, "deliver_after_ms": 9}, "failed, 30007, at submission"),
        ({"fail": 30003, "deliver_after_ms": 2000}, "undelivered, 30003, after 2s"),
        ({"no_receipt": True}, "taken, and no receipt comes"),
        ({"read": True}, "delivered; read, on WhatsApp and RCS"),
        ({"auto_reply": "a\nb"}, "a\\nb"),
    ],
)
def test_a_behaviour_is_told_in_words(
    control: Control, effective: dict[str, Any], told: str
) -> None:
    control.on("GET", PATH, phone(**effective))
    assert told in control.run("phone", PHONE, "show").out
    assert control.run("phone", PHONE).out == control.run("phone", PHONE, "show").out


def test_numbers_may_be_written_as_people_do(control: Control) -> None:
    control.on("GET", PATH, phone())
    assert control.run("phone", "+1 (415) 555-0123", "show").code == 0


@pytest.mark.parametrize("to", ["12345", "rcs:acme_agent", "whatsapp:+12065550100"])
def test_a_phone_writes_to_short_codes_and_senders(control: Control, to: str) -> None:
    control.on("POST", f"{PATH}/messages", {"sid": "SM1"}, 201)
    assert control.run("phone", PHONE, "send", to, "YES").code == 0
    assert control.asked[-1][3]["to"] == to


def test_a_phone_on_whatsapp_has_its_prefix(control: Control) -> None:
    control.on("GET", "/phones/whatsapp:+14155550123", phone())
    assert control.run("phone", "WhatsApp:+1 (415) 555-0123", "show").code == 0


@pytest.mark.parametrize("number", ["4155550123", "sms:+14155550123", "inbox", "+0", "+1415x"])
def test_what_is_no_number_is_refused_with_an_example(control: Control, number: str) -> None:
    shell = control.run("phone", number, "inbox")
    assert shell.code == 1
    assert shell.err == (
        f"'{number}' is no number in E.164: write e.g. trunkline phone +14155550123 inbox.\n"
    )
    assert control.asked == []


def test_all_phones_together_have_no_inbox(control: Control) -> None:
    assert control.run("phone", "--default", "inbox").err.startswith("Name one phone")


def test_setting_nothing_is_refused(control: Control) -> None:
    assert control.run("phone", PHONE, "set").err.startswith("Say what to set")
    assert control.asked == []

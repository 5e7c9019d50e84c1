from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Control

NUMBERS = "/IncomingPhoneNumbers.json"
SHORT_CODES = "/SMS/ShortCodes.json"
SID = "PN" + "1" * 32
NUMBER: dict[str, Any] = {
    "sid": SID,
    "account_sid": "AC" + "0" * 32,
    "phone_number": "+14155550100",
    "friendly_name": "(415) 555-0100",
    "type": "local",
    "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
    "sms_application_sid": "",
    "sms_method": "POST",
    "sms_url": "https://app.example/sms",
    "sms_fallback_url": "",
    "voice_url": None,
    "status_callback": "",
    "date_created": "Sat, 21 Nov 2026 09:24:11 +0000",
}
TAKEN = {"code": 21422, "message": "It is not available.", "status": 400, "more_info": ""}
GONE = {"code": 20404, "message": "It was not found.", "status": 404, "more_info": ""}


def listed(*numbers: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"incoming_phone_numbers": list(numbers), "next_page_uri": following}


def test_numbers_are_listed_page_by_page(control: Control) -> None:
    other = NUMBER | {"phone_number": "+1800", "friendly_name": "a\x1bb", "sms_url": ""}
    page = f"/2010-04-01/Accounts/{'AC' + '0' * 32}/second"
    control.on_twilio("GET", NUMBERS, listed(NUMBER, following=page))
    control.on_twilio("GET", "/second", listed(other))
    control.on_twilio("GET", SHORT_CODES, {"short_codes": []})
    for words in (("numbers",), ("numbers", "list")):
        assert control.run(*words).out.splitlines() == [
            "  number        name            type   can        messages go to",
            "  +14155550100  (415) 555-0100  local  voice sms  POST https://app.example/sms",
            "  +1800         a\\x1bb          local  voice sms  —",
        ]
    assert control.run("numbers", "list", "--json").json() == {"numbers": [NUMBER, other]}
    control.run("numbers", "list", "--contains", "415*")
    asked = [query for _, path, query, _ in control.asked if path.endswith("Numbers.json")]
    assert asked[-1] == {"PageSize": "1000", "PhoneNumber": "415*"}


SHORT_CODE: dict[str, Any] = {
    "sid": "SC" + "1" * 32,
    "account_sid": "AC" + "0" * 32,
    "short_code": "12345",
    "friendly_name": "Votes",
    "sms_method": "POST",
    "sms_url": "https://app.example/votes",
    "sms_fallback_url": None,
    "date_created": "Sat, 21 Nov 2026 09:24:11 +0000",
}
ONE_SHORT_CODE = f"/SMS/ShortCodes/{SHORT_CODE['sid']}.json"


def test_short_codes_are_listed_behind_the_numbers(control: Control) -> None:
    control.on_twilio("GET", NUMBERS, listed(NUMBER))
    control.on_twilio("GET", SHORT_CODES, {"short_codes": [SHORT_CODE]})
    last = control.run("numbers").out.splitlines()[-1]
    assert last.split() == ["12345", "Votes", "short", "code", "sms", "POST", SHORT_CODE["sms_url"]]
    found = control.run("numbers", "--json").json()["numbers"]
    assert [each["phone_number"] for each in found] == ["+14155550100", "12345"]
    control.run("numbers", "list", "--contains", "+1415")  # what no short code has
    assert [path for _, path, *_ in control.asked][-1].endswith(NUMBERS)


@pytest.mark.parametrize("which", ["12345", SHORT_CODE["sid"]])
def test_a_short_code_is_shown_changed_and_taken_out(control: Control, which: str) -> None:
    control.on_twilio("GET", SHORT_CODES, {"short_codes": [SHORT_CODE]})
    control.on_twilio("GET", ONE_SHORT_CODE, SHORT_CODE)
    control.on_twilio("POST", ONE_SHORT_CODE, SHORT_CODE)
    control.on("DELETE", "/numbers/12345", {"short_code": "12345"})
    assert "POST https://app.example/votes" in control.run("numbers", "show", which).out
    assert control.run("numbers", "set", which, "--sms-url", "").code == 0
    assert control.asked[-1][3] == {"SmsUrl": ""}
    refused = control.run("numbers", "set", which, "--voice-url", "https://x.example/")
    assert refused.err == ("A short code takes no calls: leave out what is requested for them.\n")
    assert control.run("numbers", "release", which, "--yes").out == "12345 is released.\n"
    assert control.asked[-1][:2] == ("DELETE", "/trunkline/v1/numbers/12345")


def test_a_short_code_that_is_not_there_is_named(control: Control) -> None:
    control.on_twilio("GET", SHORT_CODES, {"short_codes": [SHORT_CODE]})
    assert "The account has no number '1234'" in control.run("numbers", "show", "1234").err


def test_an_account_without_numbers_is_told_so(control: Control) -> None:
    control.on_twilio("GET", NUMBERS, listed())
    control.on_twilio("GET", SHORT_CODES, {"short_codes": []})
    assert control.run("numbers").out == "The account has no number.\n"
    assert control.run("numbers", "--json").json() == {"numbers": []}


def test_a_number_is_bought_with_its_settings(control: Control) -> None:
    control.on_twilio("POST", NUMBERS, NUMBER, 201)
    options = ("--sms-url", "https://a.example/", "--sms-method", "GET", "--friendly-name", "Desk")
    shell = control.run("numbers", "buy", "+14155550100", *options)
    assert shell.out == f"+14155550100  {SID}\n"
    assert control.asked[-1][3] == {
        "PhoneNumber": "+14155550100",
        "SmsUrl": "https://a.example/",
        "SmsMethod": "GET",
        "FriendlyName": "Desk",
    }
    assert control.run("numbers", "buy", "+14155550100", "--json").json() == NUMBER


def test_any_number_that_fits_is_bought_and_others_may_be_faster(control: Control) -> None:
    found = {"available_phone_numbers": [{"phone_number": n} for n in ("+1800", "+1801", "+1802")]}
    control.on_twilio("GET", "/AvailablePhoneNumbers/US/TollFree.json", found)
    control.on_twilio(
        "POST",
        NUMBERS,
        lambda asked: (400, TAKEN) if asked["PhoneNumber"] == "+1800" else (201, NUMBER),
    )
    shell = control.run("numbers", "buy", "--type", "toll-free", "--contains", "TAXI")
    assert shell.out == f"+14155550100  {SID}\n"
    search, *purchases = control.asked[1:]
    assert search[2] == {"Contains": "TAXI", "PageSize": "20"}
    assert [asked["PhoneNumber"] for *_, asked in purchases] == ["+1800", "+1801"]


@pytest.mark.parametrize("status", [200, 404])
def test_that_nothing_fits_is_said(control: Control, status: int) -> None:
    answer = GONE if status == 404 else {"available_phone_numbers": []}
    control.on_twilio("GET", "/AvailablePhoneNumbers/DE/Local.json", answer, status)
    shell = control.run("numbers", "buy", "--country", "de", "--area-code", "30")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.startswith("No number that fits is for sale: ")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("+14155550100", "--area-code", "415"),
        ("+14155550100", "--type", "local"),
        ("--type", "nice"),
    ],
)
def test_what_to_buy_must_be_said_and_once(control: Control, words: tuple[str, ...]) -> None:
    shell = control.run("numbers", "buy", *words)
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.count("\n") == 1
    assert "POST" not in {method for method, *_ in control.asked}


@pytest.mark.parametrize("which", [SID, "+14155550100", "+1 (415) 555-0100"])
def test_a_number_is_shown_by_number_or_sid(control: Control, which: str) -> None:
    control.on_twilio("GET", f"/IncomingPhoneNumbers/{SID}.json", NUMBER)
    control.on_twilio("GET", NUMBERS, listed(NUMBER | {"phone_number": "+141555501001"}, NUMBER))
    lines = control.run("numbers", "show", which).out.splitlines()
    assert lines[0] == f"+14155550100  {SID}"
    assert "  messages go to  POST https://app.example/sms" in lines
    assert control.run("numbers", "show", which, "--json").json() == NUMBER


@pytest.mark.parametrize(
    "words", [("show",), ("set", "--friendly-name", "x"), ("release", "--yes")]
)
@pytest.mark.parametrize("which", [SID, "+14155550199"])
def test_a_number_that_is_not_there_is_named(
    control: Control, words: tuple[str, ...], which: str
) -> None:
    control.on_twilio("GET", f"/IncomingPhoneNumbers/{SID}.json", GONE, 404)
    control.on_twilio("GET", NUMBERS, listed(NUMBER))
    shell = control.run("numbers", *words, which)
    told = f"The account has no number '{which}': `trunkline numbers list` shows which.\n"
    assert (shell.code, shell.out, shell.err) == (1, "", told)


def test_settings_are_changed_and_cleared(control: Control) -> None:
    control.on_twilio("GET", NUMBERS, listed(NUMBER))
    control.on_twilio("POST", f"/IncomingPhoneNumbers/{SID}.json", NUMBER | {"sms_url": ""})
    options = ("--sms-url", "", "--status-callback", "https://a.example/")
    shell = control.run("numbers", "set", "+14155550100", *options)
    assert "  messages go to  —" in shell.out.splitlines()
    assert control.asked[-1][3] == {"SmsUrl": "", "StatusCallback": "https://a.example/"}


def test_to_set_nothing_is_a_slip(control: Control) -> None:
    shell = control.run("numbers", "set", "+14155550100")
    assert (shell.code, shell.err.startswith("Say what to set")) == (1, True)
    assert control.asked == []


def test_numbers_are_released_only_with_a_yes(control: Control) -> None:
    control.on_twilio("GET", NUMBERS, listed(NUMBER))
    control.on_twilio("DELETE", f"/IncomingPhoneNumbers/{SID}.json", b"", 204)
    shell = control.run("numbers", "release", "+14155550100", typed="y\n")
    told = "Say --yes to release +14155550100: nobody is there to be asked.\n"
    assert (shell.code, shell.err) == (1, told)
    assert "DELETE" not in {method for method, *_ in control.asked}
    shell = control.run("numbers", "release", "+14155550100", "--yes")
    assert shell.out == "+14155550100 is released.\n"
    assert control.asked[-1][0] == "DELETE"
    shell = control.run("numbers", "release", "+14155550100", "-y", "--json")
    assert shell.json() == {"released": ["+14155550100"]}


def test_a_number_that_is_named_twice_is_released_once(control: Control) -> None:
    control.on_twilio("GET", NUMBERS, listed(NUMBER))
    control.on_twilio("GET", f"/IncomingPhoneNumbers/{SID}.json", NUMBER)
    control.on_twilio("DELETE", f"/IncomingPhoneNumbers/{SID}.json", b"", 204)
    shell = control.run("numbers", "release", "+14155550100", SID, "--yes")
    assert shell.out == "+14155550100 is released.\n"
    assert [method for method, *_ in control.asked].count("DELETE") == 1


def test_what_was_released_before_a_refusal_is_told(control: Control) -> None:
    other = NUMBER | {"sid": "PN" + "2" * 32, "phone_number": "+14155550101"}
    control.on_twilio("GET", NUMBERS, listed(NUMBER, other))
    control.on_twilio("DELETE", f"/IncomingPhoneNumbers/{SID}.json", b"", 204)
    control.on_twilio("DELETE", f"/IncomingPhoneNumbers/{other['sid']}.json", GONE, 404)
    words = ("numbers", "release", "+14155550100", "+14155550101", "--yes")
    shell = control.run(*words, "--json")
    assert (shell.code, json.loads(shell.out)) == (1, {"released": ["+14155550100"]})
    assert shell.err == "It was not found. (error 20404)\n"


def imported(asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What the control API answers: +1 is owned, +2 another's, everything else new."""
    number = asked["phone_number"]
    if number.startswith("+2"):
        return 409, {"error": {"code": "number_taken", "message": "It is another's."}}
    return 200, {"created": number[:2] != "+1", "phone_number": number, "sid": SID}


def test_numbers_of_ones_own_are_imported(control: Control) -> None:
    control.on("POST", "/numbers", imported)
    options = ("--sms-url", "https://a.example/", "--capabilities", "voice,SMS", "--simulated")
    shell = control.run("numbers", "import", "+493012345678", "+1415", "+2", *options)
    assert shell.code == 1
    assert shell.out.splitlines() == [
        f"+493012345678     imported       {SID}",
        f"+1415             owned already  {SID}",
        "1 imported, 1 owned already, 1 refused",
    ]
    assert shell.err == "+2: It is another's.\n"
    assert control.asked[0][3] == {
        "phone_number": "+493012345678",
        "sms_url": "https://a.example/",
        "capabilities": ["voice", "sms"],
        "simulated": True,
    }


def test_the_country_is_for_short_codes_alone(control: Control) -> None:
    control.on("POST", "/numbers", imported)
    control.run("numbers", "import", "+493012345678", "12345", "--country", "US")
    assert [asked for *_, asked in control.asked] == [
        {"phone_number": "+493012345678"},
        {"phone_number": "12345", "country": "US"},
    ]


FILE = '''\ufeffPhone Number,Name,sms-url,capabilities
+491,Desk,,
+492,"Büro ""1""",https://b.example/,voice sms

,no number,,
+21,,,
+493,,,fax
+494,a,b,c,d
+11,,,
'''


def test_a_file_is_imported_row_by_row_and_what_is_broken_is_told_by_line(
    control: Control, tmp_path: Path
) -> None:
    control.on("POST", "/numbers", imported)
    path = tmp_path / "numbers.csv"
    path.write_text(FILE)
    shell = control.run("numbers", "import", "--csv", str(path), "--sms-url", "https://a.example/")
    assert shell.code == 1
    assert shell.err.splitlines() == [
        "line 5: no number.",
        "line 6: It is another's.",
        "line 7: 'fax' is no capability; known are voice, sms, mms.",
        "line 8: 5 values for 4 columns.",
    ]
    assert shell.out.splitlines()[-1] == "2 imported, 1 owned already, 4 refused"
    assert [asked for *_, asked in control.asked[:2]] == [
        {"phone_number": "+491", "friendly_name": "Desk", "sms_url": "https://a.example/"},
        {
            "phone_number": "+492",
            "friendly_name": 'Büro "1"',
            "sms_url": "https://b.example/",
            "capabilities": ["voice", "sms"],
        },
    ]


def test_a_file_is_told_as_json_too_and_comes_from_a_pipe(control: Control) -> None:
    control.on("POST", "/numbers", imported)
    shell = control.run("numbers", "import", "--csv", "-", "--json", typed="number;name\n+2;a,b\n")
    assert shell.code == 1
    refused = {"line": 2, "number": "+2", "code": "number_taken", "message": "It is another's."}
    assert shell.out.startswith("{")
    assert control.asked[-1][3] == {"phone_number": "+2", "friendly_name": "a,b"}
    assert json.loads(shell.out) == {"imported": [], "owned": [], "refused": [refused]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must name its columns"),
        ("name\n+1\n", "must name its columns"),
        ("number,colour\n", "has a column 'colour'"),
        ("number,phone\n", "has two columns 'number'"),
        ("number," + "x" * 2_000_000, "is no CSV: it is longer than 1 MB"),
        ('number,"name\n+491,x\n', "is no CSV: a quote opens here and is never closed"),
        ("number\r+491\r", "is no CSV: it has a carriage return outside of quotes"),
    ],
)
def test_a_file_that_cannot_be_understood_imports_nothing(
    control: Control, tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text(text, newline="")
    shell = control.run("numbers", "import", "--csv", str(path))
    assert (shell.code, shell.out) == (1, "")
    assert told in shell.err
    assert shell.err.count("\n") == 1
    assert control.asked == []


def test_a_row_that_is_no_text_is_told(control: Control, tmp_path: Path) -> None:
    control.on("POST", "/numbers", imported)
    path = tmp_path / "numbers.csv"
    path.write_bytes(b"number,name\n+491,\xff\n+492,\0\n+493,x\n")
    shell = control.run("numbers", "import", "--csv", str(path))
    assert shell.err.splitlines() == [
        "line 2: its bytes are no text: save the file as UTF-8.",
        "line 3: it has a NUL character.",
    ]
    assert [asked["phone_number"] for *_, asked in control.asked] == ["+493"]


def test_a_quote_that_is_never_closed_costs_its_own_row(control: Control, tmp_path: Path) -> None:
    control.on("POST", "/numbers", imported)
    path = tmp_path / "numbers.csv"
    path.write_text('number,name\n+491,"open\n+492,x\n+493,y\n')
    shell = control.run("numbers", "import", "--csv", str(path))
    assert shell.err == "line 2: a quote opens here and is never closed.\n"
    assert [asked["phone_number"] for *_, asked in control.asked] == ["+492", "+493"]


def test_a_spreadsheet_that_saves_utf_16_is_read(control: Control, tmp_path: Path) -> None:
    control.on("POST", "/numbers", imported)
    path = tmp_path / "numbers.csv"
    path.write_text("number;name\n+491;Büro\n", encoding="utf-16")
    control.run("numbers", "import", "--csv", str(path))
    assert control.asked[-1][3] == {"phone_number": "+491", "friendly_name": "Büro"}


def test_a_number_that_can_do_nothing_is_not_imported(control: Control) -> None:
    shell = control.run("numbers", "import", "+491", "--capabilities", "")
    assert (shell.code, shell.err) == (1, "+491: A number that can do nothing is of no use.\n")
    assert control.asked == []


@pytest.mark.parametrize("words", [(), ("+491", "--csv", "x.csv"), ("--csv", "/nowhere/x.csv")])
def test_what_to_import_must_be_there(control: Control, words: tuple[str, ...]) -> None:
    shell = control.run("numbers", "import", *words)
    assert (shell.code, shell.out, shell.err.count("\n")) == (1, "", 1)


def test_when_the_platform_goes_the_rest_can_be_imported_later(control: Control) -> None:
    answers = iter(
        [
            (200, {"created": True, "phone_number": "+491", "sid": SID}),
            (503, {"error": {"code": "unavailable", "message": "The database cannot be reached."}}),
        ]
    )
    control.on("POST", "/numbers", lambda _: next(answers))
    shell = control.run("numbers", "import", "+491", "+492", "+493")
    assert shell.code == 1
    assert shell.out.splitlines()[-1] == "1 imported, 0 owned already, 0 refused"
    assert shell.err.splitlines() == [
        "Run it again for the rest: what is imported is left alone.",
        "The database cannot be reached.",
    ]

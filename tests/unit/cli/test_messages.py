from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.twilio_stand_in import NUMBER, PATH, REFUSED, Twilio, twilio_stand_in
from trunkline.cli.export_messages import COLUMNS

TIME = "2026-03-04T05:06:07.891Z"


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[Twilio]:
    with twilio_stand_in(tmp_path) as running:
        yield running


def test_messages_are_listed_the_newest_last(twilio: Twilio) -> None:
    first = twilio.add(body="one\n\x1b[31mtwo", status="delivered")
    twilio.add(to="+19", body="", status="undelivered", num_media="2", error_code=30003)
    for words in (("messages",), ("messages", "list")):
        out = twilio.run(*words).out.splitlines()
        assert out[0].split() == ["made", "(UTC)", "status", "from", "to", "SID", "text"]
        assert out[1].split(maxsplit=6) == [
            "2026-03-04", "05:07:07", "delivered", NUMBER, "+14155550123", first["sid"],
            r"one \x1b[31mtwo",
        ]  # fmt: skip
        assert out[2].endswith("[2 media]")
    found = twilio.run("messages", "list", "--json").json()
    assert [each["to"] for each in found["messages"]] == ["+19", "+14155550123"]


def test_nothing_to_list(twilio: Twilio) -> None:
    assert twilio.run("messages").out == "There are no messages yet.\n"
    shell = twilio.run("messages", "list", "--status", "failed")
    assert shell.out == "There are no such messages.\n"


def listed(twilio: Twilio, *options: str) -> list[str]:
    found = twilio.run("messages", "list", "--json", *options).json()
    return [message["body"] for message in found["messages"]]


def test_messages_are_chosen_by_what_is_asked_for(twilio: Twilio) -> None:
    for n in range(1, 121):  # one a minute, from 05:07:07 on; it is 06:06:07 now
        kind = "failed" if n % 50 == 0 else "read" if n % 60 == 0 else "sent"
        twilio.add(body=f"{n}", status=kind, to=f"+1{n % 2}", **{"from": f"+2{n % 3}"})
    assert listed(twilio, "--limit", "2") == ["120", "119"]
    assert listed(twilio, "--to", "+11", "--from", "+20", "--limit", "2") == ["117", "111"]
    assert listed(twilio, "--status", "failed", "--status", "read") == ["120", "100", "60", "50"]
    assert listed(twilio, "--since", "10m", "--until", "2026-03-04T06:00:07") == [
        "53", "52", "51", "50"
    ]  # fmt: skip
    assert len(listed(twilio, "--date", "2026-03-04", "--limit", "500")) == 120
    assert listed(twilio, "--date", "2026-03-05") == []
    assert len(listed(twilio, "--until", "2026-03-04", "--limit", "500")) == 120
    assert listed(twilio, "--since", "2026-03-04T07:06:07+00:00") == ["120"]
    assert listed(twilio, "--since", "2026-03-04T08:06:07+01:00") == ["120"]
    # The API tells whole seconds: what was made in the same one may have come later in it.
    assert listed(twilio, "--since", "2026-03-04T07:06:07.900") == ["120"]


def test_old_messages_are_not_read_to_find_new_ones(twilio: Twilio) -> None:
    for n in range(3000):
        twilio.add(body=f"{n}")
    twilio.control["/clock"] = {"now": "2026-03-06T07:06:07Z"}
    assert len(listed(twilio, "--since", "2026-03-06T07:00:00", "--limit", "9")) == 7
    pages = [path for _, path, _ in twilio.asked if path == f"{PATH}.json"]
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--status", "gone"), "'gone' is no status: say one of accepted, "),
        (("--since", "soon"), "'soon' is no time: write 1h, 2026-11-21 or 2026-11-21T08:30."),
        (("--until", "9999-12-31"), "'9999-12-31' is too far away."),
        (("--date", "1h"), "'1h' is no day: write e.g. 2026-11-21."),
        (("--date", "2026-01-01", "--since", "1h"), "Say either --date, or --since and --until."),
    ],
)
def test_what_cannot_be_meant(twilio: Twilio, options: tuple[str, ...], told: str) -> None:
    shell = twilio.run("messages", "list", *options)
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.startswith(told)
    assert len(shell.err.splitlines()) == 1


def test_a_message_is_sent(twilio: Twilio) -> None:
    shell = twilio.run("messages", "send", "--to", "+19", "Hello", "you")
    assert (shell.code, shell.out) == (0, f"{twilio.messages[0]['sid']}\n")
    shell = twilio.run(
        "messages", "send", "--to", "+19", "--from", "+18", "--media", "http://a", "--media",
        "http://b", "--status-callback", "http://c", "--set", "validity_period=60", "--json",
    )  # fmt: skip
    assert shell.json()["sid"] == twilio.messages[1]["sid"]
    forms = [form for method, _, form in twilio.asked if method == "POST"]
    assert forms == [
        {"To": ["+19"], "Body": ["Hello you"], "From": [NUMBER]},
        {
            "ValidityPeriod": ["60"], "To": ["+19"], "From": ["+18"],
            "MediaUrl": ["http://a", "http://b"], "StatusCallback": ["http://c"],
        },
    ]  # fmt: skip


def test_a_refusal_is_twilios(twilio: Twilio) -> None:
    shell = twilio.run("messages", "send", "--to", REFUSED, "Hi")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err == f"Invalid 'To' Phone Number: {REFUSED} (error 21211)\n"


def test_one_message_with_all_that_is_known(twilio: Twilio) -> None:
    message = twilio.add(
        body="one\ntwo", status="undelivered", error_code=30003, error_message="Unreachable",
        num_media="0", price="-0.00750",
    )  # fmt: skip
    sid = message["sid"]
    event = {"seq": 1, "kind": "message.queued", "data": {"a": 1}, "world_time": TIME}
    request = {
        "id": "0" * 32, "subject": sid, "kind": "message.status", "told": "sent", "untrue": False,
        "resent": False, "method": "POST", "url": "http://app/", "outcome": "failed",
        "status": 500, "attempts": 1, "error_code": 11200, "created_at": TIME,
    }  # fmt: skip
    told = {"seq": 0, "kind": "webhook.failed", "data": {}, "world_time": TIME}
    twilio.control[f"/messages/{sid}/events"] = {"events": [event, told]}
    twilio.control["/webhooks"] = {"requests": [request]}
    out = twilio.run("messages", "show", sid).out
    assert out.splitlines()[0] == f"{sid}  undelivered"
    for line in (
        f"  from         {NUMBER}",
        "  error        30003, Unreachable",
        "  made         2026-03-04 05:07:07 (UTC)",
        "  price        -0.00750 USD",
        "    one",
        "    two",
    ):
        assert line in out.splitlines()
    assert "queued  a=1" in out
    assert "failed   status sent  500, error 11200  POST http://app/" in out
    assert "webhook.failed" not in out
    found = twilio.run("messages", "show", sid, "--json").json()
    assert found["message"] == message
    assert (found["media"], found["requests"]) == ([], [request])
    assert found["timeline"] == [event, told]


def test_a_message_that_is_not_there(twilio: Twilio) -> None:
    shell = twilio.run("messages", "show", "SM/../x")
    assert shell.code == 1
    assert shell.err == (
        "There is no message SM/../x in this world's account: see `trunkline messages list`.\n"
    )


def test_messages_are_exported_as_csv(twilio: Twilio, tmp_path: Path) -> None:
    twilio.add(body="=1+1", status="sent")
    twilio.add(body='a,"b"\r\nc', to="+19", date_sent="Wed, 04 Mar 2026 05:09:00 +0000")
    path = tmp_path / "messages.csv"
    shell = twilio.run("messages", "export", str(path))
    assert (shell.code, shell.out) == (0, f"2 messages are in {path}.\n")
    with path.open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert tuple(first) == COLUMNS
    assert (first["to"], first["body"]) == ("+19", 'a,"b"\r\nc')
    assert (first["date_created"], first["date_sent"]) == (
        "2026-03-04T05:08:07Z",
        "2026-03-04T05:09:00Z",
    )
    assert (second["body"], second["date_sent"], second["error_code"]) == ("'=1+1", "", "")
    assert [file.name for file in tmp_path.glob("messages*")] == ["messages.csv"]
    raw = twilio.run("messages", "export", "--raw", "--status", "sent")
    assert ",=1+1," in raw.out


def test_messages_are_exported_as_lines_of_json(twilio: Twilio, tmp_path: Path) -> None:
    messages = [twilio.add(body=f"{n} é") for n in range(1200)]
    path = tmp_path / "messages.jsonl"
    assert twilio.run("messages", "export", str(path)).code == 0
    found = [json.loads(line) for line in path.read_text().splitlines()]
    assert found == messages[::-1]
    for options in (("--format", "jsonl"), ("--json",)):
        shell = twilio.run("messages", "export", *options, "--limit", "3")
        assert [json.loads(line) for line in shell.out.splitlines()] == messages[:-4:-1]


def test_a_file_that_is_there_stays(twilio: Twilio, tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text("mine")
    shell = twilio.run("messages", "export", str(path))
    assert shell.code == 1
    assert "is there already: name another, or say --force." in shell.err
    assert path.read_text() == "mine"
    assert twilio.run("messages", "export", str(path), "--force").code == 0
    assert path.read_text().startswith("sid,")


def test_an_export_that_fails_leaves_nothing(twilio: Twilio, tmp_path: Path) -> None:
    for _ in range(1500):
        twilio.add()
    twilio.instead.extend([None, (), ()])  # a page is asked for twice
    path = tmp_path / "messages.csv"
    path.write_text("mine")
    shell = twilio.run("messages", "export", str(path), "--force")
    assert shell.code == 1
    assert "went away" in shell.err
    assert path.read_text() == "mine"
    assert [file.name for file in tmp_path.glob("messages*")] == ["messages.csv"]
    shell = twilio.run("messages", "export", str(tmp_path / "none" / "x.csv"))
    assert "cannot be written: No such file or directory." in shell.err
    assert "'xml' is no format" in twilio.run("messages", "export", "--format", "xml").err

"""How a conversation with an app is shown."""

from __future__ import annotations

from typing import Any

import pytest

from trunkline.cli.demo_conversation import print_conversation

STATUS_URL = "https://api.example.com/status"


def event(subject: str, kind: str, second: int) -> dict[str, Any]:
    return {"subject": subject, "kind": kind, "real_time": f"2026-03-04T05:06:{second:02}.5Z"}


def request(subject: str, second: int, **changes: Any) -> dict[str, Any]:
    found = {
        "subject": subject,
        "method": "POST",
        "url": STATUS_URL,
        "status": 204,
        "tries": [
            {"started_at": f"2026-03-04T05:06:{second:02}.7Z", "ms": 12, "signature": "c2lnbg=="}
        ],
        "request": {"parameters": [["SmsSid", subject], ["MessageStatus", "sent"]]},
        "response": {"body": None},
    }
    return found | changes


def shown(capsys: pytest.CaptureFixture[str], *requests: dict[str, Any]) -> list[str]:
    events = [
        event("SM1", "message.sent", 1),
        event("SM2", "message.receiving", 4),
        event("SM1", "message.delivered", 3),
    ]
    print_conversation(events, requests)
    return [line.strip() for line in capsys.readouterr().out.splitlines()[1:]]


def test_messages_and_requests_are_in_one_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, request("SM1", 2)) == [
        "2026-03-04 05:06:01.500  message  sent",
        f"2026-03-04 05:06:02.700  message  POST {STATUS_URL}",
        "X-Twilio-Signature: c2lnbg==",
        "MessageStatus=sent",
        "answered 204 in 12 ms",
        "2026-03-04 05:06:03.500  message  delivered",
        "2026-03-04 05:06:04.500  inbound  receiving",
    ]


def test_what_a_stranger_wrote_stays_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(
        capsys,
        request(
            "SM2",
            5,
            status=200,
            request={"parameters": [["Body", "hi\n\x1b[31m"], ["From", "+14155550123"]]},
            response={"body": "<Response>\r\n</Response>"},
        ),
    )

    assert lines[-2:] == [
        r"From=+14155550123  Body=hi\n\x1b[31m",
        r"answered 200 in 12 ms: <Response>\r\n</Response>",
    ]


def test_a_request_without_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    unanswered = request("SM1", 2, status=None, response=None, request={"parameters": None})

    assert "no answer in 12 ms" in shown(capsys, unanswered)


def test_a_request_that_was_never_made_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(shown(capsys, request("SM1", 2, tries=[]))) == 3

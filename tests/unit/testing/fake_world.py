"""A world that only remembers what it is asked, and answers what a test has told it."""

from __future__ import annotations

from typing import Any

from trunkline.testing.world import Credentials

__all__ = ["CREDENTIALS", "FakeWorld", "alert", "request", "said"]

CREDENTIALS = Credentials(
    account_sid="AC" + "1" * 32,
    auth_token="token-of-the-account",
    api_key="SK" + "2" * 32,
    api_secret="secret-of-the-key",
    gateway_key="tlk_of-the-gateway",
    numbers=("+12065550100", "+14155550100"),
)


class FakeWorld:
    """`answers` are by method and path, without the query."""

    def __init__(self, **answers: Any) -> None:
        self.credentials = CREDENTIALS
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[str, Any] = answers
        self.loops: set[Any] = set()
        self.settled = 0
        self.has_calls = False

    def control(self, method: str, path: str, body: Any = None) -> Any:
        self.asked.append((method, path, body))
        key = f"{method} {path.partition('?')[0]}"
        return self.answers.get(key, {"calls": []} if key == "GET /calls" else None)

    twilio = control

    def settle(self) -> None:
        self.settled += 1

    def without_secrets(self, text: str) -> str:
        return text.replace(CREDENTIALS.auth_token, "[secret]")


def said(sender: str, recipient: str, body: str, **changed: Any) -> dict[str, Any]:
    """A message as the control API's transcript shows it."""
    outbound = sender in CREDENTIALS.numbers
    return {
        "id": "0" * 32,
        "sid": "SM" + "0" * 32,
        "kind": "message",
        "direction": "outbound-api" if outbound else "inbound",
        "from": sender,
        "to": recipient,
        "body": body,
        "num_media": 0,
        "status": "delivered" if outbound else "received",
        "error_code": None,
        "error_message": None,
        "created_at": "2026-03-04T05:06:07Z",
        "waits_for": None,
        "due_at": None,
        **changed,
    }


def request(**changed: Any) -> dict[str, Any]:
    """A request to an app as the control API lists it."""
    return {
        "id": "1" * 32,
        "subject": "SM" + "0" * 32,
        "kind": "message.inbound",
        "told": None,
        "method": "POST",
        "url": "https://app.test.example/sms",
        "outcome": "delivered",
        "status": 200,
        "attempts": 1,
        "error_code": None,
        "created_at": "2026-03-04T05:06:07Z",
        **changed,
    }


def alert(**changed: Any) -> dict[str, Any]:
    """An alert as Monitor shows it."""
    return {
        "sid": "NO" + "2" * 32,
        "error_code": "11200",
        "alert_text": "Msg=POST+%2Fsms+answered+500.&ErrorCode=11200",
        "date_created": "2026-03-04T05:06:07Z",
        **changed,
    }

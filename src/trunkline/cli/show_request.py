"""How a request to an app is shown."""

from __future__ import annotations

from typing import Any

from trunkline.cli.show import bold, dim, facts, moment, plain, status, table

__all__ = ["came", "print_request", "what"]


def what(request: dict[str, Any]) -> str:
    """What was told, and what is special about it."""
    told = f" {request['told']}" if request["told"] else ""
    marks = (" again" if request["resent"] else "") + (" (untrue)" if request["untrue"] else "")
    return f"{request['kind'].removeprefix('message.')}{told}{marks}"


def came(request: dict[str, Any]) -> str:
    """What the app answered, and after how many attempts."""
    parts = [str(request["status"])] if request["status"] is not None else []
    if request["error_code"] is not None:
        parts.append(f"error {request['error_code']}")
    if request["attempts"] > 1:
        parts.append(f"{request['attempts']} attempts")
    return ", ".join(parts) or "—"


def print_request(found: dict[str, Any]) -> None:
    """All that is known of one request."""
    print(f"{bold(found['id'])}  {status(found['outcome'])}")
    rows = [
        ("about", found["subject"]),
        ("account", found["account_sid"]),
        ("what", what(found)),
        ("due", moment(found["created_at"])),
    ]
    if found["ended_at"] is not None:
        rows.append(("ended", moment(found["ended_at"])))
    rows.append(("token", found["idempotency_token"]))
    if found["error_code"] is not None:
        rows.append(("error", f"{found['error_code']}, {found['error_title']}"))
    sent = found["request"]
    if sent["connection_overrides"] is not None:
        rows.append(("overrides", sent["connection_overrides"]))
    facts((name, plain(value)) for name, value in rows)
    print(f"\n{bold(plain(found['method'] + ' ' + found['url']))}")
    facts((plain(name), plain(value)) for name, value in sent["headers"])
    print()
    if sent["parameters"] is None:
        print(dim("  The message is gone, and what was sent with it."))
    else:
        facts((plain(name), plain(value)) for name, value in sent["parameters"])
    if sent["redacted"]:
        print(dim("  The text of the message was redacted after it was sent."))
    _print_attempts(found["tries"])
    if found["response"] is not None:
        _print_answer(found["response"])


def _print_attempts(tries: list[dict[str, Any]]) -> None:
    if not tries:
        return
    print()
    rows = [
        [
            moment(made["started_at"]),
            f"{made['ms']} ms",
            "—" if made["status"] is None else str(made["status"]),
            "" if made["error"] is None else str(made["error"]),
            plain(made["reason"] or made["url"]),
        ]
        for made in tries
    ]
    table(["attempt (UTC, real time)", "took", "came", "error", ""], rows)


def _print_answer(answer: dict[str, Any]) -> None:
    print(f"\n{bold(str(answer['status']))}")
    facts((plain(name), plain(value)) for name, value in answer["headers"])
    if answer["body"]:
        print()
        for line in answer["body"].splitlines():
            print(f"  {plain(line)}")

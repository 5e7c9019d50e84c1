"""How a number is shown."""

from __future__ import annotations

from typing import Any

from trunkline.cli.show import bold, facts, plain

__all__ = ["capabilities_of", "messages_go_to", "print_number"]


def print_number(found: dict[str, Any]) -> None:
    """All that is known of a number."""
    print(f"{bold(found['phone_number'])}  {found['sid']}")
    rows = [
        ("name", found["friendly_name"]),
        ("type", found["type"]),
        ("can", capabilities_of(found)),
        ("account", found["account_sid"]),
        ("messages go to", messages_go_to(found)),
        ("or, failing it", found["sms_fallback_url"] or "—"),
        ("calls go to", found["voice_url"] or "—"),
        ("calls' status", found["status_callback"] or "—"),
        ("since", found["date_created"]),
    ]
    facts((name, plain(value)) for name, value in rows)


def capabilities_of(number: dict[str, Any]) -> str:
    """What it can do, in a few words."""
    can = number["capabilities"]
    return " ".join(name for name in ("voice", "sms", "mms") if can.get(name)) or "nothing"


def messages_go_to(number: dict[str, Any]) -> str:
    """What is requested when a message comes in."""
    if number["sms_application_sid"]:
        return str(number["sms_application_sid"])
    return f"{number['sms_method']} {number['sms_url']}" if number["sms_url"] else "—"

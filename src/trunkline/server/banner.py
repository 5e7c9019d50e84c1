"""What `trunkline up` says when the platform is ready."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trunkline import __version__

__all__ = ["banner", "snippet"]

PHONES = ("+14155550123", "+14155550124", "+14155550125", "+14155550126", "+14155550127")
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def banner(
    credentials: Mapping[str, Any], *, data: Path, is_default_data: bool, colours: bool
) -> str:
    """The text, with a line end."""
    bold, dim, plain = (BOLD, DIM, PLAIN) if colours else ("", "", "")
    numbers = list(credentials["numbers"])
    sender = numbers[0] if numbers else "+15005550006"
    phone = _phone(numbers)
    facts = [
        ("Base URL", credentials["base_url"]),
        ("Account SID", credentials["account_sid"]),
        ("Auth token", credentials["auth_token"]),
        ("Numbers", "  ".join(numbers)),
        ("Data", str(data)),
    ]
    hints = [
        (f"phone {phone} inbox", "what arrived there"),
        (f"phone {phone} send {sender} Hi", "answer from it"),
        (f"phone {phone} set --fail 30003", "let it fail"),
        ("tail", "events, as they happen"),
        ("why SID", "explain a message"),
        ("clock advance 1h", "move time"),
    ]
    width = max(len(command) for command, _ in hints)
    lines = [
        f"{bold}Trunkline {__version__}{plain} is ready.",
        "",
        *(f"  {name:<13}{bold}{value}{plain}" for name, value in facts),
        "",
        f"{dim}# send a message: pip install twilio{plain}",
        snippet(credentials, sender=sender, phone=phone),
        "",
        f"{dim}# any number is a virtual phone; in another terminal{plain}",
        *([] if is_default_data else [f"export TRUNKLINE_DATA={shlex.quote(str(data))}"]),
        *(f"trunkline {command:<{width}}  {dim}# {what}{plain}" for command, what in hints),
        "",
        f"{dim}Ctrl-C stops it.{plain}",
    ]
    return "\n".join(lines) + "\n"


def snippet(credentials: Mapping[str, Any], *, sender: str, phone: str) -> str:
    """A program that sends a message with Twilio's own Python library."""
    return "\n".join(
        [
            "from twilio.rest import Client",
            f'client = Client("{credentials["account_sid"]}", "{credentials["auth_token"]}")',
            f'client.api.base_url = "{credentials["base_url"]}"',
            f'print(client.messages.create(to="{phone}", from_="{sender}", body="Hello").sid)',
        ]
    )


def _phone(numbers: list[str]) -> str:
    """A number for examples that nobody on the platform owns."""
    return next((phone for phone in PHONES if phone not in numbers), PHONES[0])

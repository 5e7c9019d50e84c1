"""One consent as people and programs write it, to a value; or what is wrong with it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trunkline.messaging.consents.model import SOURCES, Status
from trunkline.messaging.recipients import is_e164

__all__ = ["COLUMNS", "BadConsent", "ConsentRow", "KnownSender", "read_row"]

# As exports write them, in this order; an import takes them in any order.
COLUMNS = (
    "sender",
    "recipient",
    "status",
    "method",
    "keyword",
    "source",
    "ip",
    "user_agent",
    "consented_at",
    "changed_at",
)
# What others call them; the last four are those of Twilio's Consents API.
OTHER_NAMES = {
    "from": "sender",
    "to": "recipient",
    "phone": "recipient",
    "phone_number": "recipient",
    "sender_id": "sender",
    "contact_id": "recipient",
    "date_of_consent": "consented_at",
}
STATUSES: Mapping[str, Status] = {
    "blocked": "blocked",
    "opt-out": "blocked",
    "opted-out": "blocked",
    "stop": "blocked",
    "allowed": "allowed",
    "opt-in": "allowed",
    "opted-in": "allowed",
    "start": "allowed",
}
MOST_KEYWORD = 40
FIRST_YEAR = 1970
MOST_USER_AGENT = 500
_address = re.compile(r"(?:(?:whatsapp|rcs):)?(\+[0-9]+)").fullmatch

# The sender as it is kept, for one that is the account's to speak for; None for any other.
KnownSender = Callable[[str], str | None]


class BadConsent(ValueError):
    """A row that cannot be taken. `problems` are (column, sentence without its end)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(sentence for _, sentence in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """A consent that was read: what is asked for, and the evidence that came with it."""

    scope: str
    recipient: str
    status: Status
    keyword: str | None = None
    source: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    consented_at: datetime | None = None


def read_row(values: Mapping[str, Any], known: KnownSender) -> ConsentRow:
    """The row of `values`, which are by column. Raises BadConsent with all that is wrong.

    `method` and `changed_at`, which an export has, are what the other platform did: the first is
    passed over, the second counts as the time of the consent where none is told.
    """
    reader = _Reader(_named(values))
    sender = reader.text("sender")
    scope = known(sender) if sender else None
    if scope is None:
        reader.complain("sender", "sender is no number and no service of the account")
    recipient = reader.text("recipient")
    if not is_recipient(recipient):
        reader.complain("recipient", "recipient is no number in E.164")
    status = STATUSES.get(reader.text("status").lower())
    if status is None:
        reader.complain("status", "status is neither blocked nor allowed")
    row = (
        reader.text("keyword", MOST_KEYWORD) or None,
        reader.source(),
        reader.ip(),
        reader.text("user_agent", MOST_USER_AGENT) or None,
        reader.moment("consented_at") or reader.moment("changed_at"),
    )
    if scope is None or status is None or reader.problems:
        raise BadConsent(reader.problems)
    keyword, source, ip, user_agent, consented_at = row
    return ConsentRow(
        scope=scope,
        recipient=recipient,
        status=status,
        keyword=keyword,
        source=source,
        ip=ip,
        user_agent=user_agent,
        consented_at=consented_at,
    )


def is_recipient(text: str) -> bool:
    """Whether it is a person's number in E.164, or one with the channel before it."""
    found = _address(text)
    return found is not None and is_e164(found[1]) is not None


def read_moment(text: str) -> datetime | None:
    """A date with a time in ISO 8601, in UTC where it says none; None for anything else."""
    if not 16 <= len(text) <= 40 or text[10:11] not in ("T", " "):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if moment.year >= FIRST_YEAR else None
    except (ValueError, OverflowError):
        return None


class _Reader:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.problems: list[tuple[str, str]] = []
        for name, value in values.items():
            if name not in COLUMNS:
                self.complain(name, f"'{name[:40]}' is no column of consents")
            elif value is not None and not isinstance(value, str):
                self.complain(name, f"{name} is no text")
            elif value is not None and not value.strip().isprintable():
                self.complain(name, f"{name} has characters that cannot be printed")

    def complain(self, column: str, sentence: str) -> None:
        if all(column != told for told, _ in self.problems):
            self.problems.append((column, sentence))

    def text(self, name: str, most: int = 200) -> str:
        value = self._values.get(name)
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > most:
            self.complain(name, f"{name} is longer than {most} characters")
        return text

    def source(self) -> str | None:
        text = self.text("source").lower()
        if text and text not in SOURCES:
            self.complain("source", f"source is none of {', '.join(SOURCES)}")
        return text or None

    def ip(self) -> str | None:
        text = self.text("ip")
        if not text:
            return None
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            self.complain("ip", "ip is no IP address")
            return None

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        moment = read_moment(text) if text else None
        if text and moment is None:
            self.complain(name, f"{name} is no date and time in ISO 8601")
        return moment


def _named(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values by our names. A correlation id is for whoever asks, not for us."""
    return {
        OTHER_NAMES.get(name, name): value
        for name, value in values.items()
        if name != "correlation_id"
    }

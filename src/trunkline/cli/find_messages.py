"""Messages by what is asked for, page after page from Twilio's API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from trunkline.cli.client import Control
from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import TwilioApi

__all__ = ["STATUSES", "Filter", "find_messages", "parse_filter"]

STATUSES = (
    "accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed",
    "canceled", "read", "receiving", "received",
)  # fmt: skip
MOST_A_PAGE = 1000
DAY = timedelta(days=1)
# A world's time only goes forward; messages of one moment may stand in any order.
SLACK = timedelta(minutes=1)
Message = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which messages are wanted; moments are when they were made, in the world's time."""

    to: str | None = None
    sender: str | None = None
    statuses: frozenset[str] = frozenset()
    since: datetime | None = None
    before: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves any out."""
        return self != Filter()

    def fits(self, message: Message) -> bool:
        """Whether a message is wanted, as far as the API does not choose."""
        if self.statuses and message["status"] not in self.statuses:
            return False
        if self.since is None and self.before is None:
            return True
        made = parsedate_to_datetime(message["date_created"])
        # The API tells whole seconds: what was made within the one that `since` is in counts.
        return (self.since is None or made >= self.since.replace(microsecond=0)) and (
            self.before is None or made < self.before
        )

    def is_before(self, message: Message) -> bool:
        """Whether this message, and so all that were made before it, are too old."""
        if self.since is None:
            return False
        return parsedate_to_datetime(message["date_created"]) < self.since - SLACK


def parse_filter(
    control: Control,
    to: str | None,
    sender: str | None,
    statuses: Sequence[str] | None,
    since: str | None,
    until: str | None,
    date: str | None,
) -> Filter:
    """What the options of a command mean. Raises Failure."""
    for status in statuses or ():
        if status not in STATUSES:
            raise Failure(f"'{status[:64]}' is no status: say one of {', '.join(STATUSES)}.")
    if date is not None and (since is not None or until is not None):
        raise Failure("Say either --date, or --since and --until.")
    start = None if since is None else _moment(control, since)[0]
    end = None if until is None else _moment(control, until)[1]
    if date is not None:
        start, end = _moment(control, date)
        if end - start != DAY:
            raise Failure(f"'{date[:64]}' is no day: write e.g. 2026-11-21.")
    return Filter(to=to, sender=sender, statuses=frozenset(statuses or ()), since=start, before=end)


def find_messages(api: TwilioApi, wanted: Filter, limit: int | None) -> Iterator[Message]:
    """The messages, newest first, as the API shows them; at most `limit`. Raises Failure."""
    local = bool(wanted.statuses or wanted.since or wanted.before)
    size = MOST_A_PAGE if local or limit is None else min(limit, MOST_A_PAGE)
    fields = {"To": wanted.to, "From": wanted.sender, "PageSize": size}
    left = limit
    for message in api.pages(f"{api.account_path}/Messages.json", "messages", fields):
        if left == 0:
            return
        if wanted.is_before(message):
            return
        if wanted.fits(message):
            left = None if left is None else left - 1
            yield message


def _moment(control: Control, text: str) -> tuple[datetime, datetime]:
    """The moment that is meant, and its end: of a day, the next one. Raises Failure."""
    from trunkline.control.durations import parse_duration

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            ago = parse_duration(text)
        except ValueError:
            raise Failure(
                f"'{text[:64]}' is no time: write 1h, 2026-11-21 or 2026-11-21T08:30."
            ) from None
        now = datetime.fromisoformat(control.get("/clock")["now"])
        try:
            return now - ago, now - ago
        except OverflowError:
            raise Failure(f"'{text[:64]}' is too long ago.") from None
    is_day = len(text) <= len("2026-11-21")
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        return found, found + DAY if is_day else found
    except OverflowError:
        raise Failure(f"'{text[:64]}' is too far away.") from None

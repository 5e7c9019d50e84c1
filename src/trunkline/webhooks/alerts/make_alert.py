"""Make an alert of what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trunkline.clock import Clock
from trunkline.sids import SidFactory
from trunkline.webhooks.alerts.catalogue import alert_level, alert_title
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.model import Delivery
from trunkline.worlds import Worlds

if TYPE_CHECKING:
    from trunkline.webhooks.http import Exchange

__all__ = ["AlertMaker", "bounded", "shown_url"]

MOST_MESSAGE = 1_000  # characters
MOST_URL = 2_048
MOST_DETAILS = 20
MOST_DETAIL = 500
MOST_NAME = 60
BAD_GATEWAY = "502"  # what Twilio tells where there was no answer at all


class AlertMaker:
    """Makes alerts; they are recorded by `RecordAlerts`."""

    def __init__(self, sids: SidFactory, worlds: Worlds, clock: Clock) -> None:
        self._sids = sids
        self._worlds = worlds
        self._clock = clock

    def __call__(
        self,
        account_id: str,
        world_id: str,
        code: int,
        *,
        resource: str | None = None,
        service: str | None = None,
        message: str | None = None,
        delivery: Delivery | None = None,
        exchange: Exchange | None = None,
        url: str | None = None,
        method: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> Alert:
        """An alert of `code`, about `resource` (the delivery's subject when not given).

        `message` is one sentence, without anything of a message's text; without one it is the
        reason of the exchange, or else the title of the code. `url` and `method` are those of
        the exchange and the delivery, unless given. Whatever comes from outside is cut and
        cleaned of what PostgreSQL cannot hold.
        """
        told = dict(details or {})
        if exchange is not None:
            url = url or exchange.url
            if exchange.status is not None:
                told.setdefault("httpResponse", str(exchange.status))
            elif exchange.error is not None:
                told.setdefault("httpResponse", BAD_GATEWAY)
            message = message or exchange.reason
        if delivery is not None:
            url = url or delivery.url
            method = method or delivery.method
            resource = resource or delivery.subject
        return Alert(
            sid=self._sids.new("NO"),
            account_id=account_id,
            world_id=world_id,
            code=code,
            level=alert_level(code),
            message=bounded(message or alert_title(code), MOST_MESSAGE),
            resource=resource,
            service=service,
            delivery_id=None if delivery is None else delivery.id,
            url=None if url is None else shown_url(url),
            method=method,
            details={
                bounded(name, MOST_NAME): bounded(value, MOST_DETAIL)
                for name, value in list(told.items())[:MOST_DETAILS]
            },
            created_at=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
        )


def bounded(text: str, most: int) -> str:
    """At most so many characters of a text, without NUL bytes and lone surrogates."""
    return text[:most].replace("\0", "").encode(errors="ignore").decode()


def shown_url(url: str) -> str:
    """A URL without its userinfo and fragment, at most 2,048 characters.

    Nothing is raised for what is no URL; what might be a password is cut off even then.
    """
    # Cut last: a cut within the userinfo would show it.
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "", url
    rest = rest.partition("#")[0]
    end = min((i for i in map(rest.find, "/?\\") if i >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    port = authority.rpartition("]")[2].partition(":")[2]
    if "@" in authority:
        authority = authority.rpartition("@")[2]
    elif port and not port.isdigit() and "@" in path:
        # A password with a slash in it: where the host begins is anybody's guess.
        authority, path = path.rpartition("@")[2], ""
    return bounded(f"{scheme}{separator}{authority}{path}", MOST_URL)

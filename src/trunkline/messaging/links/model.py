"""Short links and their domains as values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

__all__ = ["CODE_LENGTH", "DOMAINS_TOPIC", "LIFETIME", "PATH", "Link", "LinkDomain"]

# Topic of `Database.announce`: the key is the id of a domain that was made, changed or deleted.
DOMAINS_TOPIC = "link_domains"

CODE_LENGTH: Final = 10  # letters and digits, as Twilio's links have
LIFETIME: Final = timedelta(days=365)
PATH: Final = "/l/"  # of links at the platform's own address; a domain's have none


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A short link as it is committed with its message. It does not hold its code."""

    id: str  # 32 hex digits: the keyed digest of its code
    message_sid: str
    world_id: str
    domain_id: str | None  # 32 hex digits; None at the platform's own address
    target: bytes | None  # the URL, sealed with the code; None for a media file
    part: int | None  # of the message's media; None for a URL
    created_at: datetime  # world time

    @property
    def expires_at(self) -> datetime:
        """World time from which it leads nowhere."""
        return self.created_at + LIFETIME


class LinkDomain(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A domain of an account, with what shortening and clicks need to know of it."""

    id: str  # 32 hex digits
    account_id: str
    world_id: str
    domain_name: str  # lower case, with its port where it has one
    fallback_url: str | None
    callback_url: str | None
    disable_https: bool

    @property
    def sid(self) -> str:
        """Its SID."""
        return f"DN{self.id}"

    def short(self, code: str) -> str:
        """A link as it is written into a message."""
        name = f"{self.domain_name}/{code}"
        return name if self.disable_https else f"https://{name}"

"""Against what the URLs in a TwiML document count (behaviour 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin, urlsplit

from trunkline.webhooks.target import InvalidTarget, read_target

__all__ = ["DocumentUrl"]


@dataclass(frozen=True, slots=True)
class DocumentUrl:
    """Where a document was asked for, and where it came from."""

    asked: str  # as it was configured or written: with userinfo and connection overrides
    base: str  # what relative URLs count from: after HTTP redirects, with the app's own userinfo

    @classmethod
    def of(cls, asked: str, answered: str) -> Self:
        """Of the URL that was configured, and the one that answered (`Exchange.url`)."""
        return cls(asked, _with_userinfo(asked, answered))

    def resolve(self, written: str) -> str:
        """The URL that is meant; of an empty one the current document, overrides included.

        The query of the current document is never part of it: in a GET it holds the parameters,
        and they are sent again anyway. Raises ValueError for what is no URL.
        """
        address, mark, fragment = written.strip().partition("#")
        if not address:
            return f"{self.asked.partition('#')[0]}#{fragment}" if mark else self.asked
        return urljoin(self.base.partition("?")[0], written.strip())


def _with_userinfo(asked: str, answered: str) -> str:
    """`answered` with the credentials of `asked`, as RFC 3986 resolves references: unless the app
    has led elsewhere, where they must not go."""
    try:
        before, after = read_target(asked), read_target(answered)
        userinfo, mark, _ = urlsplit(asked.strip()).netloc.rpartition("@")
    except (InvalidTarget, ValueError):
        return answered
    same = (before.scheme, before.authority) == (after.scheme, after.authority)
    if not mark or not same:
        return answered
    scheme, _, rest = after.url.partition("://")
    return f"{scheme}://{userinfo}@{rest}"

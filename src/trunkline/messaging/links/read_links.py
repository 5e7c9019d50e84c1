"""Read the links of a message, with their clicks: for the control API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from trunkline.messaging.links import queries
from trunkline.messaging.links.link_keys import LinkKeys
from trunkline.messaging.links.read_codes import codes_in
from trunkline.messaging.model import is_mms_sid
from trunkline.store import Database

__all__ = ["ReadLinks", "SeenClick", "SeenLink"]

MOST_CLICKS = 1_000


@dataclass(frozen=True, slots=True)
class SeenClick:
    """Who followed a link, and when (world time)."""

    user_agent: str
    clicked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLink:
    """A link of a message. `url` is None of a media file, and once the text is forgotten."""

    url: str | None
    media_part: int | None
    created_at: datetime
    expires_at: datetime
    clicks: int
    clicked: list[SeenClick] = field(default_factory=list)  # the first ones


class ReadLinks:
    """The links of one message."""

    def __init__(self, database: Database, keys: LinkKeys) -> None:
        self._database = database
        self._keys = keys

    async def __call__(self, world_id: str, sid: str) -> list[SeenLink]:
        """The links of a message of a world; none when it has none, or there is no such message."""
        rows = await self._database.fetch(
            queries.LINKS_OF_MESSAGE, sid[2:], world_id, is_mms_sid(sid)
        )
        if not rows:
            return []
        codes = codes_in(rows[0]["body"] or "", self._keys)
        found = {}
        for row in rows:
            code, url = codes.get(row["id"].hex), None
            if code is not None and row["target"] is not None:
                url = self._keys.open(code, row["target"])
            found[row["id"]] = SeenLink(
                url=url,
                media_part=row["part"],
                created_at=row["created_at"],
                expires_at=row["expires_at"],
                clicks=row["clicks"],
            )
        for click in await self._database.fetch(queries.CLICKS_OF_MESSAGE, sid[2:], MOST_CLICKS):
            if click["link_id"] in found:
                seen = SeenClick(click["user_agent"], click["clicked_at"])
                found[click["link_id"]].clicked.append(seen)
        return list(found.values())

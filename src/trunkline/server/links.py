"""Put short links together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from trunkline.messaging.links import queries
from trunkline.messaging.links.click_callback import KIND, ClickCallback
from trunkline.messaging.links.domains import LinkDomains
from trunkline.messaging.links.follow_link import FollowLink
from trunkline.messaging.links.link_keys import LinkKeys
from trunkline.messaging.links.lost_links import LostLinks
from trunkline.messaging.links.manage_domains import ManageDomains
from trunkline.messaging.links.read_links import ReadLinks
from trunkline.messaging.links.resources import LinkShortening
from trunkline.messaging.links.shorten import LinkMedia, Places, ShortenLinks
from trunkline.messaging.links.validate_dns import ValidateDns
from trunkline.messaging.links.works import CreateLinks, RecordClicks
from trunkline.messaging.media.links import MediaLinks
from trunkline.server.core import Core
from trunkline.server.webhooks import Webhooks
from trunkline.sids import id_floor

__all__ = ["RESOURCES", "Links"]

RESOURCES = (LinkShortening,)

# Links live for a year of their world's time; what is older by real time is of no use to anybody.
KEPT = timedelta(days=400)
AT_ONCE = 10_000  # rows deleted by one statement


class Links:
    """The short links of one node."""

    def __init__(self, core: Core, webhooks: Webhooks) -> None:
        self._core = core
        development = core.settings.mode == "development"
        self.domains = LinkDomains(core.database)
        self.keys = LinkKeys()
        create, places = CreateLinks(), Places(self.domains, core.base_url)
        self.shorten = ShortenLinks(
            places=places, keys=self.keys, sids=core.sids, create=create, built_in=development
        )
        self.link_media = LinkMedia(
            places=places, keys=self.keys, sids=core.sids, create=create, worlds=core.worlds
        )
        self.manage = ManageDomains(
            core.database, self.domains, core.worlds, core.sids, core.base_url
        )
        self.read = ReadLinks(core.database, self.keys)
        self.follow = FollowLink(
            database=core.database,
            commit=core.commit,
            domains=self.domains,
            keys=self.keys,
            record=RecordClicks(webhooks.due),
            make=webhooks.make,
            lost=LostLinks(core.commit, webhooks.record, webhooks.alert, core.clock),
            worlds=core.worlds,
            clock=core.clock,
            sids=core.sids,
            base_url=core.base_url,
            media=MediaLinks(core.box, core.clock),
        )
        webhooks.kinds[KIND] = ClickCallback(core.database, self.keys, webhooks.alert)
        validate = ValidateDns(core.base_url, asks=not development)
        self.resources: Sequence[object] = (LinkShortening(self.manage, validate),)

    async def load(self) -> None:
        """Load what is kept in memory."""
        await self.keys.load(self._core.database, self._core.box)
        await self.domains.load()

    async def drop_old(self) -> None:
        """Delete what has had its time, some rows at a time."""
        before: Any = id_floor(self._core.clock.now() - KEPT)
        for statement in queries.DROP_OLD:
            tag = ""
            while tag != "DELETE 0":
                tag = await self._core.database.execute(statement, before, AT_ONCE)

"""Put together what keeps and serves media files."""

from __future__ import annotations

import asyncio

from trunkline.messaging.media import queries
from trunkline.messaging.media.blobs import open_blobs
from trunkline.messaging.media.keep_media import KeepMedia
from trunkline.messaging.media.links import MediaLinks
from trunkline.messaging.media.media_accounts import MediaAccounts
from trunkline.messaging.media.resources import MessageMedia
from trunkline.messaging.media.serve_files import ServeFiles
from trunkline.messaging.media.sweep_blobs import SweepBlobs
from trunkline.server.core import Core

__all__ = ["Media"]


class Media:
    """The media files of one node. Raises ValueError for a TRUNKLINE_BLOB_URL that cannot be."""

    def __init__(self, core: Core) -> None:
        self._core = core
        settings = core.settings
        self.blobs = open_blobs(settings.blob_url, settings.data)
        self.keep = KeepMedia(self.blobs, core.sids)
        self.accounts = MediaAccounts(core.database)
        self.sweep = SweepBlobs(core.database, self.blobs, core.clock)
        links = MediaLinks(core.box, core.clock)
        self.serve = ServeFiles(core.database, self.blobs, links)
        self.resource = MessageMedia(core.database, core.worlds, links, self.accounts)

    async def load(self) -> None:
        """Learn under which name this database's files are kept, which is made once."""
        await self._core.database.execute(queries.MAKE_PLACE, self._core.sids.new_id())
        self.blobs.place = (await self._core.database.fetchval(queries.PLACE)).hex

    def start(self, stop: asyncio.Event) -> asyncio.Task[None]:
        """Remove files that are not needed any more, until `stop`."""
        return asyncio.create_task(self.sweep.run(stop))

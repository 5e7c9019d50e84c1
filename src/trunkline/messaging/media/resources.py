"""The Media operations of a message (behaviour 1.7)."""

from __future__ import annotations

from trunkline.messaging import queries
from trunkline.messaging.media.links import MediaLinks, NamedFile
from trunkline.messaging.media.media_accounts import MediaAccounts
from trunkline.messaging.model import is_mms_sid
from trunkline.messaging.parameters import ListMediaParameters
from trunkline.messaging.representation import Media, media_from_row, named_message
from trunkline.messaging.resources import MESSAGES, span
from trunkline.messaging.tables import message_content
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RedirectAnswer, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.store import Database, fetch_page
from trunkline.worlds import Worlds

__all__ = ["MessageMedia"]

MEDIA = MESSAGES + "/{MessageSid}/Media"


class MessageMedia:
    """List, read and delete the stored media of a message."""

    def __init__(
        self, database: Database, worlds: Worlds, links: MediaLinks, accounts: MediaAccounts
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._links = links
        self._accounts = accounts

    @operation("FetchMedia", "GET", MEDIA + "/{Sid}", returns=Media, public=True)
    async def fetch_media(self, call: Call, _: NoParameters) -> Media | RedirectAnswer:
        """Read what is known of a media file; without `.json`, be led to the file itself."""
        if call.principal.credential == "none" and await self._accounts.basic_auth(
            call.account.sid
        ):
            raise catalogue.NO_CREDENTIALS()
        row = await self._database.fetchrow(queries.FETCH_MEDIA, *self._key(call))
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        if not call.suffix:
            if not row["is_kept"]:
                raise catalogue.NOT_FOUND(path=call.resource)
            message_id = call.path["MessageSid"][2:]
            return RedirectAnswer(self._links.make(NamedFile(message_id, row["media_id"].hex)))
        return media_from_row(call.account.sid, call.path["MessageSid"], row)

    @operation(
        "ListMedia",
        "GET",
        MEDIA,
        parameters=ListMediaParameters,
        returns=Media,
        list_key="media_list",
    )
    async def list_media(self, call: Call, asked: ListMediaParameters) -> RestPage:
        """List the media files of a message."""
        sid = named_message(call, "MessageSid")
        found = await self._database.fetchrow(
            queries.FETCH, sid[2:], call.account.sid[2:], is_mms_sid(sid)
        )
        if found is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        page = page_request(call, ("ME",))
        start, end = span(asked.date_created, asked.date_created_after, asked.date_created_before)
        rows = await fetch_page(
            self._database,
            queries.list_media(sid[2:], created_from=start, created_before=end),
            message_content.c.media_id,
            after=page.after,
            before=page.before,
            limit=page.limit,
            offset=page.offset,
        )
        items = [media_from_row(call.account.sid, sid, row) for row in rows]
        return paginate(call, page, "media_list", [(item.sid, item) for item in items])

    @operation("DeleteMedia", "DELETE", MEDIA + "/{Sid}")
    async def delete_media(self, call: Call, _: NoParameters) -> None:
        """Delete one media file."""
        now = self._worlds.clock(call.account.world_id).now()
        async with self._database.transaction() as connection:
            tag = await connection.execute(queries.DELETE_MEDIA, *self._key(call))
            if tag.endswith(" 0"):
                raise catalogue.NOT_FOUND(path=call.resource)
            message_id = call.path["MessageSid"][2:]
            await connection.execute(queries.COUNT_MEDIA_DOWN, message_id, now)

    def _key(self, call: Call) -> tuple[str, str, bool, str]:
        message_sid, sid = named_message(call, "MessageSid"), call.path["Sid"]
        if sid[:2] != "ME":
            raise catalogue.NOT_FOUND(path=call.resource)
        return (
            message_sid[2:],
            call.account.sid[2:],
            is_mms_sid(message_sid),
            sid[2:],
        )

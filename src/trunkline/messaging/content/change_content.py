"""Make, change and delete templates, and ask for their approval."""

from __future__ import annotations

import asyncpg

from trunkline.messaging.content import queries
from trunkline.messaging.content.lookup import TemplateLookup
from trunkline.messaging.content.model import TEMPLATES_TOPIC, most_complex
from trunkline.messaging.content.parameters import (
    CreateApprovalParameters,
    CreateContentParameters,
    UpdateContentParameters,
)
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["ChangeContent"]


class ChangeContent:
    """The writes to an account's templates. What they change, `templates` knows at once.

    `approving`: whether what WhatsApp is asked for is approved at once. Where nobody plays
    WhatsApp's part (in production) a request stays `received`.
    """

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        sids: SidFactory,
        templates: TemplateLookup,
        *,
        approving: bool,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._templates = templates
        self._approving = approving

    async def create(
        self, account: AccountIdentity, asked: CreateContentParameters
    ) -> asyncpg.Record:
        """The row of the new template."""
        row = await self._database.fetchrow(
            queries.INSERT_TEMPLATE,
            self._sids.new_id(),
            account.sid[2:],
            asked.friendly_name or "",
            asked.language,
            asked.variables or {},
            asked.types,
            self._worlds.clock(account.world_id).now(),
        )
        assert row is not None
        return row

    async def update(
        self, account: AccountIdentity, content_sid: str, asked: UpdateContentParameters
    ) -> asyncpg.Record | None:
        """The row as it is after the commit; None when the account has no such template.

        What is not given stays as it is. Approval was of what it said before: it is gone.
        """
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                queries.UPDATE_TEMPLATE,
                content_sid[2:],
                account.sid[2:],
                asked.friendly_name,
                asked.language,
                asked.variables,
                asked.types,
                self._worlds.clock(account.world_id).now(),
            )
            if row is None:
                return None
            await connection.execute(queries.FORGET_APPROVAL, content_sid[2:])
            await self._database.announce(connection, TEMPLATES_TOPIC, content_sid)
        self._templates.forget(content_sid)
        return row

    async def delete(self, account: AccountIdentity, content_sid: str) -> bool:
        """Delete a template; messages that were made of it keep their text.

        False when the account has no such template.
        """
        async with self._database.transaction() as connection:
            ids = content_sid[2:], account.sid[2:]
            if await connection.fetchval(queries.DELETE_TEMPLATE, *ids) is None:
                return False
            await self._database.announce(connection, TEMPLATES_TOPIC, content_sid)
        self._templates.forget(content_sid)
        return True

    async def approve(
        self, account: AccountIdentity, content_sid: str, asked: CreateApprovalParameters
    ) -> asyncpg.Record | None:
        """The row of the approval; None when the account has no such template.

        409/20409 when it was asked for already.
        """
        async with self._database.transaction() as connection:
            template = await connection.fetchrow(
                queries.LOCK_TEMPLATE, content_sid[2:], account.sid[2:]
            )
            if template is None:
                return None
            row = await connection.fetchrow(
                queries.INSERT_APPROVAL,
                content_sid[2:],
                asked.name,
                asked.category,
                most_complex(template["types"]),
                "approved" if self._approving else "received",
                self._worlds.clock(account.world_id).now(),
            )
            if row is None:
                raise catalogue.CONFLICT(reason="The template was submitted for approval already")
            return row

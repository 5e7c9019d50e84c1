"""What the tests of numbers share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.unit.accounts.support import Answer, Client
from trunkline.accounts import AccountSet
from trunkline.numbers import ApplicationLookup, OwnNumbers
from trunkline.rest.app import TwilioApi
from trunkline.store import Database

PATIENCE = 20.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """An account's numbers and applications, as its owner speaks to them."""

    app: TwilioApi
    database: Database
    world_id: str
    account: AccountSet
    own_numbers: OwnNumbers
    applications: ApplicationLookup
    client: Client
    test_client: Client

    def path(self, rest: str, sid: str = "") -> str:
        """The address of something of an account (the first one when none is named)."""
        return f"/2010-04-01/Accounts/{sid or self.account.account_sid}/{rest}"

    async def buy(self, **form: str) -> Answer:
        """Buy a number."""
        return await self.client.post(self.path("IncomingPhoneNumbers.json"), **form)

    async def bought(self, **form: str) -> dict[str, Any]:
        """Buy a number that is for sale."""
        answer = await self.buy(**form)
        assert answer.status == 201, answer.text
        number: dict[str, Any] = answer.json
        return number

    async def update(self, number: dict[str, Any], **form: str) -> Answer:
        """Change a number."""
        return await self.client.post(number["uri"], **form)

    async def application(self, **form: str) -> dict[str, Any]:
        """Make an application."""
        answer = await self.client.post(self.path("Applications.json"), **form)
        assert answer.status == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    async def subaccount(self) -> dict[str, Any]:
        """Make a subaccount."""
        answer = await self.client.post("/2010-04-01/Accounts.json")
        assert answer.status == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    async def count(self, table: str = "phone_numbers") -> int:
        """How many rows the world's accounts have in a table."""
        found: int = await self.database.fetchval(
            f"SELECT count(*) FROM {table} WHERE account_id IN"
            " (SELECT id FROM accounts WHERE world_id = $1)",
            self.world_id,
        )
        return found


async def until(happens: Callable[[], Awaitable[bool]]) -> None:
    """Ask again until it has happened: something else on this loop is about to do it."""
    async with asyncio.timeout(PATIENCE):
        while not await happens():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)

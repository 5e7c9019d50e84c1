"""What the tests of messaging services share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.unit.accounts.support import Answer, Client
from trunkline.accounts import AccountSet
from trunkline.messaging.services.lookup import ServiceLookup
from trunkline.sids import SidFactory
from trunkline.store import Database

SERVICES = "/v1/Services"


class DeafDatabase:
    """A database of which no notice comes: what a node knows then, it has not from hearsay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def on_change(self, topic: str, callback: object) -> None:
        """Nothing is heard."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@dataclass(frozen=True, kw_only=True)
class Family:
    """An account's services, as its owner speaks to them."""

    database: Database
    sids: SidFactory
    world_id: str
    account: AccountSet
    lookup: ServiceLookup  # hears no notices
    client: Client  # of messaging.twilio.com
    api: Client  # of api.twilio.com
    other: Client  # another account of the world, at messaging.twilio.com

    async def service(self, **form: str) -> str:
        """Make a service; its SID."""
        answer = await self.client.post(SERVICES, **({"FriendlyName": "test"} | form))
        assert answer.status == 201, answer.text
        sid: str = answer.json["sid"]
        return sid

    async def number(self, phone_number: str) -> str:
        """Buy a number; its SID."""
        answer = await self.api.post(
            f"/2010-04-01/Accounts/{self.account.account_sid}/IncomingPhoneNumbers.json",
            PhoneNumber=phone_number,
        )
        assert answer.status == 201, answer.text
        sid: str = answer.json["sid"]
        return sid

    def number_path(self, sid: str) -> str:
        """The address of a number of the account."""
        return f"/2010-04-01/Accounts/{self.account.account_sid}/IncomingPhoneNumbers/{sid}.json"

    async def add(self, service: str, number: str) -> Answer:
        """Put a number into a pool."""
        return await self.client.post(f"{SERVICES}/{service}/PhoneNumbers", PhoneNumberSid=number)

    async def pool(self, service: str, path: str = "PhoneNumbers") -> list[dict[str, Any]]:
        """What a list of the pool shows."""
        answer = await self.client.get(f"{SERVICES}/{service}/{path}")
        assert answer.status == 200, answer.text
        key = answer.json["meta"]["key"]
        items: list[dict[str, Any]] = answer.json[key]
        return items

    def in_memory(self, service: str) -> list[tuple[str, str]]:
        """The pool as messaging sees it: kinds and senders."""
        found = self.lookup.find(service)
        assert found is not None
        return [(sender.kind, sender.sender) for sender in found.senders]

"""Make, configure and delete the domains of links, and give them to messaging services."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from trunkline.messaging.links import queries
from trunkline.messaging.links.domains import LinkDomains, is_own
from trunkline.messaging.links.model import DOMAINS_TOPIC
from trunkline.messaging.links.parameters import ConfigParameters
from trunkline.messaging.links.read_certificate import read_certificate
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.worlds import Worlds

__all__ = ["DomainTaken", "InvalidDomain", "ManageDomains"]

# Where clients of Twilio's call the API, should they be led here by name.
TWILIO = ".twilio.com"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(\.{LABEL})*(:[0-9]{{1,5}})?")


class InvalidDomain(ValueError):
    """A name that cannot be that of a domain; one sentence."""


class DomainTaken(ValueError):
    """Another account of the world has this domain."""


class ManageDomains:
    """Every change to domains. What an account does not have is not found. `base_url` is where
    the platform itself is."""

    def __init__(
        self,
        database: Database,
        domains: LinkDomains,
        worlds: Worlds,
        sids: SidFactory,
        base_url: Callable[[], str],
    ) -> None:
        self._database = database
        self._domains = domains
        self._worlds = worlds
        self._sids = sids
        self._base_url = base_url

    async def create(self, account: AccountIdentity, name: str) -> str:
        """Give an account a domain; the SID of it. Raises InvalidDomain, DomainTaken."""
        name = name.strip().lower()
        self._check(name)
        number = self._sids.new_id()
        async with self._database.transaction() as connection:
            made = await connection.fetchval(
                queries.ADD_DOMAIN,
                number,
                account.sid[2:],
                account.world_id,
                name,
                self._now(account),
            )
            if made is None:
                raise DomainTaken(f"This world has {name} already.")
            await self._announce(connection, number)
        await self._domains.refresh()
        return f"DN{number}"

    def _check(self, name: str) -> None:
        host, _, port = name.partition(":")
        last = host.rpartition(".")[2]
        if (
            not NAME.fullmatch(name)
            or len(host) > 253
            or last.isdecimal()  # an address
            or (port and not 0 < int(port) < 65_536)
        ):
            raise InvalidDomain("A domain is a host name, with a port where it has one.")
        # Everything that is asked of a domain is a link: the API would be out of reach.
        if f".{host}".endswith(TWILIO) or host == "localhost" or is_own(name, self._base_url()):
            raise InvalidDomain("The API is reached by this name: links need another.")

    async def delete(self, world_id: str, domain_sid: str) -> bool:
        """Remove a domain of a world; its links are found at the platform's own address."""
        async with self._database.transaction() as connection:
            gone = await connection.fetchval(queries.DELETE_DOMAIN, domain_sid[2:], world_id)
            await self._announce(connection, domain_sid[2:])
        await self._domains.refresh()
        return gone is not None

    async def listed(self, world_id: str) -> Sequence[Any]:
        """The rows of a world's domains, oldest first."""
        return await self._database.fetch(queries.LIST_DOMAINS, world_id)

    async def find(self, account: AccountIdentity, domain_sid: str) -> Any:
        """The row of a domain of the account. 30100 when it has no such domain."""
        row = await self._database.fetchrow(queries.FETCH_DOMAIN, domain_sid[2:], account.sid[2:])
        if row is None:
            raise catalogue.DOMAIN_SID_INVALID()
        return row

    async def configure(
        self, account: AccountIdentity, domain_sid: str, asked: ConfigParameters
    ) -> Any:
        """Change how a domain treats clicks; its row."""
        return await self._change(
            account,
            domain_sid,
            queries.CONFIGURE_DOMAIN,
            self._sids.new_id(),
            asked.fallback_url,
            asked.callback_url,
            asked.continue_on_failure,
            asked.disable_https,
            self._now(account),
        )

    async def set_certificate(self, account: AccountIdentity, domain_sid: str, text: str) -> Any:
        """Take a certificate; the row. Errors: those of `read_certificate`."""
        now = self._now(account)
        row = await self.find(account, domain_sid)
        read = read_certificate(text, row["domain_name"], now)
        return await self._change(
            account,
            domain_sid,
            queries.SET_CERTIFICATE,
            self._sids.new_id(),
            read.pem,
            read.expires_at,
            now,
        )

    async def request_certificate(self, account: AccountIdentity, domain_sid: str) -> Any:
        """Write down that a certificate is wanted; the row."""
        return await self._change(
            account,
            domain_sid,
            queries.REQUEST_CERTIFICATE,
            self._sids.new_id(),
            self._now(account),
        )

    async def delete_certificate(self, account: AccountIdentity, domain_sid: str) -> bool:
        """Forget a certificate; whether there was one. 30100 for no domain of the account."""
        await self.find(account, domain_sid)
        gone = await self._database.fetchval(
            queries.DELETE_CERTIFICATE, domain_sid[2:], account.sid[2:]
        )
        return gone is not None

    async def associate(self, account: AccountIdentity, domain_sid: str, service_sid: str) -> None:
        """Let a service use a domain; once more changes nothing. Errors: 30100, 30127, 30130 when
        the service has another domain."""
        await self.find(account, domain_sid)
        await self._own_service(account, service_sid)
        try:
            async with self._database.transaction() as connection:
                has = await connection.fetchval(
                    queries.ASSOCIATE, service_sid[2:], domain_sid[2:], self._now(account)
                )
                if has.hex != domain_sid[2:]:
                    raise catalogue.SERVICE_HAS_DOMAIN()
                await self._announce(connection, domain_sid[2:])
        except asyncpg.ForeignKeyViolationError:  # one of the two was deleted a moment ago
            raise catalogue.LINK_SERVICE_INVALID() from None
        await self._domains.refresh()

    async def dissociate(self, account: AccountIdentity, domain_sid: str, service_sid: str) -> bool:
        """Take a domain from a service; whether it had it. Errors: 30100, 30127."""
        await self.find(account, domain_sid)
        await self._own_service(account, service_sid)
        async with self._database.transaction() as connection:
            gone = await connection.fetchval(queries.DISSOCIATE, service_sid[2:], domain_sid[2:])
            await self._announce(connection, domain_sid[2:])
        await self._domains.refresh()
        return gone is not None

    async def of_service(self, account: AccountIdentity, service_sid: str) -> Any | None:
        """The row of the domain of a service; None where it has none. 30127 for no service."""
        await self._own_service(account, service_sid)
        return await self._database.fetchrow(
            queries.DOMAIN_OF_SERVICE, service_sid[2:], account.sid[2:]
        )

    async def _own_service(self, account: AccountIdentity, service_sid: str) -> None:
        found = None
        if service_sid[:2] == "MG":
            found = await self._database.fetchval(
                queries.OWN_SERVICE, service_sid[2:], account.sid[2:]
            )
        if found is None:
            raise catalogue.LINK_SERVICE_INVALID()

    async def _change(
        self, account: AccountIdentity, domain_sid: str, statement: str, *values: Any
    ) -> Any:
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(statement, domain_sid[2:], account.sid[2:], *values)
            if row is None:
                raise catalogue.DOMAIN_SID_INVALID()
            await self._announce(connection, domain_sid[2:])
        await self._domains.refresh()
        return row

    async def _announce(self, connection: Connection, domain_id: str) -> None:
        await self._database.announce(connection, DOMAINS_TOPIC, domain_id)

    def _now(self, account: AccountIdentity) -> Any:
        return self._worlds.clock(account.world_id).now()

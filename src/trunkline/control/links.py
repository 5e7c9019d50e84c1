"""Short links: domains, which Twilio's console makes, and who followed which link."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.messaging.links.manage_domains import DomainTaken, InvalidDomain
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import is_sid

__all__ = ["Links"]


class DomainToAdd(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A domain for short links. Its requests must reach this platform, with their Host."""

    domain_name: Annotated[
        str, Meta(max_length=259, description="A host name, with a port where it has one")
    ]
    account_sid: Annotated[
        Annotated[str, Meta(max_length=64)] | None,
        Meta(description="Whose; by default the first account's"),
    ] = None


class Domain(msgspec.Struct, kw_only=True):
    """A domain. All else about it is Twilio's `/v1/LinkShortening`."""

    sid: str
    account_sid: str
    domain_name: str
    messaging_service_sids: list[str]


class DomainList(msgspec.Struct):
    """The domains of a world, oldest first."""

    domains: list[Domain]


class ClickEntry(msgspec.Struct, kw_only=True):
    """Somebody followed a link."""

    clicked_at: Annotated[datetime, Meta(description="World time")]
    user_agent: str


class LinkEntry(msgspec.Struct, kw_only=True):
    """A link of a message."""

    url: Annotated[
        str | None,
        Meta(description="Where it leads; null of media, and once the text was forgotten"),
    ]
    media: Annotated[int | None, Meta(description="Of media, which: from 1")]
    created_at: datetime
    expires_at: datetime
    clicks: int
    clicked: Annotated[list[ClickEntry], Meta(description="The first 1,000 clicks of the message")]


class LinkList(msgspec.Struct):
    """The links of a message."""

    sid: str
    links: list[LinkEntry]


class Links:
    """The operations on links and their domains."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/links/domains", answers=DomainList)
    async def list_link_domains(self, call: Call, _: Nothing) -> DomainList:
        """List the domains of short links."""
        rows = await self._platform.link_domains.listed(call.world.id)
        return DomainList(
            [
                Domain(
                    sid=f"DN{row['id'].hex}",
                    account_sid=f"AC{row['account_id'].hex}",
                    domain_name=row["domain_name"],
                    messaging_service_sids=[f"MG{each.hex}" for each in row["services"]],
                )
                for row in rows
            ]
        )

    @operation("POST", "/links/domains", asks=DomainToAdd, answers=Domain, status=201)
    async def add_link_domain(self, call: Call, asked: DomainToAdd) -> Domain:
        """Give an account a domain for short links.

        A messaging service uses it once it is associated with it by Twilio's API.
        """
        account = await self._account(call, asked.account_sid)
        try:
            sid = await self._platform.link_domains.create(account, asked.domain_name)
        except InvalidDomain as error:
            raise ControlError(422, "invalid_domain", str(error)) from None
        except DomainTaken as error:
            raise ControlError(409, "domain_taken", str(error)) from None
        return Domain(
            sid=sid,
            account_sid=account.sid,
            domain_name=asked.domain_name.strip().lower(),
            messaging_service_sids=[],
        )

    @operation("DELETE", "/links/domains/{domain_sid}", status=204)
    async def delete_link_domain(self, call: Call, _: Nothing) -> None:
        """Remove a domain. Its links are found at the platform's own address from then on."""
        sid = call.path["domain_sid"]
        if not is_sid(sid, "DN") or not await self._platform.link_domains.delete(
            call.world.id, sid
        ):
            raise ControlError(404, "no_such_domain", "This world has no domain of that SID.")

    @operation("GET", "/messages/{sid}/links", answers=LinkList)
    async def list_message_links(self, call: Call, _: Nothing) -> LinkList:
        """List the short links of a message, and who followed them."""
        sid = call.path["sid"]
        if not is_sid(sid, "SM", "MM"):
            raise ControlError(404, "no_such_message", "This world has no message of that SID.")
        sid = sid[:2] + sid[2:].lower()
        return LinkList(
            sid,
            [
                LinkEntry(
                    url=link.url,
                    media=link.media_part,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                    clicks=link.clicks,
                    clicked=[
                        ClickEntry(clicked_at=click.clicked_at, user_agent=click.user_agent)
                        for click in link.clicked
                    ],
                )
                for link in await self._platform.read_links(call.world.id, sid)
            ],
        )

    async def _account(self, call: Call, sid: str | None) -> AccountIdentity:
        if sid is None:
            sid = (await self._platform.account_set(call.world)).account_sid
        account = await self._platform.authenticator.account(sid)
        if account is None or account.world_id != call.world.id or account.is_test:
            raise ControlError(404, "no_such_account", "This world has no account of that SID.")
        return account

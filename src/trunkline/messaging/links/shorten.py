"""Replace the URLs of a message by short links (ShortenUrls), and make links to its media, for
whoever cannot be sent an MMS (5.2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from trunkline.messaging.links.domains import LinkDomains
from trunkline.messaging.links.find_urls import replace_urls, urls_in
from trunkline.messaging.links.link_keys import LinkKeys, new_code
from trunkline.messaging.links.model import PATH, Link, LinkDomain
from trunkline.messaging.links.works import CreateLinks
from trunkline.messaging.model import Dispatch, NewMessage
from trunkline.rest import catalogue
from trunkline.sids import SidFactory
from trunkline.store import Job
from trunkline.worlds import Worlds

__all__ = ["LinkMedia", "Places", "ShortenLinks"]

MOST_TEXT = 1600  # characters of a body (21617)


class Places:
    """Where the links of a service are. `base_url` is what links without a domain begin with."""

    def __init__(self, domains: LinkDomains, base_url: Callable[[], str]) -> None:
        self._domains = domains
        self._base_url = base_url

    def domain_of(self, service_id: str | None, world_id: str) -> LinkDomain | None:
        """The domain of a service (32 hex digits), or None."""
        found = None if service_id is None else self._domains.of_service(f"MG{service_id}")
        return found if found is not None and found.world_id == world_id else None

    def link(self, domain: LinkDomain | None, code: str) -> str:
        """A link as it is written: at the platform's own address where there is no domain."""
        return f"{self._base_url()}{PATH}{code}" if domain is None else domain.short(code)


class ShortenLinks:
    """Makes links of the URLs of a text.

    `built_in` lets services without a domain have links at the platform's own address, as in
    development.
    """

    def __init__(
        self,
        *,
        places: Places,
        keys: LinkKeys,
        sids: SidFactory,
        create: CreateLinks,
        built_in: bool,
    ) -> None:
        self._places = places
        self._keys = keys
        self._sids = sids
        self._create = create
        self._built_in = built_in

    async def __call__(
        self, account_sid: str, world_id: str, service_id: str, body: str
    ) -> tuple[str, Callable[[NewMessage], tuple[Job, ...]]]:
        """The text to send, and what makes the job that keeps its links, of the message.

        To be called with the text as it was asked for: smart encoding would change URLs. Errors:
        30106 where the service has no domain and needs one; 21617 where the links are longer than
        the URLs that they replace, and the text too long.
        """
        domain = self._places.domain_of(service_id, world_id)
        if domain is None and not self._built_in:
            raise catalogue.LINK_DOMAIN_MISSING()
        own = self._places.link(domain, "")
        codes: dict[str, str] = {}
        for start, end in urls_in(body):
            url = body[start:end]
            if url not in codes and not url.startswith(own):
                codes[url] = new_code(self._sids)
        made = replace_urls(
            body, {url: self._places.link(domain, code) for url, code in codes.items()}
        )
        if len(made) > MOST_TEXT:
            raise catalogue.BODY_TOO_LONG()
        return made, partial(self._jobs, None if domain is None else domain.id, codes)

    def _jobs(
        self, domain_id: str | None, codes: dict[str, str], message: NewMessage
    ) -> tuple[Job, ...]:
        links = [
            Link(
                id=self._keys.link_id(code),
                message_sid=message.sid,
                world_id=message.world_id,
                domain_id=domain_id,
                target=self._keys.seal(code, url),
                part=None,
                created_at=message.due_at or message.created_at,
            )
            for url, code in codes.items()
        ]
        return (Job(self._create, links),) if links else ()


class LinkMedia:
    """Makes links to the media of a message, to be sent in their place. Without a domain they are
    at the platform's own address, in production too."""

    def __init__(
        self,
        *,
        places: Places,
        keys: LinkKeys,
        sids: SidFactory,
        create: CreateLinks,
        worlds: Worlds,
    ) -> None:
        self._places = places
        self._keys = keys
        self._sids = sids
        self._create = create
        self._worlds = worlds

    async def __call__(self, dispatch: Dispatch) -> tuple[str, list[Job]] | None:
        """The addresses, parted by spaces, and what is to be committed; None without media."""
        domain = self._places.domain_of(dispatch.service_id, dispatch.world_id)
        addresses, links = [], []
        for part in range(1, dispatch.num_media + 1):
            code = new_code(self._sids)
            addresses.append(self._places.link(domain, code))
            links.append(
                Link(
                    id=self._keys.link_id(code),
                    message_sid=dispatch.sid,
                    world_id=dispatch.world_id,
                    domain_id=None if domain is None else domain.id,
                    target=None,
                    part=part,
                    created_at=self._worlds.clock(dispatch.world_id).now(),
                )
            )
        if not links:
            return None
        return " ".join(addresses), [Job(self._create, links)]

"""Carry an action out: its request, the pages after it, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from trunkline.gateway.actions.ask import Ask
from trunkline.gateway.actions.build_request import ProviderRequest, build_request, needs_account
from trunkline.gateway.actions.declare import Action, Paging
from trunkline.gateway.actions.find_account import FindAccount
from trunkline.gateway.actions.read_answer import accepted, object_of
from trunkline.gateway.errors import ProviderRefused, TargetRefused
from trunkline.gateway.model import Caller, Connection

__all__ = ["MOST_PAGES", "Perform"]

MOST_PAGES = 100  # of one list: a provider's links may lead on for ever


class Perform:
    """Ask the provider what an action asks."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._find_account = FindAccount(ask)

    async def __call__(
        self, caller: Caller, connection: Connection, action: Action, given: Mapping[str, Any]
    ) -> Any:
        """The output. Raises ProviderRefused, and what `Ask` raises."""
        account = ""
        if needs_account(action, given):
            account = await self._find_account(caller, connection)
        request = build_request(action, given, account)
        if action.paging is not None:
            return await self._list(caller, connection, request, action.paging, given)
        answer = await self._ask(
            caller,
            connection,
            request.method,
            request.path,
            query=request.query or None,
            form=request.form,
        )
        if action.method == "DELETE":
            accepted(answer)
            return {"sid": _last_sid(request.path), "deleted": True}
        return object_of(answer, changes=action.method == "POST")

    async def _list(
        self,
        caller: Caller,
        connection: Connection,
        request: ProviderRequest,
        paging: Paging,
        given: Mapping[str, Any],
    ) -> dict[str, Any]:
        limit = int(given[paging.limit])
        items: list[Any] = []
        query: list[tuple[str, str]] | None = request.query
        seen: set[tuple[tuple[str, str], ...]] = set()
        while query is not None and len(items) < limit and len(seen) < MOST_PAGES:
            seen.add(tuple(query))
            answer = await self._ask(caller, connection, "GET", request.path, query=query)
            page = object_of(answer, changes=False)
            found = page.get(paging.items)
            if not isinstance(found, list):
                raise ProviderRefused(
                    "The provider's answer is no list.",
                    data={"status": answer.status, "body": None},
                )
            items += found
            query = _following(request.path, page.get(paging.following))
            if query is not None and tuple(query) in seen:
                break
        return {paging.items: items[:limit], "has_more": len(items) > limit or query is not None}


def _following(path: str, link: Any) -> list[tuple[str, str]] | None:
    """The query of the page after this one; None if there is none.

    A link is taken as what it is, another page of the same list: never is anything else asked
    because an answer says so. Raises TargetRefused.
    """
    if link is None or link == "":
        return None
    try:
        parts = urlsplit(link if isinstance(link, str) else "//")
        if parts.scheme or parts.netloc or parts.path.lower() != path.lower():
            raise ValueError
        return parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise TargetRefused("The provider's link to the next page leads elsewhere.") from None


def _last_sid(path: str) -> str:
    return path.rsplit("/", 1)[1].removesuffix(".json")

"""Pages of lists: what a caller asks for, and the links that lead on (0.3, 0.4, Decisions).

Paging is by token, so that new rows do not shift pages: `PA` and the last SID of a page lead to
the page after it, `PB` and the first SID to the page before it. `Page` above 0 without a token
is honoured through an offset, up to `MOST_OFFSET` rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

import msgspec

from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage
from trunkline.rest.parameters import parameters_of
from trunkline.sids import is_sid

__all__ = ["DEFAULT_SIZE", "MOST_OFFSET", "MOST_SIZE", "PageRequest", "page_request", "paginate"]

DEFAULT_SIZE = 50
MOST_SIZE = 1000
MOST_OFFSET = 100_000
MOST_PAGE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is asked for.

    `size` items, of the page that the caller counts as `number` (from 0). `after` and `before`
    are ids (32 hex digits) from a token: of the last item of the page before, of the first item
    of the page after. `offset` rows are to be skipped when there is no token.
    """

    size: int
    number: int
    after: str | None
    before: str | None
    offset: int
    token: str | None

    @property
    def limit(self) -> int:
        """How many rows to fetch: one more than the page shows, to know whether more follow."""
        return self.size + 1


def page_request(call: Call, prefixes: tuple[str, ...]) -> PageRequest:
    """The page that a call asks for; `prefixes` are those of the list's SIDs, e.g. SM and MM.

    Errors: 20001 for a PageSize or Page that is no number, below its least or too far on; 21481
    for a PageToken that this list cannot have made. A PageSize above 1000 counts as 1000, because
    the official SDKs send the caller's limit as it is.
    """
    size = min(_number(call, "PageSize", DEFAULT_SIZE, least=1), MOST_SIZE)
    number = _number(call, "Page", 0, least=0)
    token = _text(call, "PageToken")
    if token is None:
        offset = number * size
        if offset > MOST_OFFSET:
            raise catalogue.UNKNOWN_PARAMETERS(
                reason=f"Page {number} is out of range: follow the link to the next page instead"
            )
        return PageRequest(size, number, None, None, offset, None)
    kind, sid = token[:2], token[2:]
    if kind not in ("PA", "PB") or not is_sid(sid, *prefixes):
        raise catalogue.INVALID_PAGE_TOKEN()
    place = sid[2:].lower()
    after, before = (place, None) if kind == "PA" else (None, place)
    return PageRequest(size, number, after, before, 0, kind + sid[:2] + place)


def paginate(
    call: Call,
    request: PageRequest,
    key: str,
    sids_and_items: Sequence[tuple[str, msgspec.Struct]],
) -> RestPage:
    """The page of `sids_and_items`, which are up to `request.limit` pairs, newest first."""
    more = len(sids_and_items) > request.size
    if more and request.before is not None:
        shown = sids_and_items[-request.size :]
    else:
        shown = sids_and_items[: request.size]
    # Whoever came by a token or an offset came from a page on the other side.
    older = more if request.before is None else True
    newer = more if request.before is not None else request.after is not None or request.offset > 0

    path, filters = _address(call)
    link = _Links(path, filters, request.size)
    following = previous = None
    if shown and older:
        following = link.to(request.number + 1, f"PA{shown[-1][0]}")
    if shown and newer:
        previous = link.to(max(request.number - 1, 0), f"PB{shown[0][0]}")
    return RestPage(
        key=key,
        items=[item for _, item in shown],
        size=request.size,
        number=request.number,
        first=link.to(0, None),
        current=link.to(request.number, request.token),
        previous=previous,
        following=following,
    )


@dataclass(frozen=True, slots=True)
class _Links:
    path: str
    filters: str
    size: int

    def to(self, number: int, token: str | None) -> str:
        end = "" if token is None else f"&PageToken={token}"
        return f"{self.path}?{self.filters}PageSize={self.size}&Page={number}{end}"


def _address(call: Call) -> tuple[str, str]:
    """The list's own address (relative in the 2010 API) and the caller's filters, as they came."""
    version = call.operation.version
    path = call.resource
    if version != "2010-04-01":
        path = f"{call.base_url}/{version}{path}"
    declared = parameters_of(call.operation.parameters)
    pairs = []
    for name, values in call.query.items():
        if name not in declared or name in ("PageSize", "Page", "PageToken"):
            continue
        kept = values if declared[name].many else values[-1:]
        pairs += [f"{quote_plus(name)}={quote_plus(value)}&" for value in kept]
    return path, "".join(pairs)


def _text(call: Call, name: str) -> str | None:
    values = call.query.get(name)
    return values[-1] or None if values else None


def _number(call: Call, name: str, default: int, *, least: int) -> int:
    text = _text(call, name)
    if text is None:
        return default
    digits = text[1:] if text[:1] == "+" else text
    if digits.isascii() and digits.isdigit():
        value = int(digits) if len(digits) < 10 else MOST_PAGE
        if value >= least:
            return value
    raise catalogue.UNKNOWN_PARAMETERS(
        reason=f"Invalid {name}: {text[:40]}. It must be a whole number, {least} or more"
    )

"""An operation: one method of a resource class, with everything that its users see declared.

    class Keys:
        @operation("FetchKey", "GET", "/2010-04-01/Accounts/{AccountSid}/Keys/{Sid}", returns=Key)
        async def fetch_key(self, call: Call, parameters: NoParameters) -> Key: ...

The router, the OpenAPI document and docs/coverage.md read the declaration; the method holds what
the operation does. A resource class gets its collaborators in its constructor.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import msgspec
import structlog

from trunkline.faults import fault
from trunkline.rest.caller import NOBODY, Caller
from trunkline.rest.parameters import NoParameters

log = structlog.get_logger(__name__)

__all__ = [
    "AccountIdentity",
    "AfterAnswer",
    "Authenticator",
    "BinaryAnswer",
    "BoundOperation",
    "Call",
    "Operation",
    "Principal",
    "RedirectAnswer",
    "RestPage",
    "bound_operations",
    "operation",
    "operations_of",
]


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """What every request needs to know of an account. `world` is the name of its world's id."""

    sid: str
    owner_sid: str
    world_id: str
    status: str
    kind: str  # "live" or "test"

    @property
    def is_test(self) -> bool:
        """Whether these are test credentials (7.3)."""
        return self.kind == "test"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the account whose credentials were sent, and with which kind of them."""

    account: AccountIdentity
    credential: str  # "token", "main_key", "standard_key", or "none" at a public path


class Authenticator(Protocol):
    """What `rest` asks of the accounts family."""

    async def authenticate(self, username: str, password: str) -> Principal:
        """The principal of these credentials, or `catalogue.AUTHENTICATE`/`INVALID_USERNAME`."""

    async def account(self, sid: str) -> AccountIdentity | None:
        """The account of this SID, of any status; None when there is none."""


class AfterAnswer:
    """What waits until an answer is out, or until there is nobody left to answer."""

    __slots__ = ("_over", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []
        self._over = False

    def add(self, act: Callable[[], None]) -> None:
        """Call `act` after the answer; at once, when it is out already."""
        if self._over:
            act()
        else:
            self._waiting.append(act)

    def end(self) -> None:
        """The answer is out."""
        self._over = True
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            try:
                act()
            except Exception as error:  # the others wait no less
                log.error("afterwards.failed", **fault(error))


@dataclass(slots=True)
class Call:
    """One request to an operation, authenticated and routed.

    `account` is the account of the path (the principal's own where the path names none);
    `path` holds the other parts of the path by their declared names, e.g. `call.path["Sid"]`;
    `query` and `form` are the parsed pairs, names and values decoded (a JSON body is no form, and
    its values are in the bound parameters alone); `resource` is the path as
    it was asked, as Twilio prints it in errors and page links: with its `.json`, without the
    query, and for v1 and v2 products without the version. `base_url` is scheme, host and the
    product's prefix, for absolute links. `suffix` is what ended the path: `json`, `xml` or
    another declared format, and empty when nothing did (v1 and v2, and the 2010 API's XML).
    `caller` is where the request came from. `afterwards` takes what must not happen before the
    answer is out.
    """

    operation: Operation
    principal: Principal
    account: AccountIdentity
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]]
    resource: str
    base_url: str
    request_sid: str
    suffix: str = "json"
    caller: Caller = NOBODY
    afterwards: AfterAnswer = field(default_factory=AfterAnswer)


@dataclass(frozen=True, slots=True)
class RestPage:
    """A page of a list, as `pages.paginate` makes it: rendered in the product's own form."""

    key: str
    items: Sequence[msgspec.Struct]
    size: int
    number: int
    first: str
    current: str
    previous: str | None
    following: str | None


@dataclass(frozen=True, slots=True)
class BinaryAnswer:
    """Bytes of a content type, e.g. a message's media."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class RedirectAnswer:
    """307 to another address on this server."""

    location: str


WITH_BODY = ("POST", "PUT")
Handler = Callable[[Any, Call, Any], Awaitable[Any]]
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration: see `operation`."""

    name: str
    method: str
    path: str
    product: str
    status: int
    parameters: type
    returns: type[msgspec.Struct] | None
    list_key: str | None
    paged: bool
    test_credentials: bool
    main_key_only: bool
    formats: tuple[str, ...]
    public: bool
    summary: str
    body: Literal["form", "json"] = "form"
    also: tuple[str, ...] = ()

    @property
    def takes_body(self) -> bool:
        """Whether its parameters come in the body, and not in the query."""
        return self.method in WITH_BODY

    @property
    def version(self) -> str:
        """The first part of the path: `2010-04-01`, `v1` …"""
        return self.path.split("/", 2)[1]


def operation(
    name: str,
    method: str,
    path: str,
    *,
    returns: type[msgspec.Struct] | None = None,
    parameters: type = NoParameters,
    product: str = "api",
    status: int | None = None,
    list_key: str | None = None,
    paged: bool = True,
    test_credentials: bool = False,
    main_key_only: bool = False,
    formats: tuple[str, ...] = ("json", "xml"),
    public: bool = False,
    body: Literal["form", "json"] = "form",
    also: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Declare a method as the operation `name` (Twilio's operationId).

    `path` is written without a suffix and with `{Names}`; `{AccountSid}` is resolved and checked
    before the method runs. `returns` is the msgspec Struct of one item; with `list_key` the
    method returns a `RestPage` of them (or, not `paged`, a plain sequence). `status` defaults to
    201 for POST on a collection, 204 for DELETE, 200 otherwise. `test_credentials` lets test
    credentials in; `main_key_only` keeps standard API keys out. `public` lets anybody read the
    path without its suffix: who knows the SID of a media file may have the file (1.7). `body` is
    what a POST or PUT sends: most products take forms, the newer ones JSON (`rest/json_body.py`).
    `also` are words that may stand in the path where a SID does, as `Twilio.CURRENT`.
    The docstring is the summary.
    """
    if status is None:
        collection = not path.endswith("}")
        status = 204 if method == "DELETE" else 201 if method == "POST" and collection else 200

    def declare(function: F) -> F:
        summary = (function.__doc__ or "").strip().split("\n")[0]
        declaration = Operation(
            name=name,
            method=method,
            path=path,
            product=product,
            status=status,
            parameters=parameters,
            returns=returns,
            list_key=list_key,
            paged=paged,
            test_credentials=test_credentials,
            main_key_only=main_key_only,
            formats=formats,
            public=public,
            summary=summary,
            body=body,
            also=also,
        )
        function.__operation__ = declaration  # type: ignore[attr-defined]
        return function

    return declare


def operations_of(resource_class: type) -> Iterator[tuple[str, Operation]]:
    """The operations declared in a class, as (method name, declaration), in the order written."""
    for name, member in vars(resource_class).items():
        declaration = getattr(member, "__operation__", None)
        if declaration is not None:
            yield name, declaration


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """A declaration with the method of the instance that carries it out."""

    operation: Operation
    handler: Callable[[Call, Any], Coroutine[Any, Any, Any]]


def bound_operations(*resources: object) -> list[BoundOperation]:
    """The operations of resource instances, ready for the router."""
    return [
        BoundOperation(declaration, getattr(resource, name))
        for resource in resources
        for name, declaration in operations_of(type(resource))
    ]

"""Requests of httpcore (httpx) to a redirected host go to the platform.

A pool keeps its connections by origin. A redirected request is given the platform as its origin,
of a kind that equals no origin which the program itself asks for; for that kind the pool opens
plain connections without a proxy, and HTTP/1.1 even where it would speak HTTP/2 only.
"""

import copy
import functools

from trunkline_redirect import find, refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place

POOLS = ("ConnectionPool", "HTTPProxy", "SOCKSProxy")


def places(module: "Any") -> "Iterable[Place]":
    if not hasattr(module, "ConnectionPool"):
        yield from _places_before_0_14(module)
        return
    origins = _origins(module)
    yield module.ConnectionPool, "handle_request", functools.partial(_redirecting, origins)
    yield (
        module.AsyncConnectionPool,
        "handle_async_request",
        functools.partial(_redirecting_async, origins),
    )
    for prefix in ("", "Async"):
        opening = functools.partial(_opening, origins, getattr(module, prefix + "HTTPConnection"))
        for name in POOLS:
            pool = getattr(module, prefix + name, None)
            if pool is not None and "create_connection" in vars(pool):
                yield pool, "create_connection", opening


class _Origins:
    """The kind of URL and of origin that redirected requests have."""

    def __init__(self, module: "Any") -> None:
        class RedirectedOrigin(module.Origin):  # type: ignore[misc]
            def __eq__(self, other: object) -> bool:
                return type(other) is type(self) and vars(other) == vars(self)

            def __hash__(self) -> int:
                return hash((self.scheme, self.host, self.port))

        class RedirectedURL(module.URL):  # type: ignore[misc]
            @property
            def origin(self) -> "Any":
                return RedirectedOrigin(self.scheme, self.host, self.port)

        self.origin = RedirectedOrigin
        self.url = RedirectedURL

    def redirected(self, pool: "Any", request: "Any") -> "Any":
        """The request, or its copy for the platform."""
        address = find(request.url.host)
        if address is None or pool._uds is not None:
            return request
        request = copy.copy(request)
        request.url = self.url(
            scheme=b"http",
            host=address[0].encode("ascii"),
            port=address[1],
            target=request.url.target,
        )
        return request


@functools.lru_cache(maxsize=None)
def _origins(module: "Any") -> _Origins:
    return _Origins(module)


def _redirecting(origins: _Origins, original: "Any") -> "Any":
    def handle_request(self: "Any", request: "Any") -> "Any":
        return original(self, origins.redirected(self, request))

    return handle_request


def _redirecting_async(origins: _Origins, original: "Any") -> "Any":
    async def handle_async_request(self: "Any", request: "Any") -> "Any":
        return await original(self, origins.redirected(self, request))

    return handle_async_request


def _opening(origins: _Origins, connection: "Any", original: "Any") -> "Any":
    def create_connection(self: "Any", origin: "Any") -> "Any":
        if not isinstance(origin, origins.origin):
            return original(self, origin)
        options = {}
        if hasattr(self, "_socket_options"):  # since 0.17
            options["socket_options"] = self._socket_options
        return connection(
            origin=origin,
            keepalive_expiry=self._keepalive_expiry,
            retries=self._retries,
            local_address=self._local_address,
            network_backend=self._network_backend,
            **options,
        )

    return create_connection


def _places_before_0_14(module: "Any") -> "Iterable[Place]":
    """Those pools have another interface; they refuse, as a proxy would look the host up."""
    refusing = functools.partial(_refusing, module.ConnectError)
    for name in ("SyncConnectionPool", "AsyncConnectionPool", "SyncHTTPProxy", "AsyncHTTPProxy"):
        pool = getattr(module, name)
        for method in ("request", "arequest", "handle_request", "handle_async_request"):
            if method in vars(pool):
                yield pool, method, refusing


def _refusing(error: "Any", original: "Any") -> "Any":
    def request(self: "Any", method: "Any", url: "Any", *more: "Any", **options: "Any") -> "Any":
        if find(url[1]) is not None:
            raise error(refusal(url[1]))
        return original(self, method, url, *more, **options)

    return request

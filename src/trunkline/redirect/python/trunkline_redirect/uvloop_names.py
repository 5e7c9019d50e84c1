"""uvloop looks hosts up in C, out of reach of `socket`: its loop refuses redirected ones itself."""

from trunkline_redirect.resolvers import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place


def places(module: "Any") -> "Iterable[Place]":
    yield module.Loop, "getaddrinfo", _refusing_first
    yield module.Loop, "create_connection", _refusing_second


def _refusing_first(original: "Any") -> "Any":
    async def getaddrinfo(self: "Any", host: "Any", *arguments: "Any", **options: "Any") -> "Any":
        refuse(host)
        return await original(self, host, *arguments, **options)

    return getaddrinfo


def _refusing_second(original: "Any") -> "Any":
    async def create_connection(
        self: "Any", factory: "Any", host: "Any" = None, *arguments: "Any", **options: "Any"
    ) -> "Any":
        refuse(host)
        return await original(self, factory, host, *arguments, **options)

    return create_connection

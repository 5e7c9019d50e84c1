"""Connections of aiohttp to a redirected host are plain connections to the platform.

The connector is asked for a connection to the platform on behalf of the request, whose URL stays
what it is. So the pool knows such a connection by the platform's address, and never gives it to a
request for the real host, nor for a platform elsewhere.
"""

import copy

from trunkline_redirect import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place


def places(module: "Any") -> "Iterable[Place]":
    yield module.TCPConnector, "connect", _redirecting


def _redirecting(original: "Any") -> "Any":
    async def connect(self: "Any", req: "Any", *arguments: "Any", **options: "Any") -> "Any":
        address = find(req.url.raw_host)
        if address is not None:
            req.proxy = req.proxy_auth = req.proxy_headers = None
            req = copy.copy(req)
            req.url = req.url.build(scheme="http", host=address[0], port=address[1])
        return await original(self, req, *arguments, **options)

    return connect

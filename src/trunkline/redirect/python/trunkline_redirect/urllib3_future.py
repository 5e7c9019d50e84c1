"""urllib3-future takes the name and the place of urllib3, but its connections are of another make.

They refuse redirected hosts themselves, as a proxy of theirs would look them up elsewhere: all but
that of `exec --proxy`.
"""

import http.client

from trunkline_redirect import is_proxy
from trunkline_redirect.http_client import host_of
from trunkline_redirect.resolvers import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place


def places(module: "Any") -> "Iterable[Place]":
    if not issubclass(module.HTTPConnection, http.client.HTTPConnection):
        yield module.HTTPConnection, "connect", _refusing
        yield module.HTTPSConnection, "connect", _refusing
        yield module.HTTPConnection, "request", _refusing_url


def _refusing(original: "Any") -> "Any":
    def connect(self: "Any") -> "Any":
        if not is_proxy(self.host, self.port):
            refuse(self._tunnel_host or self.host)
        return original(self)

    return connect


def _refusing_url(original: "Any") -> "Any":
    def request(self: "Any", method: str, url: str, *more: "Any", **options: "Any") -> "Any":
        if not is_proxy(self.host, self.port):
            refuse(self._tunnel_host or self.host)
            refuse(host_of(url))
        return original(self, method, url, *more, **options)

    return request

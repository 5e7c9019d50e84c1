"""A redirected host has no address: whatever asks for one would pass the platform by.

For `socket`, and for the modules of gevent and eventlet whose functions take their place.
"""

import socket

from trunkline_redirect import find, refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place


def places(module: "Any") -> "Iterable[Place]":
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        if hasattr(module, name):
            yield module, name, _refusing
    yield module.socket, "connect", _refusing_address
    yield module.socket, "connect_ex", _refusing_address


def refuse(host: object) -> None:
    """Raises gaierror for a redirected host."""
    if find(host) is not None:
        raise socket.gaierror(socket.EAI_NONAME, refusal(host))


def _refusing(original: "Any") -> "Any":
    def resolve(host: "Any", *arguments: "Any", **options: "Any") -> "Any":
        refuse(host)
        return original(host, *arguments, **options)

    return resolve


def _refusing_address(original: "Any") -> "Any":
    def connect(self: "Any", address: "Any") -> "Any":
        if isinstance(address, tuple) and address:
            refuse(address[0])
        return original(self, address)

    return connect

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
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        if hasattr(module, name):
            yield module, name, _refusing
    if hasattr(module, "getnameinfo"):
        yield module, "getnameinfo", _refusing_first_address
    yield module.socket, "connect", _refusing_address
    yield module.socket, "connect_ex", _refusing_address
    yield module.socket, "sendto", _refusing_last_address


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
        _refuse_address(address)
        return original(self, address)

    return connect


def _refusing_first_address(original: "Any") -> "Any":
    def getnameinfo(address: "Any", flags: "Any") -> "Any":
        _refuse_address(address)
        return original(address, flags)

    return getnameinfo


def _refusing_last_address(original: "Any") -> "Any":
    def sendto(self: "Any", data: "Any", *flags_and_address: "Any") -> "Any":
        _refuse_address(flags_and_address[-1] if flags_and_address else None)
        return original(self, data, *flags_and_address)

    return sendto


def _refuse_address(address: "Any") -> None:
    if isinstance(address, tuple) and address:
        refuse(address[0])

"""Connections of `http.client` to a redirected host are plain connections to the platform.

The class and each subclass of it, known or still to come, gets a `connect` that looks at the host
first: at the one behind a tunnel, so that no proxy is asked. As the platform that a connection was
opened to need not be the one that counts now, every request looks again (`putrequest`).
"""

import contextlib
import functools
import socket
import weakref
from _thread import allocate_lock

from trunkline_redirect import find, patches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

OPENED = "_trunkline_opened"  # on a connection: the socket to the platform, and its address

_connections: "weakref.WeakSet[Any]" = weakref.WeakSet()
_lock = allocate_lock()


def places(module: "Any") -> "Iterable[patches.Place]":
    base = module.HTTPConnection
    yield base, "__init_subclass__", functools.partial(_noticing, base)
    yield base, "putrequest", _looking_again
    for each in _with_subclasses(base):
        if "connect" in vars(each):
            yield each, "connect", _redirecting


def close_connections() -> None:
    """Close what is open to a platform, so that no request to the real host is sent there."""
    with _lock:
        connections = list(_connections)
        _connections.clear()
    for connection in connections:
        if _opened_to(connection) is None:
            continue
        if getattr(connection, "_HTTPConnection__state", None) == "Idle":
            _drop(connection)
        else:  # another thread waits for an answer: it gets an error of the connection
            with contextlib.suppress(AttributeError, OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)


def _with_subclasses(base: "Any") -> "Iterable[Any]":
    yield base
    for each in base.__subclasses__():
        yield from _with_subclasses(each)


def _noticing(base: "Any", _: "Any") -> "Any":
    def __init_subclass__(cls: "Any", **options: "Any") -> None:
        super(base, cls).__init_subclass__(**options)
        if "connect" in vars(cls):
            patches.replace(cls, "connect", _redirecting)

    return classmethod(__init_subclass__)  # type: ignore[arg-type]


def _redirecting(original: "Any") -> "Any":
    def connect(self: "Any", *arguments: "Any", **options: "Any") -> "Any":
        address = find(_wanted(self))
        if address is None:
            return original(self, *arguments, **options)
        _open(self, address)
        return None

    return connect


def _looking_again(original: "Any") -> "Any":
    def putrequest(
        self: "Any", method: str, url: str, skip_host: bool = False, *more: "Any", **options: "Any"
    ) -> "Any":
        authority, path = _absolute(url)
        address = find(host_of(url) or _wanted(self))
        dropped = self.sock is not None and _opened_to(self) != address
        if dropped:
            _drop(self)
        if address is None or not authority:
            if dropped:
                self.connect()
            return original(self, method, url, skip_host, *more, **options)
        # To be forwarded by a proxy, were it not redirected.
        if self.sock is None:
            _open(self, address)
        done = original(self, method, path, True, *more, **options)
        if not skip_host:
            self.putheader("Host", authority)
        return done

    return putrequest


def host_of(url: "Any") -> str:
    """The host of an absolute URL; empty for anything else."""
    authority = _absolute(url)[0]
    return authority if authority.endswith("]") else authority.partition(":")[0]


def _wanted(connection: "Any") -> "Any":
    return getattr(connection, "_tunnel_host", None) or connection.host


def _absolute(url: "Any") -> "tuple[str, str]":
    """Authority and path of a URL that has both, as a proxy is asked for."""
    if not isinstance(url, str) or url[:4].lower() != "http":
        return "", ""
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in ("http", "https"):
        return "", ""
    end = min([rest.find(mark) for mark in "/?#" if mark in rest] or [len(rest)])
    path = rest[end:].partition("#")[0]
    return rest[:end].rpartition("@")[2], path if path.startswith("/") else "/" + path


def _open(connection: "Any", address: "tuple[str, int]") -> None:
    connect = _urllib3_connect(type(connection))
    if connect is None:
        create = getattr(connection, "_create_connection", socket.create_connection)
        sock = create(address, connection.timeout, connection.source_address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    else:
        # By its own method it has its socket options and raises its own errors.
        host, port = connection._dns_host, connection.port
        connection.host, connection.port = address
        connection._has_connected_to_proxy = True  # so that no error blames a proxy
        try:
            sock = connect(connection)
        finally:
            connection.host, connection.port = host, port
        connection.is_verified = True  # nothing to warn of
    connection.sock = sock
    setattr(connection, OPENED, (sock, address))
    with _lock, contextlib.suppress(TypeError):  # of a kind that cannot be in a set
        _connections.add(connection)


def _urllib3_connect(cls: "Any") -> "Any":
    """How urllib3 opens a socket: its own method, not that of a SOCKS proxy which overrides it."""
    found = None
    if hasattr(cls, "host"):
        for each in cls.__mro__:
            found = vars(each).get("_new_conn", found)
    return found


def _opened_to(connection: "Any") -> "tuple[str, int] | None":
    sock, address = getattr(connection, OPENED, (None, None))
    return address if sock is not None and sock is connection.sock else None


def _drop(connection: "Any") -> None:
    sock, connection.sock = connection.sock, None
    if sock is not None:
        sock.close()

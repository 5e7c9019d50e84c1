"""The listening socket. The supervisor holds it, so that a restart of the main process keeps the
port and lets connections wait."""

from __future__ import annotations

import errno
import os
import socket

__all__ = ["CannotListen", "address_of", "listen"]

BACKLOG = 2048
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class CannotListen(Exception):
    """The address cannot be listened on; the text is one sentence."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the first address of `host`. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise CannotListen(
            f"The host '{host}' is not known here: choose another with --host."
        ) from None
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            # Connections of a former process that linger must not keep the port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotListen(_sentence(error, host, port)) from None
    return listening


def address_of(listening: socket.socket) -> str:
    """The base URL at which a program on this machine reaches the socket."""
    host, port = listening.getsockname()[:2]
    host = WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program: "
            f"choose another with --port, or --port 0 for any that is free."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this user: choose one above 1023 with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: choose another with --host."
    return f"Port {port} on {host} cannot be used ({os.strerror(error.errno or 0)})."

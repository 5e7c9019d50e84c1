"""How an exchange with an app may fail.

ClientError
├── NotConnected    there is no connection; why is in `os_error`
├── ConnectTimeout  nor did one come about in time
├── Silent          nothing came for too long
├── BadAnswer       what came is no HTTP
└── Closed          the connection ended before the answer did
"""

from __future__ import annotations

__all__ = ["BadAnswer", "ClientError", "Closed", "ConnectTimeout", "NotConnected", "Silent"]


class ClientError(Exception):
    """An exchange failed."""


class NotConnected(ClientError):
    """There is no connection."""

    def __init__(self, os_error: OSError, *, nameless: bool = False) -> None:
        super().__init__(str(os_error))
        self.os_error = os_error
        self.nameless = nameless  # the name has no address


class ConnectTimeout(ClientError):
    """There is no connection in time."""


class Silent(ClientError):
    """Nothing came for too long."""


class BadAnswer(ClientError):
    """What came is no HTTP, or more than is taken. The text quotes nothing of it."""


class Closed(ClientError):
    """The connection ended before the answer did."""

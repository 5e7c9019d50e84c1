"""What can go wrong with the embedded PostgreSQL. The text of each is one sentence for the user.

EmbeddedDatabaseError
 ├── PlatformUnsupported
 ├── BinariesMissing
 ├── DataFolderInUse
 ├── DataFolderUnusable
 ├── ClusterUnusable
 ├── PrivilegesUnavailable
 ├── InitialisationFailed
 └── ServerFailed
"""

from __future__ import annotations

__all__ = [
    "BinariesMissing",
    "ClusterUnusable",
    "DataFolderInUse",
    "DataFolderUnusable",
    "EmbeddedDatabaseError",
    "InitialisationFailed",
    "PlatformUnsupported",
    "PrivilegesUnavailable",
    "ServerFailed",
]


class EmbeddedDatabaseError(Exception):
    """Any of the below."""


class PlatformUnsupported(EmbeddedDatabaseError):
    """No embedded PostgreSQL on this operating system yet."""


class BinariesMissing(EmbeddedDatabaseError):
    """The wheel that carries PostgreSQL is not installed, or lacks programs."""


class DataFolderInUse(EmbeddedDatabaseError):
    """Another process holds the data folder."""


class DataFolderUnusable(EmbeddedDatabaseError):
    """The data folder cannot be created, read or written."""


class ClusterUnusable(EmbeddedDatabaseError):
    """What lies in the cluster's folder is not for this PostgreSQL or this user."""


class PrivilegesUnavailable(EmbeddedDatabaseError):
    """Started as root, and no unprivileged user can run the server here."""


class InitialisationFailed(EmbeddedDatabaseError):
    """`initdb` gave up."""


class ServerFailed(EmbeddedDatabaseError):
    """`postgres` ended, or refused its first connection, instead of becoming ready."""

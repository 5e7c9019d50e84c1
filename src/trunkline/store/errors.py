"""What can go wrong with the database, each with a sentence that a user can act on."""

from __future__ import annotations

__all__ = ["Overloaded", "SchemaTooNew", "StoreError", "StoreUnavailable"]


class StoreError(Exception):
    """Any of the below. `api_error_code` is what `rest` answers when a request meets it."""

    api_error_code = 20500


class StoreUnavailable(StoreError):
    """The database cannot be reached."""

    api_error_code = 20503


class SchemaTooNew(StoreError):
    """The database was written by a newer version of the program."""


class Overloaded(StoreError):
    """Too much waits to be committed; nothing of this request was stored."""

    api_error_code = 20503

"""Open the key file of this platform, and make sure that it is the one its secrets need."""

from __future__ import annotations

from pathlib import Path

from trunkline.accounts import queries
from trunkline.secret_box import SecretBox
from trunkline.store import Database

__all__ = ["open_secrets"]


async def open_secrets(database: Database, path: Path) -> SecretBox:
    """The box of the key file at `path`, made if nothing was sealed yet.

    Raises SecretBoxError, with one sentence, when the file is missing though secrets exist,
    cannot be used, or does not open them.
    """
    rows = await database.fetch(queries.ANY_SEALED)
    box = SecretBox.open(path, create=not rows)
    for row in rows:
        box.unseal(row[0])
    return box

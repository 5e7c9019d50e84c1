"""The gateway's vault: where its master keys come from, and whether they can be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from trunkline.cli.checkup.finding import Finding, bad, ok

if TYPE_CHECKING:
    from trunkline.gateway.vault.key_file import KeyFile

__all__ = ["check_vault"]


def check_vault(data: Path) -> Iterator[Finding]:
    """The source of the master keys. A command is not run, and no file is made; under which
    versions secrets are sealed is told by `trunkline vault`, which loads the gateway."""
    from trunkline.gateway.vault import VaultError, find_source
    from trunkline.gateway.vault.key_file import KeyFile
    from trunkline.server.settings_trouble import SettingsError, ValidationError
    from trunkline.settings import Settings

    try:
        source = find_source(Settings(data=data))
        if source.kind == "command":
            yield ok("vault", "master keys by a command, which is not run here")
        elif isinstance(source, KeyFile) and not os.path.lexists(source.path):
            yield _missing(source)
        else:
            where = source.path if isinstance(source, KeyFile) else "the environment"
            yield ok("vault", f"master key version {max(source.read())}, from {where}")
    except (ValidationError, SettingsError):
        return  # which is told already
    except VaultError as error:
        yield bad("vault", str(error), "Set it right: without it no connection can be used.")


def _missing(file: KeyFile) -> Finding:
    if file.was_made:
        return bad(
            "vault",
            f"{file.path} is missing: without it, no credentials of connections can be read.",
            "Restore it from the backup that the database is of.",
        )
    return ok("vault", f"{file.path}: the gateway makes it at its first use")

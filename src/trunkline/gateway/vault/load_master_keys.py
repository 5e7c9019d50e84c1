"""Find the master keys where the settings say they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from trunkline.gateway.vault.errors import VaultError
from trunkline.gateway.vault.key_command import KeyCommand
from trunkline.gateway.vault.key_file import KeyFile
from trunkline.gateway.vault.master_keys import KeySource, MasterKeys, parse_master_keys

__all__ = ["VARIABLE", "VaultSettings", "find_source", "load_master_keys"]

VARIABLE = "TRUNKLINE_GATEWAY_MASTER_KEY"
FILE = "vault.keys"


class VaultSettings(Protocol):
    """What of the settings is read here."""

    data: Path
    gateway_master_key: SecretStr | None
    gateway_master_key_file: Path | None
    gateway_master_key_command: str | None


class _Variable:
    """An environment variable stays as it was when the process began."""

    kind = "environment"
    quick = True

    def __init__(self, value: SecretStr) -> None:
        self._value = value

    def read(self) -> dict[int, bytes]:
        return parse_master_keys(self._value.get_secret_value(), VARIABLE)


def find_source(settings: VaultSettings) -> KeySource:
    """The variable, the command, or the file, which need not be there. Raises VaultError when more
    than one is named."""
    given = [
        settings.gateway_master_key,
        settings.gateway_master_key_file,
        settings.gateway_master_key_command,
    ]
    if sum(value is not None for value in given) > 1:
        raise VaultError(
            f"Master keys come from one place: set one of {VARIABLE}, {VARIABLE}_FILE and "
            f"{VARIABLE}_COMMAND."
        )
    if settings.gateway_master_key is not None:
        return _Variable(settings.gateway_master_key)
    if settings.gateway_master_key_command is not None:
        return KeyCommand(settings.gateway_master_key_command)
    return KeyFile(settings.gateway_master_key_file or settings.data / FILE)


def load_master_keys(
    settings: VaultSettings,
    *,
    create: bool = True,
    entropy: Callable[[int], bytes] = os.urandom,
) -> MasterKeys:
    """The master keys of the variable, the command or the file; blocks while a command runs.

    A missing file is made, unless `create` is False: say so when secrets were sealed already,
    because a new key could never open them. Raises VaultError.
    """
    source = find_source(settings)
    if create and isinstance(source, KeyFile):
        source.make(entropy)
    return MasterKeys(source.read(), source)

"""What goes wrong with the vault. No text of it has a secret, or a part of one.

VaultError
├── MasterKeyUnknown
└── NewVersionNeeded
"""

from __future__ import annotations

__all__ = ["MasterKeyUnknown", "NewVersionNeeded", "VaultError"]


class VaultError(Exception):
    """The vault cannot be used, or does not open a value; one sentence that says why."""


class MasterKeyUnknown(VaultError):
    """A value was sealed under a master key that this node does not have."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(
            f"A secret is sealed under master key version {version}, which this node does not "
            "have: give it the master keys that the other nodes have, or put them back from a "
            "backup."
        )


class NewVersionNeeded(VaultError):
    """Only the operator can add a master key, because it is not kept in a file of ours."""

"""The vault: secrets of others, sealed so that a copy of the database is worth nothing.

Each secret has a data key of its own, which is wrapped under a master key that is kept elsewhere:
in a file, a variable, or a key management service. Both are bound to the tenant, the row and the
purpose. Master keys have versions, so that they can be changed while the platform runs.
"""

from trunkline.gateway.vault.count_sealed import count_sealed
from trunkline.gateway.vault.envelope import Bound
from trunkline.gateway.vault.errors import MasterKeyUnknown, NewVersionNeeded, VaultError
from trunkline.gateway.vault.follow_rotation import FollowRotation
from trunkline.gateway.vault.load_master_keys import find_source, load_master_keys
from trunkline.gateway.vault.master_keys import MasterKeys
from trunkline.gateway.vault.open_vault import open_vault
from trunkline.gateway.vault.retire import retire
from trunkline.gateway.vault.rotate import Rotation, SealedColumn, rewrap_all, rotate
from trunkline.gateway.vault.vault import Vault

__all__ = [
    "Bound",
    "FollowRotation",
    "MasterKeyUnknown",
    "MasterKeys",
    "NewVersionNeeded",
    "Rotation",
    "SealedColumn",
    "Vault",
    "VaultError",
    "count_sealed",
    "find_source",
    "load_master_keys",
    "open_vault",
    "retire",
    "rewrap_all",
    "rotate",
]

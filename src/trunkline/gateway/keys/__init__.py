"""Who may use the gateway: tenants, their users, the keys that they have, and who is let in."""

from trunkline.gateway.keys.authenticate import Authenticate, Verifier
from trunkline.gateway.keys.manage_keys import SEALED, TOPIC, Keys
from trunkline.gateway.keys.model import KeyInfo, NewKey, Tenant, User
from trunkline.gateway.keys.tenants import Tenants

__all__ = [
    "SEALED",
    "TOPIC",
    "Authenticate",
    "KeyInfo",
    "Keys",
    "NewKey",
    "Tenant",
    "Tenants",
    "User",
    "Verifier",
]

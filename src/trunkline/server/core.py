"""What every part of a platform is made of: one place to hand it on from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trunkline import numbers
from trunkline.accounts import AccountAuthenticator
from trunkline.bus import LocalBus
from trunkline.clock import Clock
from trunkline.secret_box import SecretBox
from trunkline.settings import Settings
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.worlds import WorldLimits, Worlds

__all__ = ["Core"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The foundation, accounts and numbers of one node."""

    settings: Settings
    database: Database
    node_id: str
    clock: Clock
    sids: SidFactory
    bus: LocalBus
    box: SecretBox
    worlds: Worlds
    limits: WorldLimits
    commit: GroupCommit
    authenticator: AccountAuthenticator
    own_numbers: numbers.OwnNumbers
    applications: numbers.ApplicationLookup
    address: str  # base URL at which this node listens, on this machine
    base_url: Callable[[], str]  # what absolute addresses of this platform begin with

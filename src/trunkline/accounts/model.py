"""Accounts and API keys as values, and how the status of an account may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trunkline.lifecycle import Lifecycle

__all__ = [
    "ACCOUNT_STATUSES",
    "Account",
    "ApiKey",
    "default_subaccount_name",
    "effective_status",
    "new_secret",
    "new_token",
    "shown_balance",
]

ACCOUNT_STATUSES = Lifecycle(
    noun="account",
    initial=frozenset({"active"}),
    steps={
        "active": frozenset({"suspended", "closed"}),
        "suspended": frozenset({"active", "closed"}),
        "closed": frozenset(),
    },
)
SEVERITY = ("active", "suspended", "closed")
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account. A parent owns itself; a subaccount and test credentials name their parent."""

    sid: str
    owner_sid: str
    world_id: str  # 32 hex digits
    kind: str  # "live", or "test" for the pair of test credentials
    type: str  # "Trial" or "Full"
    status: str  # its own; see `effective_status`
    friendly_name: str
    auth_token: str = field(repr=False)
    balance: Decimal  # in USD; of a subaccount it means nothing
    created_at: datetime
    updated_at: datetime

    @property
    def is_parent(self) -> bool:
        """Whether it may have subaccounts."""
        return self.owner_sid == self.sid


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key, which is a signing key too. Its secret is told only when it is made."""

    sid: str
    account_sid: str
    kind: str  # "main" or "standard"
    friendly_name: str
    created_at: datetime
    updated_at: datetime


def effective_status(own: str, owner: str) -> str:
    """The status that counts: suspending or closing a parent does so to all that it owns."""
    return max(own, owner, key=SEVERITY.index)


def default_subaccount_name(now: datetime) -> str:
    """The name of a subaccount that was given none: hours up to 23, and yet am or pm."""
    meridian = "am" if now.hour < 12 else "pm"
    return f"SubAccount Created at {now:%Y-%m-%d %H:%M} {meridian}"


def shown_balance(balance: Decimal) -> str:
    """`0.05`, `100.00`, `-3.1425`: two decimals, or as many as it takes."""
    exponent = balance.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{balance:.{max(places, 2)}f}"


def new_token(entropy: Callable[[int], bytes]) -> str:
    """A new auth token: 32 hex digits."""
    return entropy(16).hex()


def new_secret(entropy: Callable[[int], bytes]) -> str:
    """A new secret of an API key: 32 letters and digits."""
    number = int.from_bytes(entropy(32))
    letters = []
    for _ in range(32):
        number, index = divmod(number, len(LETTERS))
        letters.append(LETTERS[index])
    return "".join(letters)

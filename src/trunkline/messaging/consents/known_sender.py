"""Whose consents an account may speak of: its own numbers, its services, and names."""

from __future__ import annotations

from trunkline.messaging.choose_sender import Numbers
from trunkline.messaging.consents.opt_outs import Services
from trunkline.numbers import is_alphanumeric_sender, normalise
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import is_sid

__all__ = ["KnownSenders"]


class KnownSenders:
    """Tells which senders are an account's. Another account's are unknown, as ones that do not
    exist: a block of a number that is mistyped would block nothing, and nobody would hear of it."""

    def __init__(self, numbers: Numbers, services: Services) -> None:
        self._numbers = numbers
        self._services = services

    def __call__(self, account: AccountIdentity, raw: str) -> str | None:
        """The scope as it is kept, or None."""
        text = raw.strip()
        if is_sid(text, "MG"):
            service = self._services.find(text)
            mine = service is not None and service.account_sid == account.sid
            return service.sid if service is not None and mine else None
        number = normalise(text) or text
        for address in dict.fromkeys((text, number)):
            own = self._numbers.find(account.world_id, address)
            if own is not None:
                return own.phone_number if own.account_sid == account.sid else None
        # A name belongs to nobody; its consents are the account's all the same.
        return text if is_alphanumeric_sender(text) and not text.isdigit() else None

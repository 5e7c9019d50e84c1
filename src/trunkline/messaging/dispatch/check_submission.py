"""What is checked once more when a message is about to leave: much may have changed since it was
accepted, and a message that must not go fails with its own code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from trunkline.messaging.consents.opt_outs import OptOuts
from trunkline.messaging.model import Dispatch
from trunkline.rest.operation import AccountIdentity

__all__ = ["ACCOUNT_SUSPENDED", "OPTED_OUT", "CheckSubmission"]

ACCOUNT_SUSPENDED = 30002
OPTED_OUT = 21610

AccountOf = Callable[[str], Awaitable[AccountIdentity | None]]


class CheckSubmission:
    """Asks whether recipients have opted out, and whether accounts are still active.

    A message that was made only to fail says so itself: `refused` in its options is the code.
    """

    def __init__(self, opt_outs: OptOuts, account_of: AccountOf) -> None:
        self._opt_outs = opt_outs
        self._account_of = account_of

    async def __call__(self, batch: Sequence[Dispatch]) -> dict[str, int]:
        """The error code, by SID, of each message that must not be submitted."""
        if not batch:
            return {}
        refused: dict[str, int] = {
            d.sid: d.options["refused"]
            for d in batch
            if d.options is not None and "refused" in d.options
        }
        refused.update(dict.fromkeys(await self._opt_outs.blocked(batch), OPTED_OUT))
        for account_id in {dispatch.account_id for dispatch in batch}:
            account = await self._account_of(f"AC{account_id}")
            if account is None or account.status != "active":
                refused.update(
                    (d.sid, ACCOUNT_SUSPENDED) for d in batch if d.account_id == account_id
                )
        return refused

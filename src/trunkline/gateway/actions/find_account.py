"""Which account a connection is for: what was found out when it was made, else asked once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from trunkline.gateway.actions.ask import Answered, Ask
from trunkline.gateway.actions.read_answer import object_of
from trunkline.gateway.errors import ProviderRefused
from trunkline.gateway.model import Caller, Connection
from trunkline.sids import is_sid

__all__ = ["MOST_REMEMBERED", "FindAccount"]

ACCOUNTS = "/2010-04-01/Accounts.json"
PLATFORM = "platform"  # the method by which a connection is for the tenant's own account
MOST_REMEMBERED = 10_000  # connections


class FindAccount:
    """The SID of the account that a connection's credentials belong to."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._found: OrderedDict[tuple[str, int], str] = OrderedDict()

    async def __call__(self, caller: Caller, connection: Connection) -> str:
        """Raises ProviderRefused when the provider does not tell."""
        noted = connection.metadata.get("account_sid")
        if isinstance(noted, str) and is_sid(noted, "AC"):
            return noted
        if connection.method == PLATFORM and is_sid(caller.account_sid, "AC"):
            return caller.account_sid
        # Other credentials may be another account's.
        key = (connection.id, connection.revision)
        if key not in self._found:
            answer = await self._ask(
                caller, connection, "GET", ACCOUNTS, query=[("PageSize", "50")]
            )
            self._found[key] = _own_account(answer)
            if len(self._found) > MOST_REMEMBERED:
                self._found.popitem(last=False)
        return self._found[key]


def _own_account(answer: Answered) -> str:
    """A main account's credentials see its subaccounts, too: it is the one that owns itself."""
    try:
        listed = object_of(answer, changes=False).get("accounts")
    except ProviderRefused as refused:
        raise ProviderRefused(
            f"Name the account as accountSid: the provider does not tell it. {refused.message}",
            data=refused.data,
        ) from None
    accounts: list[Any] = listed if isinstance(listed, list) else []
    known = [each for each in accounts if isinstance(each, dict) and _named(each.get("sid"))]
    own = [each for each in known if each["sid"] == each.get("owner_account_sid")]
    if not known:
        raise ProviderRefused(
            "Name the account as accountSid: the provider does not tell it.",
            data={"status": answer.status, "body": None},
        )
    return str((own or known)[0]["sid"])


def _named(sid: Any) -> bool:
    return isinstance(sid, str) and is_sid(sid, "AC")

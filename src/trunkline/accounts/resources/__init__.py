"""The HTTP operations of accounts, declared."""

from __future__ import annotations

from collections.abc import Callable

from trunkline.accounts.authenticate import AccountAuthenticator
from trunkline.accounts.create_subaccount import CreateSubaccount
from trunkline.accounts.manage_keys import ManageKeys
from trunkline.accounts.resources.accounts import Accounts
from trunkline.accounts.resources.iam_keys import IamKeys
from trunkline.accounts.resources.keys import Keys, SigningKeys
from trunkline.accounts.update_account import UpdateAccount
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["Accounts", "IamKeys", "Keys", "SigningKeys", "account_resources"]


def account_resources(
    database: Database,
    *,
    box: SecretBox,
    sids: SidFactory,
    worlds: Worlds,
    authenticator: AccountAuthenticator,
    entropy: Callable[[int], bytes],
) -> tuple[Accounts, Keys, SigningKeys, IamKeys]:
    """The resources of this family, for `rest.operation.bound_operations`."""
    keys = ManageKeys(database, box, sids, authenticator, entropy)
    create = CreateSubaccount(database, box, sids, entropy)
    update = UpdateAccount(database, box, authenticator)
    return (
        Accounts(database, box, worlds, create, update),
        Keys(worlds, keys),
        SigningKeys(worlds, keys),
        IamKeys(worlds, keys, authenticator),
    )

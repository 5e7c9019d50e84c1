"""What an account sets for its media holds at once, on every node, and for that account alone."""

from __future__ import annotations

import pytest

from tests.support.waiting import eventually
from trunkline.messaging.media.media_accounts import MediaAccounts
from trunkline.sids import SidFactory
from trunkline.store import Database


async def test_media_are_public_until_an_account_says_otherwise(
    database: Database, account_id: str
) -> None:
    accounts, other_node = MediaAccounts(database), MediaAccounts(database)
    sid = f"AC{account_id}"
    assert await accounts.basic_auth(sid) is False
    assert await other_node.basic_auth(sid) is False
    await accounts.set(sid, basic_auth=True)
    assert await accounts.basic_auth(sid) is True
    await eventually(lambda: other_node.basic_auth(sid))
    await accounts.set(sid, basic_auth=False)
    assert await accounts.basic_auth(sid) is False


async def test_there_has_to_be_such_an_account(database: Database, sids: SidFactory) -> None:
    with pytest.raises(LookupError):
        await MediaAccounts(database).set(sids.new("AC"), basic_auth=True)

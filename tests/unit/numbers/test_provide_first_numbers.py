"""The numbers that a new world starts with."""

from __future__ import annotations

from tests.unit.accounts.support import BORN
from tests.unit.numbers.support import Numbers
from trunkline.numbers import provide_first_numbers
from trunkline.sids import SidFactory


async def test_two_local_and_two_toll_free_numbers_that_can_do_everything(
    numbers: Numbers, sids: SidFactory
) -> None:
    async with numbers.database.transaction() as connection:
        given = await provide_first_numbers(
            connection,
            world_id=numbers.world_id,
            account_sid=numbers.account.account_sid,
            sids=sids,
            now=BORN,
        )
    assert given == ["+14155550100", "+12065550100", "+18005550100", "+18885550100"]
    listed = (await numbers.client.get(numbers.path("IncomingPhoneNumbers.json"))).json
    shown = {one["phone_number"]: one for one in listed["incoming_phone_numbers"]}
    assert sorted(shown) == sorted(given)
    assert [shown[number]["type"] for number in given] == ["local", "local", "tollfree", "tollfree"]
    assert shown["+14155550100"]["friendly_name"] == "(415) 555-0100"
    assert shown["+14155550100"]["date_created"] == "Sun, 01 Mar 2026 09:05:07 +0000"
    for one in shown.values():
        assert one["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}

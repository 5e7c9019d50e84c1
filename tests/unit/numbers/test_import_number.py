"""Importing numbers: of any country, by whom they are taken, and what is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.numbers.support import Numbers
from trunkline.clock import RealClock
from trunkline.numbers.import_number import ImportNumber, NotImported, describe
from trunkline.numbers.number_parameters import NumberSettings
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.parameters import bind
from trunkline.sids import SidFactory
from trunkline.worlds import Worlds

BERLIN = "+493012345678"


class Importing:
    """Imports for accounts of a test's world."""

    def __init__(self, numbers: Numbers, sids: SidFactory) -> None:
        self.numbers = numbers
        worlds = Worlds(numbers.database, RealClock(), sids)
        self.load = worlds.load
        self.importer = ImportNumber(numbers.database, worlds, sids, numbers.own_numbers)

    async def __call__(
        self, number: str, form: dict[str, str] | None = None, *, sid: str = "", **more: Any
    ) -> tuple[dict[str, Any], bool]:
        """What the owner then sees of the number, and whether it was created."""
        sid = sid or self.numbers.account.account_sid
        account = AccountIdentity(sid, sid, self.numbers.world_id, "active", "live")
        settings = bind(NumberSettings, {name: [value] for name, value in (form or {}).items()})
        found = await self.importer(account, number, settings, **more)
        path = self.numbers.path(f"IncomingPhoneNumbers/PN{found.row['id'].hex}.json")
        shown: dict[str, Any] = (await self.numbers.client.get(path)).json
        return shown, found.created


@pytest.fixture
async def importing(numbers: Numbers, sids: SidFactory) -> Importing:
    made = Importing(numbers, sids)
    await made.load()
    return made


async def test_a_number_abroad_is_the_accounts_own_at_once(
    importing: Importing, numbers: Numbers
) -> None:
    shown, created = await importing("+49 (30) 1234-5678", {"SmsUrl": "https://example.com/sms"})
    assert created
    assert shown["phone_number"] == shown["friendly_name"] == BERLIN
    assert shown["type"] == "local"
    assert shown["sms_url"] == "https://example.com/sms"
    assert shown["sms_method"] == "POST"
    assert shown["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    own = numbers.own_numbers.find(numbers.world_id, BERLIN)
    assert own is not None
    assert (own.iso_country, own.sms_url) == ("DE", "https://example.com/sms")


@pytest.mark.parametrize(
    ("number", "country", "kind"),
    [
        ("+4915123456789", "DE", "mobile"),
        ("+448081570192", "GB", "tollfree"),
        ("+14155552671", "US", "local"),
        ("+18005550100", "US", "tollfree"),
        ("+14155550100", "US", "local"),  # for fiction: libphonenumber calls it invalid
        ("+16132345678", "CA", "local"),
        ("+883510000000092", "ZZ", "local"),
    ],
)
def test_country_and_type_follow_from_the_number(number: str, country: str, kind: str) -> None:
    assert describe(number) == (country, kind)


@pytest.mark.parametrize(
    "number", ["+4930", "+490", "+19995550100", "+999123456789", "12", "", "+"]
)
async def test_what_no_country_has_given_out_is_refused(
    importing: Importing, numbers: Numbers, number: str
) -> None:
    with pytest.raises(NotImported) as refused:
        await importing(number)
    assert refused.value.code == "invalid_number"
    assert await numbers.count() == 0


async def test_a_simulated_number_needs_its_form_alone(importing: Importing) -> None:
    shown, created = await importing("+4915550001", simulated=True)
    assert (shown["phone_number"], created) == ("+4915550001", True)
    with pytest.raises(NotImported):
        await importing("nonsense", simulated=True)


async def test_what_the_account_owns_is_left_alone(importing: Importing, numbers: Numbers) -> None:
    first, _ = await importing(BERLIN, {"FriendlyName": "Desk"})
    again, created = await importing(BERLIN, {"FriendlyName": "Other", "SmsUrl": "http://x.test/"})
    assert (again, created) == (first, False)
    bought = await numbers.bought(PhoneNumber="+14155550199")
    assert await importing("+14155550199") == (bought, False)
    assert await numbers.count() == 2


async def test_what_another_account_of_the_world_owns_is_refused(
    importing: Importing, numbers: Numbers
) -> None:
    other = await numbers.subaccount()
    await importing(BERLIN)
    with pytest.raises(NotImported) as refused:
        await importing(BERLIN, sid=other["sid"])
    assert refused.value.code == "number_taken"


async def test_of_ten_that_import_a_number_at_once_one_creates_it(
    importing: Importing, numbers: Numbers
) -> None:
    found = await asyncio.gather(*(importing(BERLIN) for _ in range(10)))
    assert sorted(created for _, created in found) == [False] * 9 + [True]
    assert await numbers.count() == 1


async def test_capabilities_are_as_told(importing: Importing) -> None:
    shown, _ = await importing(BERLIN, capabilities=["voice"])
    assert shown["capabilities"] == {"voice": True, "sms": False, "mms": False, "fax": False}
    with pytest.raises(ApiError) as refused:
        await importing("+493012345679", {"SmsUrl": "https://x.test/"}, capabilities=["voice"])
    assert refused.value.code == 21407


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"SmsFallbackUrl": "https://x.test/"}, 21406),
        ({"SmsApplicationSid": "AP" + "0" * 32}, 21420),
    ],
)
async def test_settings_are_checked_as_at_a_purchase(
    importing: Importing, numbers: Numbers, form: dict[str, str], code: int
) -> None:
    with pytest.raises(ApiError) as refused:
        await importing(BERLIN, form)
    assert refused.value.code == code
    assert await numbers.count() == 0

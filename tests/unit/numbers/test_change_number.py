"""Changing, giving away and releasing numbers."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.unit.accounts.support import BORN, Client
from tests.unit.numbers.support import Numbers
from trunkline.accounts import create_account_set
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database

EXAMPLE = "https://example.com"


async def test_what_is_not_named_stays_as_it_is(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123", SmsUrl=EXAMPLE, VoiceMethod="GET")
    changed = await numbers.update(bought, FriendlyName="Desk")
    assert changed.status == 200
    moved = ("friendly_name", "date_updated")
    assert {k: v for k, v in changed.json.items() if k not in moved} == {
        k: v for k, v in bought.items() if k not in moved
    }
    assert changed.json["friendly_name"] == "Desk"


async def test_empty_clears_a_url_and_restores_the_name(numbers: Numbers) -> None:
    bought = await numbers.bought(
        PhoneNumber="+14155550123",
        FriendlyName="Desk",
        SmsUrl=EXAMPLE,
        VoiceUrl=EXAMPLE,
        StatusCallback=EXAMPLE,
    )
    form = {"FriendlyName": "", "SmsUrl": "", "VoiceUrl": "", "StatusCallback": ""}
    changed = (await numbers.update(bought, **form)).json
    assert changed["friendly_name"] == "(415) 555-0123"
    assert (changed["sms_url"], changed["voice_url"], changed["status_callback"]) == ("", None, "")


async def test_a_fallback_needs_the_url_it_stands_in_for(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123", SmsUrl=EXAMPLE)
    assert (await numbers.update(bought, SmsFallbackUrl=EXAMPLE)).status == 200
    refused = await numbers.update(bought, SmsUrl="", SmsFallbackUrl=EXAMPLE)
    assert (refused.status, refused.json["code"]) == (400, 21406)
    refused = await numbers.update(bought, VoiceFallbackUrl=EXAMPLE)
    assert (refused.status, refused.json["code"]) == (400, 21405)
    assert (await numbers.update(bought, VoiceUrl=EXAMPLE, VoiceFallbackUrl=EXAMPLE)).status == 200


async def test_a_voice_only_number_takes_no_settings_of_messages(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14159500123")
    refused = await numbers.update(bought, SmsUrl=EXAMPLE)
    assert (refused.status, refused.json["code"]) == (400, 21407)
    assert (await numbers.update(bought, VoiceUrl=EXAMPLE, SmsUrl="")).status == 200


async def test_messaging_hears_of_a_change_before_it_is_answered(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123")
    await numbers.update(bought, SmsUrl=EXAMPLE)
    own = numbers.own_numbers.find(numbers.world_id, "+14155550123")
    assert own is not None
    assert own.sms_url == EXAMPLE


async def test_a_number_that_is_not_there_is_not_found(numbers: Numbers) -> None:
    for sid in ("PN" + "0" * 32, numbers.account.account_sid):
        path = numbers.path(f"IncomingPhoneNumbers/{sid}.json")
        assert (await numbers.client.get(path)).refusal[:2] == (404, 20404)
        assert (await numbers.client.post(path, FriendlyName="x")).refusal[:2] == (404, 20404)
        assert (await numbers.client.delete(path)).refusal[:2] == (404, 20404)


async def test_a_number_moves_to_a_subaccount_and_back(numbers: Numbers) -> None:
    sub = await numbers.subaccount()
    application = await numbers.application()
    bought = await numbers.bought(PhoneNumber="+14155550123", SmsApplicationSid=application["sid"])
    moved = (await numbers.update(bought, AccountSid=sub["sid"])).json
    assert moved["account_sid"] == sub["sid"]
    assert moved["sid"] == bought["sid"]
    assert moved["uri"] == bought["uri"].replace(numbers.account.account_sid, sub["sid"])
    assert moved["sms_application_sid"] == ""  # the application stays with the parent
    assert (await numbers.client.get(bought["uri"])).status == 404
    own = numbers.own_numbers.find(numbers.world_id, "+14155550123")
    assert own is not None
    assert own.account_sid == sub["sid"]
    back = await numbers.update(moved, AccountSid=numbers.account.account_sid)
    assert back.json["uri"] == bought["uri"]


async def test_a_number_moves_between_subaccounts(numbers: Numbers) -> None:
    one, other = await numbers.subaccount(), await numbers.subaccount()
    path = numbers.path("IncomingPhoneNumbers.json", one["sid"])
    bought = (await numbers.client.post(path, PhoneNumber="+14155550123")).json
    moved = await numbers.update(bought, AccountSid=other["sid"])
    assert moved.json["account_sid"] == other["sid"]


async def test_a_transfer_to_its_own_account_changes_nothing(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123")
    same = await numbers.update(bought, AccountSid=numbers.account.account_sid)
    assert (same.status, same.json["uri"]) == (200, bought["uri"])


async def test_accounts_that_a_number_cannot_be_given_to(
    numbers: Numbers, database: Database, sids: SidFactory, box: SecretBox
) -> None:
    async with database.transaction() as connection:
        stranger = await create_account_set(
            connection,
            world_id=numbers.world_id,
            sids=sids,
            box=box,
            now=BORN,
            entropy=os.urandom,
        )
    closed = await numbers.subaccount()
    await numbers.client.post(closed["uri"], Status="closed")
    bought = await numbers.bought(PhoneNumber="+14155550123")
    for target, code in (
        ("AC123", 21470),
        ("AC" + "0" * 32, 21471),
        (numbers.account.test_account_sid, 21471),
        (closed["sid"], 21472),
        (stranger.account_sid, 21473),
    ):
        refused = await numbers.update(bought, AccountSid=target, FriendlyName="Moved")
        assert (refused.status, refused.json["code"]) == (400, code), target
    unchanged = await numbers.client.get(bought["uri"])
    assert unchanged.json == bought


async def test_a_subaccount_gives_no_number_away(numbers: Numbers) -> None:
    sub = await numbers.subaccount()
    client = Client(numbers.app, sub["sid"], sub["auth_token"])
    path = numbers.path("IncomingPhoneNumbers.json", sub["sid"])
    bought = (await client.post(path, PhoneNumber="+14155550123")).json
    refused = await client.post(bought["uri"], AccountSid=numbers.account.account_sid)
    assert (refused.status, refused.json["code"]) == (400, 21474)


async def test_a_released_number_is_gone_and_for_sale_again(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123")
    gone = await numbers.client.delete(bought["uri"])
    assert (gone.status, gone.text) == (204, "")
    assert (await numbers.client.get(bought["uri"])).status == 404
    assert (await numbers.client.delete(bought["uri"])).status == 404
    assert numbers.own_numbers.find(numbers.world_id, "+14155550123") is None
    again = await numbers.bought(PhoneNumber="+14155550123")
    assert again["sid"] != bought["sid"]


@pytest.mark.parametrize("times", range(3))
async def test_setting_an_application_while_it_is_deleted_leaves_no_dangling_reference(
    numbers: Numbers, times: int
) -> None:
    application = await numbers.application()
    bought = await numbers.bought(PhoneNumber="+14155550123", SmsApplicationSid=application["sid"])
    set_again = numbers.update(bought, SmsApplicationSid=application["sid"], SmsUrl=EXAMPLE)
    answers = await asyncio.gather(
        *((set_again, numbers.client.delete(application["uri"]))[:: 1 if times % 2 else -1])
    )
    assert {answer.status for answer in answers} <= {200, 204, 400}
    fetched = await numbers.client.get(bought["uri"])
    assert fetched.json["sms_application_sid"] == ""

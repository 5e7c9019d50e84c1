"""Registering senders: their addresses, who has them, and whether they are online."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from trunkline.clock import RealClock
from trunkline.messaging.channels.change_senders import ChangeSenders, sender_address
from trunkline.messaging.channels.parameters import CreateSenderParameters, UpdateSenderParameters
from trunkline.numbers import OwnNumbers
from trunkline.rest.errors import ApiError
from trunkline.rest.json_body import bind_json
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

SENDER = "whatsapp:+14155550100"


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" WhatsApp:+1 (415) 555-0100 ", SENDER),
        ("whatsapp:4155550100", SENDER),
        ("RCS:acme_agent", "rcs:acme_agent"),
    ],
)
def test_an_address_is_stored_in_one_form(raw: str, address: str) -> None:
    assert sender_address(raw) == address


@pytest.mark.parametrize(
    "raw",
    ["", "whatsapp", "whatsapp:", "whatsapp:12345", "rcs:", "rcs:+1415", "rcs:" + "x" * 101, "a:b"],
)
def test_what_cannot_be_an_address(raw: str) -> None:
    with pytest.raises(ApiError) as refused:
        sender_address(raw)
    assert refused.value.code == 20422


class Senders:
    """The senders of a test's account."""

    def __init__(
        self, database: Database, world_id: str, account_id: str, *, online: bool = True
    ) -> None:
        sids = SidFactory(RealClock().milliseconds)
        self.worlds = Worlds(database, RealClock(), sids)
        self.own_numbers = OwnNumbers(database)
        self.change = ChangeSenders(database, self.worlds, sids, self.own_numbers, online=online)
        sid = "AC" + account_id
        self.account = AccountIdentity(sid, sid, world_id, "active", "live")

    async def create(self, **body: Any) -> Any:
        asked = bind_json(CreateSenderParameters, {"sender_id": SENDER, **body})
        return await self.change.create(self.account, asked)

    async def update(self, row: Any, **body: Any) -> Any:
        asked = bind_json(UpdateSenderParameters, body)
        return await self.change.update(self.account, f"XE{row['id'].hex}", asked)

    def known(self) -> Any:
        return self.own_numbers.find(self.account.world_id, SENDER)


@pytest.fixture
async def senders(database: Database, world_id: str, account_id: str) -> Senders:
    made = Senders(database, world_id, account_id)
    await made.worlds.load()
    await made.own_numbers.load()
    return made


async def test_messaging_knows_of_a_sender_before_the_answer(senders: Senders) -> None:
    url = "https://example.com"
    made = await senders.create(
        webhook={"callback_url": f"{url}/in", "status_callback_url": f"{url}/status"}
    )
    own = senders.known()
    assert (own.sid, own.type, own.sms_capable) == (f"XE{made['id'].hex}", "whatsapp", True)
    assert (own.sms_url, own.sms_method) == (f"{url}/in", "POST")
    assert own.message_status_callback == f"{url}/status"

    await senders.update(made, webhook={"callback_url": ""})
    own = senders.known()
    assert (own.sms_url, own.message_status_callback) == (None, f"{url}/status")

    assert await senders.change.delete(senders.account, own.sid)
    assert senders.known() is None
    assert not await senders.change.delete(senders.account, own.sid)
    assert await senders.update(made, friendly_name="x") is None


async def test_in_production_a_sender_does_not_come_online(
    database: Database, world_id: str, account_id: str
) -> None:
    senders = Senders(database, world_id, account_id, online=False)
    await senders.worlds.load()
    made = await senders.create()
    assert made["status"] == "CREATING"
    assert senders.known().sms_capable is False


async def test_of_ten_at_once_one_has_the_address(senders: Senders) -> None:
    outcomes = await asyncio.gather(*(senders.create() for _ in range(10)), return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, ApiError)]
    assert [each.code for each in refused] == [20409] * 9


@pytest.mark.parametrize(
    "body",
    [
        {"webhook": []},
        {"webhook": {"callback_url": 5}},
        {"profile": {"websites": "https://example.com"}},
        {"profile": {"websites": [{"label": "x"}]}},
        {"profile": {"websites": [{"website": "x", "label": 1}]}},
        {"profile": {"websites": [None]}},
        {"profile": {"websites": ["x"] * 11}},
        {"profile": {"name": "x" * 2049}},
        {"friendly_name": "x" * 65},
        {"configuration": {"verification_method": "pigeon"}},
        {"configuration": {"voice_application_sid": "PN" + "0" * 32}},
    ],
)
async def test_bodies_that_are_refused(senders: Senders, body: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        await senders.create(**body)
    assert (refused.value.status, refused.value.code) == (400, 20422)
    assert senders.known() is None


async def test_texts_stand_for_websites(senders: Senders) -> None:
    made = await senders.create(profile={"websites": ["https://example.com"], "emails": []})
    assert made["profile"] == {"websites": [{"website": "https://example.com"}], "emails": []}

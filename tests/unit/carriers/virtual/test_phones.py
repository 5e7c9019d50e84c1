"""Whose behaviour counts: of a phone, of the same phone on a channel, of all phones."""

from __future__ import annotations

from trunkline.carriers.virtual import Behaviour, Phones
from trunkline.store import Database

SMS, WHATSAPP = "+14155550123", "whatsapp:+14155550123"


async def test_on_a_channel_it_is_the_phone_of_that_number(
    database: Database, world_id: str
) -> None:
    phones = Phones(database)
    await phones.set(world_id, "*", Behaviour(auto_reply="every"))
    await phones.set(world_id, SMS, Behaviour(fail_code=30003))
    assert phones.behaviour(world_id, WHATSAPP) == Behaviour(fail_code=30003, auto_reply="every")
    await phones.set(world_id, WHATSAPP, Behaviour(reject_code=63016))
    assert phones.behaviour(world_id, WHATSAPP) == Behaviour(reject_code=63016, auto_reply="every")
    assert phones.behaviour(world_id, SMS) == Behaviour(fail_code=30003, auto_reply="every")
    assert phones.behaviour(world_id, "rcs:+14155550199") == Behaviour(auto_reply="every")


async def test_sms_tells_nobody_that_it_was_read(database: Database, world_id: str) -> None:
    phones = Phones(database)
    await phones.set(world_id, SMS, Behaviour(read=True))
    assert phones.behaviour(world_id, SMS).read is None
    assert phones.behaviour(world_id, WHATSAPP).read is True
    assert phones.set_for(world_id, SMS).read is True  # it is set all the same


async def test_what_is_set_is_read_again(database: Database, world_id: str) -> None:
    await Phones(database).set(world_id, WHATSAPP, Behaviour(read=True, auto_reply="Hi"))
    later = Phones(database)
    await later.load()
    assert later.behaviour(world_id, WHATSAPP) == Behaviour(read=True, auto_reply="Hi")

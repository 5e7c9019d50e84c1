from __future__ import annotations

import pytest

from tests.unit.control.support import SID, Client, FakePlatform, refusal
from trunkline.messaging.channels.read_message import NotOnPhone, NotReadable

PHONE = "whatsapp:+14155550123"
PATH = f"/phones/{PHONE}/messages"


async def test_a_phone_reads_a_message(fake: FakePlatform, client: Client) -> None:
    answer = await client.call("POST", f"{PATH}/{SID}/read", {})
    assert (answer.status, answer.json()) == (200, {"sid": SID})
    assert fake.read == [("0" * 32, PHONE, SID)]


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(NotOnPhone(SID), 404, "no_such_message"), (NotReadable("No."), 409, "not_readable")],
)
async def test_each_refusal_has_its_code(
    fake: FakePlatform, client: Client, raised: Exception, status: int, code: str
) -> None:
    fake.unreadable = raised
    answer = await client.call("POST", f"{PATH}/{SID}/read", {})
    assert refusal(answer) == (status, code)


@pytest.mark.parametrize("sid", ["nonsense", "PN" + "0" * 32, "SM%00"])
async def test_what_is_no_message_is_not_asked_for(
    fake: FakePlatform, client: Client, sid: str
) -> None:
    answer = await client.call("POST", f"{PATH}/{sid}/read", {})
    assert refusal(answer) == (404, "no_such_message")
    assert fake.read == []

"""Calls by test credentials: magic numbers, and nothing stored (7.3)."""

from __future__ import annotations

import pytest

from tests.unit.accounts.support import Answer
from tests.unit.voice.calls_api.support import PHONE, URL, Desk

MAGIC = "+15005550006"


async def pretend(desk: Desk, **form: str) -> Answer:
    path = desk.path(".json", desk.account.test_account_sid)
    return await desk.test_client.post(path, **{"To": PHONE, "From": MAGIC, "Url": URL, **form})


async def test_a_call_that_would_be_made(desk: Desk) -> None:
    answer = await pretend(desk, StatusCallback=URL)

    assert answer.status == 201
    made = answer.json
    assert (made["status"], made["direction"], made["to"]) == ("queued", "outbound-api", PHONE)
    assert made["sid"][:2] == "CA"
    assert desk.sessions.begun == []
    assert await desk.count() == 0


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+15005550001"}, 21212),
        ({"From": "+14155550100"}, 21210),
        ({"To": "+15005550001"}, 21217),
        ({"To": "+15005550002"}, 21214),
        ({"To": "+15005550003"}, 21215),
        ({"To": "+15005550004"}, 21216),
        ({"To": "x"}, 21211),
        ({"Url": ""}, 21205),
        ({"ApplicationSid": "AP" + "0" * 32}, 21218),
    ],
    ids=str,
)
async def test_magic(desk: Desk, form: dict[str, str], code: int) -> None:
    answer = await pretend(desk, **form)

    assert (answer.status, answer.json["code"]) == (400, code)


async def test_magic_numbers_do_nothing_with_live_credentials(desk: Desk) -> None:
    for number in ("+15005550001", "+15005550002", "+15005550003", "+15005550004"):
        assert (await desk.made(To=number))["status"] == "queued"


async def test_nothing_else_is_allowed(desk: Desk) -> None:
    of_test = desk.account.test_account_sid
    sid = "CA" + "0" * 32

    for answer in (
        await desk.test_client.get(desk.path(".json", of_test)),
        await desk.test_client.get(desk.path(f"/{sid}.json", of_test)),
        await desk.test_client.delete(desk.path(f"/{sid}.json", of_test)),
        await desk.test_client.get(desk.path(f"/{sid}/Events.json", of_test)),
    ):
        assert (answer.status, answer.json["code"]) == (403, 20008)

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.control.support import Client, FakePlatform, refusal
from trunkline.worlds import Limits

OFF: dict[str, Any] = {"limits": "off", **dict.fromkeys(Limits.__struct_fields__)}
TWILIO = {
    "limits": "twilio",
    "long_code": 1.0,
    "toll_free": 3.0,
    "short_code": 100.0,
    "alphanumeric": 10.0,
    "channel": 80.0,
    "mms_long_code": 1.0,
    "account_mms": 25.0,
    "queue_seconds": 36_000,
    "calls_per_second": 1.0,
}


async def test_limits_are_shown_and_set(client: Client, fake: FakePlatform) -> None:
    assert (await client.get("/limits")).json() == OFF
    assert (await client.call("PUT", "/limits", {"limits": "twilio"})).json() == TWILIO
    assert (await client.get("/limits")).json() == TWILIO
    custom = {"limits": "custom", "long_code": 5, "queue_seconds": 60}
    assert (await client.call("PUT", "/limits", custom)).json() == TWILIO | custom
    assert fake.limits.kept["0" * 32] == ("custom", Limits(long_code=5, queue_seconds=60))
    assert (await client.call("PUT", "/limits", {"limits": "off"})).json() == OFF


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"limits": "fast"},
        {"limits": None},
        {"limits": "twilio", "long_code": 5},
        {"limits": "off", "queue_seconds": 5},
        {"limits": "custom", "long_code": 0},
        {"limits": "custom", "long_code": -1},
        {"limits": "custom", "long_code": 1e9},
        {"limits": "custom", "long_code": "5"},
        {"limits": "custom", "long_code": None},
        {"limits": "custom", "queue_seconds": 0},
        {"limits": "custom", "queue_seconds": 1.5},
        {"limits": "custom", "voice": 1},
    ],
)
async def test_what_cannot_be_a_limit_is_refused(
    client: Client, fake: FakePlatform, asked: dict[str, Any]
) -> None:
    assert refusal(await client.call("PUT", "/limits", asked)) == (422, "invalid_parameter")
    assert fake.limits.kept == {}


async def test_a_world_that_is_not_there_has_no_limits(client: Client) -> None:
    assert refusal(await client.get("/limits?world=nowhere"))[0] == 404

"""The gateway's audit log."""

from __future__ import annotations

import pytest

from tests.unit.control.fake_gateway import KEY
from tests.unit.control.support import Client, FakePlatform, refusal
from trunkline.gateway.audit import Anchor, Broken


async def test_entries_come_in_pages_the_newest_first(client: Client, fake: FakePlatform) -> None:
    page = (await client.get("/gateway/audit?limit=3")).json()
    assert ([entry["seq"] for entry in page["entries"]], page["next"]) == ([5, 4, 3], 3)
    assert page["entries"][0]["path_template"] == "/x/{sid}"
    rest = (await client.get("/gateway/audit?limit=3&before=3")).json()
    assert ([entry["seq"] for entry in rest["entries"]], rest["next"]) == ([2, 1], None)
    assert fake.gateway.audit.flushed == 2


async def test_entries_are_narrowed(client: Client, fake: FakePlatform) -> None:
    asked = f"tenant=t&kind=proxy&connection_id={KEY}&key_id={KEY}&refused=true"
    await client.get(f"/gateway/audit?{asked}&since=2026-03-04T05:06:07Z")
    (wanted,) = fake.gateway.audit.wanted
    assert (wanted.tenant, wanted.kind, wanted.refused) == ("t", "proxy", True)
    assert (wanted.connection_id, wanted.key_id) == (KEY, KEY)
    assert wanted.since is not None
    assert wanted.since.hour == 5


@pytest.mark.parametrize(
    "asked",
    ["connection_id=x", "key_id=1", "since=yesterday", "since=2026-03-04T05:06:07", "limit=0"],
)
async def test_what_cannot_be_looked_for(client: Client, asked: str) -> None:
    assert refusal(await client.get(f"/gateway/audit?{asked}"))[0] == 422


async def test_the_log_is_verified(client: Client, fake: FakePlatform) -> None:
    whole = (await client.get("/gateway/audit/verify")).json()
    assert whole == {"entries": 5, "first": 1, "last": 5, "hash": "ab" * 32, "broken": None}
    fake.gateway.audit.broken = Broken(3, "It is missing.")
    asked = f"first=2&last=9&anchor_seq=4&anchor_hash={'AB' * 32}"
    broken = (await client.get(f"/gateway/audit/verify?{asked}")).json()["broken"]
    assert broken == {"seq": 3, "reason": "It is missing."}
    assert fake.gateway.audit.verified[-1] == (2, 9, Anchor(4, "AB" * 32))


@pytest.mark.parametrize(
    "asked", ["first=0", "last=x", "anchor_seq=1", "anchor_hash=00", f"anchor_hash={'0' * 64}"]
)
async def test_what_is_no_range(client: Client, fake: FakePlatform, asked: str) -> None:
    assert refusal(await client.get(f"/gateway/audit/verify?{asked}"))[0] == 422
    assert fake.gateway.audit.verified == []

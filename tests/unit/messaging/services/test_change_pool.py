"""Pools: what is refused, and what happens when two ask in the same instant."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.messaging.services.support import SERVICES, Family
from trunkline.messaging.services import queries

NUMBER = "+14155550123"
VOICE_ONLY = "+14159500123"

ALREADY = (409, 21710, "Phone Number or Short Code is already in the Messaging Service.")
ELSEWHERE = (
    409,
    21712,
    "Phone Number or Short Code is associated with another Messaging Service.",
)
FULL = (400, 21714, "Messaging Service Number Pool size limit reached")
INCAPABLE = (400, 21715, "Phone Number Does Not Have Correct Messaging Service Capabilities")


def missing(path: str) -> tuple[int, int, str]:
    return 404, 20404, f"The requested resource {path} was not found"


async def short_code(family: Family, code: str = "12345", account: str | None = None) -> str:
    """Bring in a short code; its SID."""
    sid = family.sids.new("SC")
    await family.database.execute(
        "INSERT INTO short_codes (id, world_id, account_id, short_code, friendly_name,"
        " iso_country, mms_capable, api_version, sms_method, sms_fallback_method, created_at,"
        " updated_at)"
        " VALUES ($1, $2, $3, $4, $4, 'US', true, '2010-04-01', 'POST', 'POST', now(), now())",
        sid[2:],
        family.world_id,
        (account or family.account.account_sid)[2:],
        code,
    )
    return sid


async def channel_sender(family: Family, address: str = "whatsapp:+14155550123") -> str:
    """Bring in the sender of a channel; its SID."""
    sid = family.sids.new("XE")
    await family.database.execute(
        "INSERT INTO channel_senders (id, world_id, account_id, address, status, created_at,"
        " updated_at) VALUES ($1, $2, $3, $4, 'ONLINE', now(), now())",
        sid[2:],
        family.world_id,
        family.account.account_sid[2:],
        address,
    )
    return sid


async def test_a_number_is_in_one_pool_at_most(family: Family) -> None:
    one, two, number = await family.service(), await family.service(), await family.number(NUMBER)
    assert (await family.add(one, number)).status == 201
    assert (await family.add(one, number)).refusal == ALREADY
    assert (await family.add(two, number)).refusal == ELSEWHERE
    assert await family.pool(two) == []


async def test_of_services_that_claim_a_number_at_once_exactly_one_gets_it(
    family: Family,
) -> None:
    services = [await family.service() for _ in range(6)]
    number = await family.number(NUMBER)
    answers = await asyncio.gather(*(family.add(service, number) for service in services))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    refusals = [answer.refusal for answer in answers if answer.status == 409]
    assert refusals == [ELSEWHERE] * 5
    (winner,) = [s for s, answer in zip(services, answers, strict=True) if answer.status == 201]
    found = family.lookup.of_number(family.world_id, NUMBER)
    assert found is not None
    assert found.sid == winner


async def test_one_service_that_claims_a_number_twice_at_once_has_it_once(family: Family) -> None:
    service, number = await family.service(), await family.number(NUMBER)
    answers = await asyncio.gather(*(family.add(service, number) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert [answer.refusal for answer in answers if answer.status == 409] == [ALREADY] * 3


async def test_a_number_that_is_released_as_it_is_added_is_in_no_pool(family: Family) -> None:
    for _ in range(5):
        service, number = await family.service(), await family.number(NUMBER)
        added, released = await asyncio.gather(
            family.add(service, number), family.api.delete(family.number_path(number))
        )
        assert released.status == 204
        assert added.status in (201, 404)
        assert await family.pool(service) == []


async def test_a_number_that_is_given_away_as_it_is_added_is_in_no_pool(family: Family) -> None:
    subaccount = (await family.api.post("/2010-04-01/Accounts.json")).json["sid"]
    for n in range(8):
        service, number = await family.service(), await family.number(f"+1415555013{n}")
        give_away = family.api.post(family.number_path(number), AccountSid=subaccount)
        added, moved = await asyncio.gather(family.add(service, number), give_away)
        assert moved.status == 200
        assert added.status in (201, 404)
        assert await family.pool(service) == []


async def test_a_service_that_is_deleted_as_it_gets_a_number_leaves_it_free(
    family: Family,
) -> None:
    number = await family.number(NUMBER)
    for _ in range(5):
        service = await family.service()
        added, deleted = await asyncio.gather(
            family.add(service, number), family.client.delete(f"{SERVICES}/{service}")
        )
        assert deleted.status == 204
        assert added.status in (201, 404)
    assert (await family.add(await family.service(), number)).status == 201


async def test_a_number_that_cannot_send_messages_is_refused(family: Family) -> None:
    service, number = await family.service(), await family.number(VOICE_ONLY)
    assert (await family.add(service, number)).refusal == INCAPABLE


async def test_a_pool_has_four_hundred_senders_at_most(family: Family) -> None:
    service, number = await family.service(), await family.number(NUMBER)
    await family.database.execute(
        "INSERT INTO service_senders (id, service_id, kind, sender, created_at, updated_at)"
        " SELECT gen_random_uuid(), $1, 'alpha', 'shop' || n, now(), now()"
        " FROM generate_series(1, 399) AS n",
        service[2:],
    )
    assert (await family.add(service, number)).status == 201
    alpha = f"{SERVICES}/{service}/AlphaSenders"
    assert (await family.client.post(alpha, AlphaSender="Last")).refusal == FULL
    code = await short_code(family)
    path = f"{SERVICES}/{service}/ShortCodes"
    assert (await family.client.post(path, ShortCodeSid=code)).refusal == FULL


async def test_four_hundred_is_the_most_for_many_at_once(family: Family) -> None:
    service = await family.service()
    await family.database.execute(
        "INSERT INTO service_senders (id, service_id, kind, sender, created_at, updated_at)"
        " SELECT gen_random_uuid(), $1, 'alpha', 'shop' || n, now(), now()"
        " FROM generate_series(1, 398) AS n",
        service[2:],
    )
    path = f"{SERVICES}/{service}/AlphaSenders"
    answers = await asyncio.gather(
        *(family.client.post(path, AlphaSender=f"Last {n}") for n in range(5))
    )
    assert sorted(answer.status for answer in answers) == [201, 201, 400, 400, 400]


async def test_other_peoples_things_are_not_there(family: Family) -> None:
    service, number = await family.service(), await family.number(NUMBER)
    pool = f"/Services/{service}/PhoneNumbers"
    their_service = (await family.other.post(SERVICES, FriendlyName="x")).json["sid"]
    theirs = f"/Services/{their_service}/PhoneNumbers"
    # Their number for my pool, my number for theirs, and mine in mine as they see it.
    added = await family.other.post(f"/v1{theirs}", PhoneNumberSid=number)
    assert added.refusal == missing(f"{theirs}/{number}")
    assert (await family.add(their_service, number)).refusal == missing(theirs)
    await family.add(service, number)
    assert (await family.other.get(f"/v1{pool}")).refusal == missing(pool)
    one = f"{pool}/{number}"
    assert (await family.other.get(f"/v1{one}")).refusal == missing(one)
    assert (await family.other.delete(f"/v1{one}")).refusal == missing(one)
    me = f"/Services/{service}"
    assert (await family.other.get(f"/v1{me}")).refusal == missing(me)
    assert (await family.other.post(f"/v1{me}", FriendlyName="y")).refusal == missing(me)
    assert (await family.other.delete(f"/v1{me}")).refusal == missing(me)
    assert [each["sid"] for each in await family.pool(service)] == [number]


async def test_a_number_of_a_subaccount_is_not_its_parents(family: Family) -> None:
    subaccount = (await family.api.post("/2010-04-01/Accounts.json")).json["sid"]
    path = f"/2010-04-01/Accounts/{subaccount}/IncomingPhoneNumbers.json"
    number = (await family.api.post(path, PhoneNumber=NUMBER)).json["sid"]
    service = await family.service()
    pool = f"/Services/{service}/PhoneNumbers"
    assert (await family.add(service, number)).refusal == missing(f"{pool}/{number}")


async def test_each_list_shows_its_kind_of_sender(family: Family) -> None:
    service = await family.service()
    base = f"{SERVICES}/{service}"
    added = {
        "PhoneNumbers": {"PhoneNumberSid": await family.number(NUMBER)},
        "ShortCodes": {"ShortCodeSid": await short_code(family)},
        "ChannelSenders": {"Sid": await channel_sender(family)},
        "AlphaSenders": {"AlphaSender": "Shop"},
        "DestinationAlphaSenders": {"AlphaSender": "Shop", "IsoCountryCode": "GB"},
    }
    sids = {}
    for path, form in added.items():
        made = await family.client.post(f"{base}/{path}", **form)
        assert made.status == 201, made.text
        sids[path] = made.json["sid"]
        assert (await family.client.get(f"{base}/{path}/{sids[path]}")).json == made.json
        assert await family.pool(service, path) == [made.json]
        again = await family.client.post(f"{base}/{path}", **form)
        assert again.refusal == ALREADY
    # None of them by another's list, and none is gone for good when it leaves.
    for path in added:
        for sid in (sid for kind, sid in sids.items() if kind != path):
            assert (await family.client.delete(f"{base}/{path}/{sid}")).status == 404
    for path, form in added.items():
        assert (await family.client.delete(f"{base}/{path}/{sids[path]}")).status == 204
        assert (await family.client.delete(f"{base}/{path}/{sids[path]}")).status == 404
        assert await family.pool(service, path) == []
        assert (await family.client.post(f"{base}/{path}", **form)).status == 201


async def test_a_short_code_and_a_channel_sender_are_in_one_pool_at_most(family: Family) -> None:
    one, two = await family.service(), await family.service()
    for path, form in (
        ("ShortCodes", {"ShortCodeSid": await short_code(family)}),
        ("ChannelSenders", {"Sid": await channel_sender(family)}),
    ):
        assert (await family.client.post(f"{SERVICES}/{one}/{path}", **form)).status == 201
        refused = await family.client.post(f"{SERVICES}/{two}/{path}", **form)
        assert refused.refusal == ELSEWHERE
    found = family.lookup.of_number(family.world_id, "12345")
    assert found is not None
    assert found.sid == one
    found = family.lookup.of_number(family.world_id, "whatsapp:+14155550123")
    assert found is not None
    assert found.sid == one


async def test_many_services_may_have_one_alphanumeric_sender(family: Family) -> None:
    for _ in range(2):
        path = f"{SERVICES}/{await family.service()}/AlphaSenders"
        assert (await family.client.post(path, AlphaSender="Shop")).status == 201


async def test_a_sender_by_country(family: Family) -> None:
    path = f"{SERVICES}/{await family.service()}/DestinationAlphaSenders"
    for country in ("GB", "FR", ""):
        made = await family.client.post(path, AlphaSender="Shop", IsoCountryCode=country)
        assert (made.status, made.json["iso_country_code"]) == (201, country)
    again = await family.client.post(path, AlphaSender="Shop")
    assert again.refusal == ALREADY

    async def countries(**query: str) -> list[str]:
        found = (await family.client.get(path, **query)).json["alpha_senders"]
        return [each["iso_country_code"] for each in found]

    assert await countries() == ["", "FR", "GB"]
    assert await countries(IsoCountryCode="fr") == ["FR"]
    assert await countries(IsoCountryCode="DE") == []


@pytest.mark.parametrize("raw", ["12345", "twelve chars", "Shöp", "a_b;c", "Sh\u200bop", "x" * 99])
async def test_what_is_no_alphanumeric_sender_is_refused(family: Family, raw: str) -> None:
    service = await family.service()
    for path in ("AlphaSenders", "DestinationAlphaSenders"):
        answer = await family.client.post(f"{SERVICES}/{service}/{path}", AlphaSender=raw)
        assert answer.refusal[:2] == (400, 21709)


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("PhoneNumbers", {}, 20001),
        ("PhoneNumbers", {"PhoneNumberSid": ""}, 20001),
        ("PhoneNumbers", {"PhoneNumberSid": "+14155550123"}, 20422),
        ("PhoneNumbers", {"PhoneNumberSid": "SC" + "0" * 32}, 20422),
        ("PhoneNumbers", {"PhoneNumberSid": "PN" + "0" * 32}, 20404),
        ("ShortCodes", {}, 20001),
        ("ShortCodes", {"ShortCodeSid": "SC" + "0" * 32}, 20404),
        ("ChannelSenders", {}, 20001),
        ("ChannelSenders", {"Sid": "XE" + "0" * 32}, 20404),
        ("AlphaSenders", {}, 21708),
        ("AlphaSenders", {"AlphaSender": ""}, 21708),
        ("AlphaSenders", {"AlphaSender": "a\0b"}, 20001),
        ("DestinationAlphaSenders", {}, 21708),
        ("DestinationAlphaSenders", {"AlphaSender": "a", "IsoCountryCode": "GBR"}, 20422),
        ("DestinationAlphaSenders", {"AlphaSender": "a", "IsoCountryCode": "UK"}, 20422),
    ],
)
async def test_bad_forms(family: Family, path: str, form: dict[str, str], code: int) -> None:
    service = await family.service()
    answer = await family.client.post(f"{SERVICES}/{service}/{path}", **form)
    assert answer.json["code"] == code
    assert await family.pool(service, path) == []


async def test_the_pages_of_a_pool(family: Family) -> None:
    service = await family.service()
    numbers = [await family.number(f"+1415555{n:04}") for n in range(5)]
    for number in numbers:
        await family.add(service, number)
    seen: list[str] = []
    target = f"/messaging{SERVICES}/{service}/PhoneNumbers?PageSize=2"
    while target:
        page = (await family.api.get(target)).json
        seen += [each["sid"] for each in page["phone_numbers"]]
        following = page["meta"]["next_page_url"]
        target = following.partition("api.twilio.com")[2] if following else ""
    assert seen == numbers[::-1]


async def test_another_accounts_page_token_is_refused(family: Family) -> None:
    service, number = await family.service(), await family.number(NUMBER)
    await family.add(service, number)
    theirs = (await family.other.post(SERVICES, FriendlyName="x")).json["sid"]
    for path, sid in ((f"{SERVICES}/{theirs}/PhoneNumbers", number), (SERVICES, service)):
        answer = await family.other.get(path, PageToken=f"PA{sid}")
        assert answer.refusal[:2] == (400, 21481)


@pytest.mark.parametrize("query", [queries.OWNER_OF_SENDER, queries.SERVICE_OF_SENDER])
async def test_no_pool_is_read_through_for_one_sender(family: Family, query: str) -> None:
    """However many senders all the services have."""
    async with family.database.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        rows = await connection.fetch(f"EXPLAIN {query}", "0" * 32)
    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan on service_senders" not in plan
    for column in ("number", "short_code", "channel"):
        assert f"Bitmap Index Scan on service_senders_{column}" in plan

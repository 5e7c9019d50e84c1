"""`https://iam.twilio.com/v1/Keys`, as a client sees it."""

from __future__ import annotations

import re

import pytest

from tests.unit.accounts.support import Client, Connect
from trunkline.accounts import AccountSet

HOST = "iam.twilio.com"
FIELDS = ["sid", "friendly_name", "date_created", "date_updated"]
DATE = r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000"


@pytest.fixture
def iam(connect: Connect, account_set: AccountSet) -> Client:
    return connect(account_set.account_sid, account_set.auth_token, HOST)


async def test_a_key_is_made_listed_fetched_renamed_and_deleted(
    iam: Client, connect: Connect, account_set: AccountSet
) -> None:
    account = account_set.account_sid
    made = await iam.post("/v1/Keys", AccountSid=account, FriendlyName="Deploys")
    assert made.status == 201
    assert list(made.json) == [*FIELDS, "secret", "policy"]
    assert made.json["policy"] is None
    assert re.fullmatch(DATE, made.json["date_created"])
    sid = made.json["sid"]
    shown = {field: made.json[field] for field in FIELDS}

    listed = (await iam.get("/v1/Keys", AccountSid=account)).json
    assert listed["keys"][0] == shown | {"flags": ["rest_api", "signing"]}
    assert listed["meta"]["key"] == "keys"
    assert listed["meta"]["url"].endswith(
        f"//{HOST}/v1/Keys?AccountSid={account}&PageSize=50&Page=0"
    )

    fetched = await iam.get(f"/v1/Keys/{sid}")
    assert list(fetched.json) == [*FIELDS, "policy"]
    assert fetched.json == shown | {"policy": None}

    renamed = await iam.post(f"/v1/Keys/{sid}", FriendlyName="Releases")
    assert (renamed.status, renamed.json["friendly_name"]) == (200, "Releases")

    by_key = connect(sid, made.json["secret"])
    assert (await by_key.get(f"/2010-04-01/Accounts/{account}/Balance.json")).status == 200
    assert (await iam.delete(f"/v1/Keys/{sid}")).status == 204
    gone = (404, 20404, f"The requested resource /Keys/{sid} was not found")
    assert (await iam.get(f"/v1/Keys/{sid}")).refusal == gone
    assert (await iam.delete(f"/v1/Keys/{sid}")).refusal == gone


async def test_the_account_is_required(iam: Client) -> None:
    made = await iam.post("/v1/Keys", FriendlyName="x")
    assert made.refusal[:2] == (400, 20001)
    assert "AccountSid" in made.refusal[2]
    assert (await iam.get("/v1/Keys")).refusal[:2] == (400, 20001)


@pytest.mark.parametrize(
    "form", [{"KeyType": "restricted", "Policy": '{"allow":[]}'}, {"KeyType": "main"}]
)
async def test_keys_that_would_not_be_held_to_their_policy_are_refused(
    iam: Client, account_set: AccountSet, form: dict[str, str]
) -> None:
    account = account_set.account_sid
    answer = await iam.post("/v1/Keys", AccountSid=account, **form)
    assert answer.refusal[:2] == (400, 20422)
    assert len((await iam.get("/v1/Keys", AccountSid=account)).json["keys"]) == 1


async def test_a_policy_is_refused(iam: Client, account_set: AccountSet) -> None:
    answer = await iam.post(f"/v1/Keys/{account_set.api_key}", Policy='{"allow":[]}')
    assert answer.refusal[:2] == (400, 20422)


async def test_a_parent_manages_the_keys_of_its_subaccounts_and_of_nobody_else(
    iam: Client, connect: Connect, account_set: AccountSet
) -> None:
    subaccount = (await connect().post("/2010-04-01/Accounts.json")).json
    own = connect(subaccount["sid"], subaccount["auth_token"], HOST)
    made = (await iam.post("/v1/Keys", AccountSid=subaccount["sid"], KeyType="standard")).json
    assert (await own.get(f"/v1/Keys/{made['sid']}")).status == 200
    assert (await iam.get(f"/v1/Keys/{made['sid']}")).status == 200
    assert (await own.get(f"/v1/Keys/{account_set.api_key}")).status == 404
    assert (await own.post("/v1/Keys", AccountSid=account_set.account_sid)).status == 404
    assert (await iam.get("/v1/Keys", AccountSid="AC" + "0" * 32)).status == 404
    assert (await iam.get("/v1/Keys", AccountSid=account_set.test_account_sid)).status == 404


async def test_keys_of_a_closed_subaccount_can_be_read_only(iam: Client, connect: Connect) -> None:
    subaccount = (await connect().post("/2010-04-01/Accounts.json")).json["sid"]
    made = (await iam.post("/v1/Keys", AccountSid=subaccount)).json["sid"]
    await connect().post(f"/2010-04-01/Accounts/{subaccount}.json", Status="closed")
    assert (await iam.get(f"/v1/Keys/{made}")).status == 200
    for answer in (
        await iam.post("/v1/Keys", AccountSid=subaccount),
        await iam.post(f"/v1/Keys/{made}", FriendlyName="x"),
        await iam.delete(f"/v1/Keys/{made}"),
    ):
        assert answer.refusal == (401, 20005, "Account not active")


async def test_a_standard_key_is_kept_out(
    iam: Client, connect: Connect, account_set: AccountSet
) -> None:
    account = account_set.account_sid
    made = (await iam.post("/v1/Keys", AccountSid=account)).json
    standard = connect(made["sid"], made["secret"], HOST)
    assert (await standard.get("/v1/Keys", AccountSid=account)).status == 401
    assert (await standard.post("/v1/Keys", AccountSid=account)).status == 401

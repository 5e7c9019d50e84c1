"""API keys and signing keys, as a client sees them."""

from __future__ import annotations

import re

import pytest

from tests.unit.accounts.support import Connect
from trunkline.accounts import AccountSet

ACCOUNTS = "/2010-04-01/Accounts"
NAMES = pytest.mark.parametrize(
    ("name", "plural"), [("Keys", "keys"), ("SigningKeys", "signing_keys")]
)
FIELDS = ["sid", "friendly_name", "date_created", "date_updated"]


@NAMES
async def test_a_key_is_made_listed_fetched_renamed_and_deleted(
    connect: Connect, account_set: AccountSet, name: str, plural: str
) -> None:
    client, account = connect(), account_set.account_sid
    keys = f"{ACCOUNTS}/{account}/{name}"

    made = await client.post(f"{keys}.json", FriendlyName="Deploys")
    assert made.status == 201
    assert list(made.json) == [*FIELDS, "secret"]
    assert re.fullmatch("SK[0-9a-f]{32}", made.json["sid"])
    assert re.fullmatch("[0-9A-Za-z]{32}", made.json["secret"])
    assert made.json["friendly_name"] == "Deploys"
    shown = {field: made.json[field] for field in FIELDS}
    one = f"{keys}/{made.json['sid']}.json"

    listed = (await client.get(f"{keys}.json")).json
    assert listed[plural][0] == shown
    assert [key["sid"] for key in listed[plural]] == [made.json["sid"], account_set.api_key]

    fetched = await client.get(one)
    assert (fetched.status, fetched.json) == (200, shown)
    assert list(fetched.json) == FIELDS

    renamed = await client.post(one, FriendlyName="Releases")
    assert renamed.status == 200
    assert list(renamed.json) == FIELDS
    assert renamed.json["friendly_name"] == "Releases"
    assert (await client.get(one)).json == renamed.json

    by_key = connect(made.json["sid"], made.json["secret"])
    balance = f"{ACCOUNTS}/{account}/Balance.json"
    assert (await by_key.get(balance)).status == 200

    deleted = await client.delete(one)
    assert (deleted.status, deleted.text) == (204, "")
    gone = f"The requested resource {one} was not found"
    assert (await client.get(one)).refusal == (404, 20404, gone)
    assert (await client.post(one, FriendlyName="x")).refusal == (404, 20404, gone)
    assert (await client.delete(one)).refusal == (404, 20404, gone)
    refusal = (await by_key.get(balance)).refusal
    assert refusal == (401, 20003, "Authentication Error - invalid username")


@pytest.mark.parametrize("name", ["Keys", "SigningKeys"])
async def test_a_key_may_go_without_a_name(
    connect: Connect, account_set: AccountSet, name: str
) -> None:
    keys = f"{ACCOUNTS}/{account_set.account_sid}/{name}"
    made = (await connect().post(f"{keys}.json")).json
    assert made["friendly_name"] == ""
    unchanged = await connect().post(f"{keys}/{made['sid']}.json")
    assert unchanged.json["date_updated"] == made["date_updated"]


@NAMES
async def test_a_name_that_is_too_long_is_refused(
    connect: Connect, account_set: AccountSet, name: str, plural: str
) -> None:
    keys = f"{ACCOUNTS}/{account_set.account_sid}/{name}"
    answer = await connect().post(f"{keys}.json", FriendlyName="x" * 65)
    assert answer.refusal == (400, 20002, f"Invalid FriendlyName: {'x' * 64}")
    assert len((await connect().get(f"{keys}.json")).json[plural]) == 1
    answer = await connect().post(f"{keys}/{account_set.api_key}.json", FriendlyName="x" * 65)
    assert answer.refusal[:2] == (400, 20002)


async def test_a_new_key_in_xml(connect: Connect, account_set: AccountSet) -> None:
    answer = await connect().post(f"{ACCOUNTS}/{account_set.account_sid}/Keys")
    assert answer.status == 201
    assert re.search("<Key><Sid>SK.*<Secret>[0-9A-Za-z]{32}</Secret></Key>", answer.text)


async def test_a_standard_key_is_kept_from_keys(connect: Connect, account_set: AccountSet) -> None:
    keys = f"{ACCOUNTS}/{account_set.account_sid}/Keys"
    made = (await connect().post(f"{keys}.json")).json
    standard = connect(made["sid"], made["secret"])
    for answer in (
        await standard.get(f"{keys}.json"),
        await standard.post(f"{keys}.json"),
        await standard.get(f"{keys}/{made['sid']}.json"),
        await standard.delete(f"{keys}/{made['sid']}.json"),
    ):
        assert answer.refusal == (401, 20003, "Authenticate")


async def test_a_parent_manages_the_keys_of_a_subaccount(connect: Connect) -> None:
    parent = connect()
    subaccount = (await parent.post(f"{ACCOUNTS}.json")).json
    keys = f"{ACCOUNTS}/{subaccount['sid']}/Keys"
    made = (await parent.post(f"{keys}.json")).json
    own = connect(subaccount["sid"], subaccount["auth_token"])
    assert [key["sid"] for key in (await own.get(f"{keys}.json")).json["keys"]] == [made["sid"]]
    assert (await parent.delete(f"{keys}/{made['sid']}.json")).status == 204


async def test_a_key_is_not_found_in_another_account(
    connect: Connect, account_set: AccountSet
) -> None:
    parent = connect()
    subaccount = (await parent.post(f"{ACCOUNTS}.json")).json
    keys = f"{ACCOUNTS}/{subaccount['sid']}/Keys"
    for client in (parent, connect(subaccount["sid"], subaccount["auth_token"])):
        assert (await client.get(f"{keys}/{account_set.api_key}.json")).status == 404
        assert (await client.delete(f"{keys}/{account_set.api_key}.json")).status == 404
    wrong_kind = "SM" + "0" * 32
    assert (await parent.get(f"{keys}/{wrong_kind}.json")).status == 404


async def test_the_twilio_cli_logs_in(connect: Connect, account_set: AccountSet) -> None:
    """`twilio login`: fetch the account to check the token, then make a key for the profile."""
    client, sid = connect(), account_set.account_sid
    assert (await client.get(f"{ACCOUNTS}/{sid}.json")).json["sid"] == sid
    made = await client.post(
        f"{ACCOUNTS}/{sid}/Keys.json", FriendlyName="twilio-cli for root on 127.0.0.1"
    )
    assert made.status == 201
    profile = connect(made.json["sid"], made.json["secret"])
    assert (await profile.get(f"{ACCOUNTS}/{sid}/Balance.json")).status == 200

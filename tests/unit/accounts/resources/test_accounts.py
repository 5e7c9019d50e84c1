"""The accounts' operations, as a client sees them."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.unit.accounts.support import Client, Connect
from trunkline.accounts import AccountSet
from trunkline.store import Database

ACCOUNTS = "/2010-04-01/Accounts"
UNKNOWN = "AC" + "0" * 32
KEYS = [
    "auth_token",
    "date_created",
    "date_updated",
    "friendly_name",
    "owner_account_sid",
    "sid",
    "status",
    "subresource_uris",
    "type",
    "uri",
]


async def make(parent: Client, name: str = "Shop") -> tuple[str, str]:
    """A new subaccount: its SID and its token."""
    answer = await parent.post(f"{ACCOUNTS}.json", FriendlyName=name)
    assert answer.status == 201
    return answer.json["sid"], answer.json["auth_token"]


def one(sid: str) -> str:
    return f"{ACCOUNTS}/{sid}.json"


async def test_fetch_account(connect: Connect, account_set: AccountSet) -> None:
    sid = account_set.account_sid
    answer = await connect().get(one(sid))
    assert answer.status == 200
    account = answer.json
    assert list(account) == KEYS
    assert account | {"subresource_uris": {}} == {
        "auth_token": account_set.auth_token,
        "date_created": "Sun, 01 Mar 2026 09:05:07 +0000",
        "date_updated": "Sun, 01 Mar 2026 09:05:07 +0000",
        "friendly_name": "My first Trunkline account",
        "owner_account_sid": sid,
        "sid": sid,
        "status": "active",
        "subresource_uris": {},
        "type": "Full",
        "uri": one(sid),
    }
    uris = account["subresource_uris"]
    assert len(uris) == 20
    assert uris["short_codes"] == f"{ACCOUNTS}/{sid}/SMS/ShortCodes.json"
    assert uris["messages"] == f"{ACCOUNTS}/{sid}/Messages.json"


async def test_fetch_account_in_xml(connect: Connect, account_set: AccountSet) -> None:
    answer = await connect().get(f"{ACCOUNTS}/{account_set.account_sid}")
    assert answer.status == 200
    assert f"<Account><AuthToken>{account_set.auth_token}</AuthToken>" in answer.text


@pytest.mark.parametrize("kind", ["AC", "SM"])
async def test_fetch_account_that_is_not_there(connect: Connect, kind: str) -> None:
    path = one(kind + "0" * 32)
    answer = await connect().get(path)
    assert answer.refusal == (404, 20404, f"The requested resource {path} was not found")


async def test_the_test_credentials_are_no_account_to_fetch_or_list(
    connect: Connect, account_set: AccountSet
) -> None:
    assert (await connect().get(one(account_set.test_account_sid))).status == 404
    listed = (await connect().get(f"{ACCOUNTS}.json")).json["accounts"]
    assert [account["sid"] for account in listed] == [account_set.account_sid]


async def test_create_account(connect: Connect, account_set: AccountSet) -> None:
    parent = connect()
    answer = await parent.post(f"{ACCOUNTS}.json", FriendlyName="Shop")
    assert answer.status == 201
    account = answer.json
    assert list(account) == KEYS
    assert account["owner_account_sid"] == account_set.account_sid
    assert (account["friendly_name"], account["status"]) == ("Shop", "active")
    assert account["type"] == "Full"
    assert (await parent.get(one(account["sid"]))).json == account
    own = connect(account["sid"], account["auth_token"])
    assert (await own.get(one(account["sid"]))).json == account


@pytest.mark.parametrize("form", [{}, {"FriendlyName": ""}])
async def test_create_account_without_a_name(connect: Connect, form: dict[str, str]) -> None:
    name = (await connect().post(f"{ACCOUNTS}.json", **form)).json["friendly_name"]
    assert re.fullmatch(r"SubAccount Created at \d{4}-\d\d-\d\d \d\d:\d\d [ap]m", name)


async def test_create_account_with_a_name_that_is_too_long(connect: Connect) -> None:
    assert (await connect().post(f"{ACCOUNTS}.json", FriendlyName="é" * 64)).status == 201
    answer = await connect().post(f"{ACCOUNTS}.json", FriendlyName="é" * 65)
    assert answer.refusal[:2] == (400, 20002)


async def test_create_account_from_a_subaccount(connect: Connect) -> None:
    subaccount = connect(*await make(connect()))
    answer = await subaccount.post(f"{ACCOUNTS}.json")
    assert answer.refusal == (400, 21101, "Subaccounts cannot contain subaccounts")


async def test_a_subaccount_sees_itself_alone(connect: Connect, account_set: AccountSet) -> None:
    parent = connect()
    sid, token = await make(parent)
    sibling, _ = await make(parent)
    subaccount = connect(sid, token)
    listed = (await subaccount.get(f"{ACCOUNTS}.json")).json["accounts"]
    assert [account["sid"] for account in listed] == [sid]
    for other in (account_set.account_sid, sibling):
        assert (await subaccount.get(one(other))).status == 404
        assert (await subaccount.post(one(other), FriendlyName="Mine")).status == 404


async def test_list_account_newest_first_by_pages(
    connect: Connect, account_set: AccountSet
) -> None:
    parent = connect()
    made = [(await make(parent, f"No {n}"))[0] for n in range(4)]
    page = (await parent.get(f"{ACCOUNTS}.json", PageSize="2")).json
    seen = [account["sid"] for account in page["accounts"]]
    while page["next_page_uri"]:
        path, _, query = page["next_page_uri"].partition("?")
        page = (await parent.get(path, **dict(p.split("=") for p in query.split("&")))).json
        seen += [account["sid"] for account in page["accounts"]]
    assert seen == [*reversed(made), account_set.account_sid]
    path, _, query = page["previous_page_uri"].partition("?")
    back = (await parent.get(path, **dict(p.split("=") for p in query.split("&")))).json
    assert [account["sid"] for account in back["accounts"]] == [made[1], made[0]]


async def test_list_account_by_name_and_status(connect: Connect) -> None:
    parent = connect()
    await make(parent, "Shop")
    closed, _ = await make(parent, "Shop")
    await make(parent, "Shop 2")
    await parent.post(one(closed), Status="closed")

    async def found(**filters: str) -> int:
        return len((await parent.get(f"{ACCOUNTS}.json", **filters)).json["accounts"])

    assert await found() == 4
    assert await found(FriendlyName="Shop") == 2
    assert await found(FriendlyName="shop") == 0
    assert await found(Status="closed") == 1
    assert await found(FriendlyName="Shop", Status="active") == 1
    assert (await parent.get(f"{ACCOUNTS}.json", Status="open")).status == 400


async def test_list_account_with_a_foreign_page_token(connect: Connect) -> None:
    answer = await connect().get(f"{ACCOUNTS}.json", PageToken="PASK" + "0" * 32)
    assert answer.refusal[:2] == (400, 21481)


async def test_update_account_renames(connect: Connect, account_set: AccountSet) -> None:
    answer = await connect().post(one(account_set.account_sid), FriendlyName="Main")
    assert answer.status == 200
    assert list(answer.json) == KEYS
    assert answer.json["friendly_name"] == "Main"
    assert answer.json["date_created"] == "Sun, 01 Mar 2026 09:05:07 +0000"
    assert answer.json["date_updated"] != answer.json["date_created"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
async def test_update_account_with_a_bad_name(
    connect: Connect, account_set: AccountSet, name: str
) -> None:
    answer = await connect().post(one(account_set.account_sid), FriendlyName=name)
    assert answer.refusal[:2] == (400, 20002)


async def test_update_account_without_parameters_changes_nothing(
    connect: Connect, account_set: AccountSet
) -> None:
    before = (await connect().get(one(account_set.account_sid))).json
    assert (await connect().post(one(account_set.account_sid))).json == before


async def test_a_suspended_subaccount_is_shut_out_until_it_is_active_again(
    connect: Connect,
) -> None:
    parent = connect()
    sid, token = await make(parent)
    subaccount = connect(sid, token)
    assert (await subaccount.get(one(sid))).status == 200
    assert (await parent.post(one(sid), Status="suspended")).json["status"] == "suspended"
    assert (await subaccount.get(one(sid))).refusal == (401, 20005, "Account not active")
    assert (await parent.get(one(sid))).json["status"] == "suspended"
    assert (await parent.post(one(sid), Status="active")).json["status"] == "active"
    assert (await subaccount.get(one(sid))).status == 200


async def test_closing_a_subaccount_stops_its_credentials_for_ever(connect: Connect) -> None:
    parent = connect()
    sid, token = await make(parent)
    key = (await parent.post(f"{ACCOUNTS}/{sid}/Keys.json")).json
    by_key = connect(key["sid"], key["secret"])
    assert (await by_key.get(f"{ACCOUNTS}/{sid}/Balance.json")).status == 200
    assert (await parent.post(one(sid), Status="closed")).json["status"] == "closed"
    for client in (connect(sid, token), by_key):
        answer = await client.get(f"{ACCOUNTS}/{sid}/Balance.json")
        assert answer.refusal == (401, 20005, "Account not active")
    answer = await parent.post(one(sid), Status="active")
    assert answer.refusal == (
        400,
        21479,
        "Unable to update Status for subaccount, subaccount has been closed.",
    )


@pytest.mark.parametrize(
    ("given", "status"),
    [("1", "active"), ("2", "active"), ("4", "suspended"), ("Closed", "closed")],
)
async def test_update_account_with_a_status_by_number_or_in_capitals(
    connect: Connect, given: str, status: str
) -> None:
    parent = connect()
    sid, _ = await make(parent)
    assert (await parent.post(one(sid), Status=given)).json["status"] == status


@pytest.mark.parametrize("status", ["open", "", "3", "-1"])
async def test_update_account_with_a_bad_status(connect: Connect, status: str) -> None:
    parent = connect()
    sid, _ = await make(parent)
    answer = await parent.post(one(sid), FriendlyName="New", Status=status)
    assert answer.refusal == (400, 21475, "Unable to update Status, invalid Status.")
    assert (await parent.get(one(sid))).json["friendly_name"] == "Shop"


async def test_update_account_refuses_the_status_of_a_parent(
    connect: Connect, account_set: AccountSet
) -> None:
    answer = await connect().post(one(account_set.account_sid), Status="suspended")
    assert answer.refusal == (400, 21477, "Unable to update Status for parent accounts")
    assert (await connect().get(one(account_set.account_sid))).json["status"] == "active"


async def test_updates_at_once_do_not_hinder_each_other(connect: Connect) -> None:
    parent = connect()
    sid, _ = await make(parent)
    calls = [parent.post(one(sid), FriendlyName=f"No {n}") for n in range(8)]
    calls += [parent.post(f"{ACCOUNTS}.json") for _ in range(4)]
    assert {answer.status for answer in await asyncio.gather(*calls)} == {200, 201}


async def test_fetch_balance(connect: Connect, account_set: AccountSet) -> None:
    sid = account_set.account_sid
    answer = await connect().get(f"{ACCOUNTS}/{sid}/Balance.json")
    assert answer.status == 200
    assert list(answer.json.items()) == [
        ("account_sid", sid),
        ("balance", "100.00"),
        ("currency", "USD"),
    ]


async def test_a_subaccount_shares_the_balance_of_its_parent(
    connect: Connect, database: Database, account_set: AccountSet
) -> None:
    sid, token = await make(connect())
    await database.execute(
        "UPDATE accounts SET balance = 0.05 WHERE id = $1", account_set.account_sid[2:]
    )
    for client in (connect(), connect(sid, token)):
        answer = await client.get(f"{ACCOUNTS}/{sid}/Balance.json")
        assert answer.json == {"account_sid": sid, "balance": "0.05", "currency": "USD"}


async def test_a_standard_key_is_kept_from_accounts_but_not_from_the_balance(
    connect: Connect, account_set: AccountSet
) -> None:
    sid = account_set.account_sid
    key = (await connect().post(f"{ACCOUNTS}/{sid}/Keys.json")).json
    standard = connect(key["sid"], key["secret"])
    assert (await standard.get(f"{ACCOUNTS}/{sid}/Balance.json")).status == 200
    for answer in (
        await standard.get(one(sid)),
        await standard.get(f"{ACCOUNTS}.json"),
        await standard.post(f"{ACCOUNTS}.json"),
        await standard.post(one(sid), FriendlyName="Mine"),
    ):
        assert answer.refusal[:2] == (401, 20003)


async def test_the_main_key_may_do_what_the_token_may(
    connect: Connect, account_set: AccountSet
) -> None:
    assert account_set.api_key is not None
    main = connect(account_set.api_key, account_set.api_secret)
    assert (await main.get(one(account_set.account_sid))).status == 200
    assert (await main.post(f"{ACCOUNTS}.json")).status == 201


async def test_test_credentials_are_kept_from_accounts_keys_and_balance(
    connect: Connect, account_set: AccountSet
) -> None:
    sid = account_set.test_account_sid
    test = connect(sid, account_set.test_auth_token)
    for path in (one(sid), f"{ACCOUNTS}.json", f"{ACCOUNTS}/{sid}/Balance.json"):
        answer = await test.get(path)
        assert answer.refusal == (
            403,
            20008,
            "Resource not accessible with Test Account Credentials",
        )
    assert (await test.post(f"{ACCOUNTS}/{sid}/Keys.json")).status == 403

"""twilio-python and accounts: the parent, its subaccounts, their statuses, the balance."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account import AccountInstance

from tests.support.control import advance, inbox, make_world, now, settle
from tests.support.platform import World
from tests.support.python_client import connect, not_found, refused, with_key

PHONE = "+15558675309"
SENDER = "+14155550100"
NOT_ACTIVE = (401, 20005, "Account not active")
WRONG_TOKEN = (401, 20003, "Authenticate")


@pytest.fixture
def branch(client: Client) -> AccountInstance:
    return client.api.accounts.create(friendly_name="Branch")


@pytest.fixture
def branch_client(platform: World, branch: AccountInstance) -> Client:
    return connect(platform, branch.sid, branch.auth_token)


def test_fetch_ones_own(client: Client, platform: World) -> None:
    own = client.api.accounts(platform.account_sid).fetch()

    assert own.sid == own.owner_account_sid == platform.account_sid
    assert own.auth_token == platform.auth_token
    assert (own.status, own.type) == ("active", "Full")
    assert own.uri == f"/2010-04-01/Accounts/{platform.account_sid}.json"
    assert own.subresource_uris["messages"] == (
        f"/2010-04-01/Accounts/{platform.account_sid}/Messages.json"
    )
    assert client.api.account.fetch().sid == own.sid


def test_create(client: Client, platform: World) -> None:
    created = client.api.accounts.create(friendly_name="Branch")

    assert (created.sid or "")[:2] == "AC"
    assert created.owner_account_sid == platform.account_sid
    assert (created.friendly_name, created.status) == ("Branch", "active")
    assert re.fullmatch("[0-9a-f]{32}", created.auth_token or "")
    assert client.api.accounts(created.sid).fetch().auth_token == created.auth_token


def test_a_name_is_made_up_where_none_is_given(client: Client, platform: World) -> None:
    noon = now(platform).replace(hour=12, minute=0) + timedelta(days=1)
    advance(platform, (noon - now(platform)).total_seconds())

    created = client.api.accounts.create()

    assert created.friendly_name == f"SubAccount Created at {noon:%Y-%m-%d} 12:00 pm"


def test_a_name_that_is_too_long(client: Client) -> None:
    with refused(400, 20002, f"Invalid FriendlyName: {'x' * 64}"):
        client.api.accounts.create(friendly_name="x" * 65)
    assert len(client.api.accounts.list()) == 1


def test_a_subaccount_has_none_of_its_own(client: Client, branch_client: Client) -> None:
    with refused(400, 21101, "Subaccounts cannot contain subaccounts"):
        branch_client.api.accounts.create()
    assert len(client.api.accounts.list()) == 2


def test_list(client: Client, platform: World) -> None:
    made = [client.api.accounts.create(friendly_name=f"Branch {n}").sid for n in range(3)]

    listed = [account.sid for account in client.api.accounts.list()]

    assert listed == [*made[::-1], platform.account_sid]
    assert [account.sid for account in client.api.accounts.list(page_size=2)] == listed


def test_list_by_name(client: Client, branch: AccountInstance) -> None:
    client.api.accounts.create(friendly_name="Branch 2")

    assert [each.sid for each in client.api.accounts.list(friendly_name="Branch")] == [branch.sid]
    assert client.api.accounts.list(friendly_name="Bran") == []


def test_list_by_status(client: Client, platform: World, branch: AccountInstance) -> None:
    client.api.accounts(branch.sid).update(status="suspended")

    suspended = client.api.accounts.list(status="suspended")
    assert [each.sid for each in suspended] == [branch.sid]
    assert [each.sid for each in client.api.accounts.list(status="active")] == [
        platform.account_sid
    ]
    assert client.api.accounts.list(status="closed") == []


def test_a_subaccount_sees_itself_alone(branch_client: Client, branch: AccountInstance) -> None:
    assert [each.sid for each in branch_client.api.accounts.list()] == [branch.sid]
    assert branch_client.api.accounts(branch.sid).fetch().friendly_name == "Branch"


def test_rename(client: Client, platform: World, branch: AccountInstance) -> None:
    assert client.api.accounts(branch.sid).update(friendly_name="Hill").friendly_name == "Hill"
    own = client.api.accounts(platform.account_sid).update(friendly_name="Head office")
    assert own.friendly_name == "Head office"

    names = [each.friendly_name for each in client.api.accounts.list()]
    assert names == ["Hill", "Head office"]


def test_a_suspended_subaccount_can_do_nothing(
    client: Client, branch: AccountInstance, branch_client: Client
) -> None:
    number = branch_client.incoming_phone_numbers.create(area_code="628").phone_number

    suspended = client.api.accounts(branch.sid).update(status="suspended")

    assert suspended.status == "suspended"
    with refused(*NOT_ACTIVE):
        branch_client.messages.create(to=PHONE, from_=number, body="x")
    with refused(*NOT_ACTIVE):
        branch_client.messages.list()
    with refused(*NOT_ACTIVE):
        branch_client.api.accounts(branch.sid).fetch()


def test_a_parent_may_read_but_not_write_for_a_suspended_subaccount(
    client: Client, branch: AccountInstance
) -> None:
    for_branch = client.api.accounts(branch.sid)
    number = for_branch.incoming_phone_numbers.create(area_code="628").phone_number
    for_branch.update(status="suspended")

    assert for_branch.messages.list() == []
    with refused(*NOT_ACTIVE):
        for_branch.messages.create(to=PHONE, from_=number, body="x")


def test_a_subaccount_comes_back(
    client: Client, branch: AccountInstance, branch_client: Client
) -> None:
    client.api.accounts(branch.sid).update(status="suspended")
    with refused(*NOT_ACTIVE):
        branch_client.messages.list()

    assert client.api.accounts(branch.sid).update(status="active").status == "active"

    assert branch_client.messages.list() == []


def test_a_closed_subaccount_stays_closed(
    client: Client, branch: AccountInstance, branch_client: Client
) -> None:
    assert client.api.accounts(branch.sid).update(status="closed").status == "closed"

    with refused(*NOT_ACTIVE):
        branch_client.messages.list()
    text = "Unable to update Status for subaccount, subaccount has been closed."
    for status in ("active", "suspended"):
        with refused(400, 21479, text):
            client.api.accounts(branch.sid).update(status=status)
    assert client.api.accounts(branch.sid).fetch().status == "closed"
    assert [each.sid for each in client.api.accounts.list(status="closed")] == [branch.sid]


def test_a_parent_keeps_its_status(client: Client, platform: World) -> None:
    for status in ("suspended", "closed", "active"):
        with refused(400, 21477, "Unable to update Status for parent accounts"):
            client.api.accounts(platform.account_sid).update(status=status)
    assert client.api.accounts(platform.account_sid).fetch().status == "active"


def test_a_status_that_is_none(client: Client, branch: AccountInstance) -> None:
    with refused(400, 21475, "Unable to update Status, invalid Status."):
        client.api.accounts(branch.sid).update(status="asleep")
    assert client.api.accounts(branch.sid).fetch().status == "active"


def test_a_subaccount_cannot_close_its_parent(platform: World, branch_client: Client) -> None:
    with refused(*not_found(platform.account_sid)):
        branch_client.api.accounts(platform.account_sid).update(status="closed")


def test_an_inbound_message_for_a_suspended_subaccount(
    client: Client, platform: World, branch: AccountInstance
) -> None:
    """It is kept, so that nothing is lost when the account comes back."""
    for_branch = client.api.accounts(branch.sid)
    number = str(for_branch.incoming_phone_numbers.create(area_code="628").phone_number)
    for_branch.update(status="suspended")

    platform.control("POST", f"/phones/{PHONE}/messages", {"to": number, "body": "hello?"})

    assert [message.body for message in for_branch.messages.list()] == ["hello?"]


def test_a_parent_works_for_its_subaccount(
    client: Client, platform: World, branch: AccountInstance, branch_client: Client
) -> None:
    for_branch = client.api.accounts(branch.sid)
    number = for_branch.incoming_phone_numbers.create(area_code="628")

    message = for_branch.messages.create(to=PHONE, from_=number.phone_number, body="from Branch")

    settle(platform)
    assert message.account_sid == number.account_sid == branch.sid
    assert inbox(platform, PHONE)[0]["from"] == number.phone_number
    assert [each.sid for each in branch_client.messages.list()] == [message.sid]
    assert client.messages.list() == []


def test_a_client_may_be_made_for_a_subaccount(platform: World, branch: AccountInstance) -> None:
    for_branch = Client(platform.account_sid, platform.auth_token, branch.sid)
    for_branch.api.base_url = platform.base_url

    number = for_branch.incoming_phone_numbers.create(area_code="628")

    assert number.account_sid == branch.sid


NEVER: dict[str, Callable[[Any], Any]] = {
    "Messages": lambda account: account.messages.list(),
    "IncomingPhoneNumbers": lambda account: account.incoming_phone_numbers.list(),
    "Applications": lambda account: account.applications.create(),
    "Keys": lambda account: account.new_keys.create(),
    "Balance": lambda account: account.balance.fetch(),
    "AvailablePhoneNumbers": lambda account: account.available_phone_numbers.list(),
}


@pytest.mark.parametrize("resource", NEVER)
def test_a_subaccount_never_opens_its_parent(
    platform: World, branch_client: Client, resource: str
) -> None:
    with refused(*not_found(f"{platform.account_sid}/{resource}")):
        NEVER[resource](branch_client.api.accounts(platform.account_sid))


def test_nor_its_siblings(client: Client, branch_client: Client) -> None:
    sibling = client.api.accounts.create().sid

    with refused(*not_found(f"{sibling}/Messages")):
        branch_client.api.accounts(sibling).messages.list()
    with refused(*not_found(str(sibling))):
        branch_client.api.accounts(sibling).fetch()


def test_accounts_of_another_world(client: Client, running: World) -> None:
    stranger = make_world(running, "stranger").account_sid

    with refused(*not_found(stranger)):
        client.api.accounts(stranger).fetch()
    with refused(*not_found(stranger)):
        client.api.accounts(stranger).update(friendly_name="mine now")
    with refused(*not_found(f"{stranger}/Messages")):
        client.api.accounts(stranger).messages.create(to=PHONE, from_=SENDER, body="x")
    assert stranger not in [each.sid for each in client.api.accounts.list()]


def test_a_token_of_another_accounts_list(
    client: Client, running: World, branch_client: Client, platform: World
) -> None:
    stranger = make_world(running, "stranger").account_sid

    with refused(400, 21481, "Invalid PageToken"):
        client.api.accounts.page(page_token=f"PA{stranger}")
    with refused(400, 21481, "Invalid PageToken"):
        branch_client.api.accounts.page(page_token=f"PA{platform.account_sid}")


def test_an_account_that_does_not_exist(client: Client) -> None:
    sid = "AC" + "0" * 32

    with refused(*not_found(sid)):
        client.api.accounts(sid).fetch()
    with refused(*not_found(f"{sid}/Messages")):
        client.api.accounts(sid).messages.list()


def test_credentials(platform: World, client: Client, branch: AccountInstance) -> None:
    unknown = "Authentication Error - invalid username"
    with refused(*WRONG_TOKEN):
        connect(platform, platform.account_sid, "0" * 32).messages.list()
    with refused(*WRONG_TOKEN):
        connect(platform, branch.sid, platform.auth_token).messages.list()
    with refused(401, 20003, unknown):
        connect(platform, "AC" + "0" * 32, platform.auth_token).messages.list()
    with refused(401, 20003, unknown):
        with_key(platform, "somebody", platform.auth_token).messages.list()
    assert client.messages.list() == []


def test_balance(client: Client, platform: World) -> None:
    balance = client.balance.fetch()

    assert (balance.account_sid, balance.balance, balance.currency) == (
        platform.account_sid,
        "100.00",
        "USD",
    )


def test_the_balance_of_a_subaccount_is_its_parents(
    branch: AccountInstance, branch_client: Client
) -> None:
    balance = branch_client.balance.fetch()

    assert (balance.account_sid, balance.balance) == (branch.sid, "100.00")

"""twilio-python and API keys: in the 2010 API, as signing keys, and at iam."""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.rest import Client

from tests.support.control import make_world
from tests.support.platform import World
from tests.support.python_client import not_found, refused, with_key

PHONE = "+15558675309"
SENDER = "+14155550100"
WRONG = (401, 20003, "Authenticate")
UNKNOWN = (401, 20003, "Authentication Error - invalid username")


@pytest.fixture
def standard(client: Client, platform: World) -> Client:
    """A client with a standard key."""
    made = client.new_keys.create(friendly_name="standard")
    return with_key(platform, str(made.sid), str(made.secret))


@pytest.fixture
def main(platform: World) -> Client:
    """A client with the main key that every world has."""
    return with_key(platform, platform.api_key, platform.api_secret)


def test_create(client: Client, platform: World) -> None:
    made = client.new_keys.create(friendly_name="build server")

    assert (made.sid or "")[:2] == "SK"
    assert made.friendly_name == "build server"
    assert len(made.secret or "") == 32
    opened = with_key(platform, str(made.sid), str(made.secret))
    message = opened.messages.create(to=PHONE, from_=SENDER, body="x")
    assert message.account_sid == platform.account_sid


def test_the_secret_is_told_once(client: Client) -> None:
    made = client.new_keys.create(friendly_name="build server")

    assert not hasattr(client.keys(made.sid).fetch(), "secret")
    listed = next(key for key in client.keys.list() if key.sid == made.sid)
    assert listed.friendly_name == "build server"
    assert not hasattr(listed, "secret")


def test_the_secret_is_checked(client: Client, platform: World) -> None:
    first, second = client.new_keys.create(), client.new_keys.create()

    with refused(*WRONG):
        with_key(platform, str(first.sid), str(second.secret)).messages.list()
    with refused(*UNKNOWN):
        with_key(platform, "SK" + "0" * 32, str(first.secret)).messages.list()


def test_list_and_rename(client: Client, platform: World) -> None:
    sids = [client.new_keys.create(friendly_name=f"key {n}").sid for n in range(3)]

    assert client.keys(sids[1]).update(friendly_name="renamed").friendly_name == "renamed"

    listed = [(key.sid, key.friendly_name) for key in client.keys.list(page_size=2)]
    assert listed[:3] == [(sids[2], "key 2"), (sids[1], "renamed"), (sids[0], "key 0")]
    assert [sid for sid, _ in listed[3:]] == [platform.api_key]


def test_a_name_that_is_too_long(client: Client) -> None:
    with refused(400, 20002, f"Invalid FriendlyName: {'x' * 64}"):
        client.new_keys.create(friendly_name="x" * 65)
    assert len(client.keys.list()) == 1


def test_delete(client: Client, platform: World) -> None:
    made = client.new_keys.create()
    opened = with_key(platform, str(made.sid), str(made.secret))
    assert opened.messages.list() == []

    assert client.keys(made.sid).delete() is True

    with refused(*UNKNOWN):
        opened.messages.list()
    with refused(*not_found(f"{platform.account_sid}/Keys/{made.sid}")):
        client.keys(made.sid).fetch()
    with refused(*not_found(f"{platform.account_sid}/Keys/{made.sid}")):
        client.keys(made.sid).delete()


def test_signing_keys_are_the_same_keys(client: Client, platform: World) -> None:
    made = client.new_signing_keys.create(friendly_name="tokens")

    assert client.keys(made.sid).fetch().friendly_name == "tokens"
    assert with_key(platform, str(made.sid), str(made.secret)).messages.list() == []
    assert made.sid in [key.sid for key in client.signing_keys.list()]
    assert client.signing_keys(made.sid).update(friendly_name="new").friendly_name == "new"
    assert client.signing_keys(made.sid).delete() is True
    with refused(*not_found(f"{platform.account_sid}/SigningKeys/{made.sid}")):
        client.signing_keys(made.sid).fetch()


CLOSED: dict[str, Callable[[Client], Any]] = {
    "list accounts": lambda client: client.api.accounts.list(),
    "fetch the account": lambda client: client.api.account.fetch(),
    "rename the account": lambda client: client.api.account.update(friendly_name="mine"),
    "create an account": lambda client: client.api.accounts.create(),
    "list keys": lambda client: client.keys.list(),
    "create a key": lambda client: client.new_keys.create(),
    "fetch itself": lambda client: client.keys(client.username).fetch(),
    "delete itself": lambda client: client.keys(client.username).delete(),
    "list signing keys": lambda client: client.signing_keys.list(),
    "create a signing key": lambda client: client.new_signing_keys.create(),
    "list keys at iam": lambda client: client.iam.v1.get_api_keys.list(client.account_sid),
    "create a key at iam": lambda client: client.iam.v1.new_api_key.create(client.account_sid),
    "fetch a key at iam": lambda client: client.iam.v1.api_key(client.username).fetch(),
}


@pytest.mark.parametrize("what", CLOSED)
def test_what_a_standard_key_does_not_open(client: Client, standard: Client, what: str) -> None:
    with refused(*WRONG):
        CLOSED[what](standard)
    assert len(client.api.accounts.list()) == 1
    assert len(client.keys.list()) == 2


OPEN: dict[str, Callable[[Client], Any]] = {
    "messages": lambda client: client.messages.list(),
    "numbers": lambda client: client.incoming_phone_numbers.list(),
    "search": lambda client: client.available_phone_numbers("US").local.list(limit=1),
    "applications": lambda client: client.applications.create(),
    "balance": lambda client: client.balance.fetch(),
}


@pytest.mark.parametrize("what", OPEN)
def test_what_a_standard_key_opens(standard: Client, what: str) -> None:
    OPEN[what](standard)


def test_a_main_key_opens_all(main: Client, platform: World) -> None:
    assert main.api.account.fetch().sid == platform.account_sid
    branch = main.api.accounts.create(friendly_name="Branch")
    assert main.api.accounts(branch.sid).messages.list() == []
    made = main.new_keys.create()
    assert main.keys(made.sid).delete() is True


def test_a_key_of_a_subaccount_stays_there(client: Client, platform: World) -> None:
    branch = client.api.accounts.create(friendly_name="Branch")
    made = client.api.accounts(branch.sid).new_keys.create()

    assert with_key(platform, str(made.sid), str(made.secret), branch.sid).messages.list() == []
    with refused(*not_found(f"{platform.account_sid}/Messages")):
        with_key(platform, str(made.sid), str(made.secret)).messages.list()
    assert made.sid not in [key.sid for key in client.keys.list()]
    with refused(*not_found(f"{platform.account_sid}/Keys/{made.sid}")):
        client.keys(made.sid).fetch()


def test_the_key_of_a_suspended_subaccount(client: Client, platform: World) -> None:
    branch = client.api.accounts.create(friendly_name="Branch")
    made = client.api.accounts(branch.sid).new_keys.create()
    opened = with_key(platform, str(made.sid), str(made.secret), branch.sid)
    assert opened.messages.list() == []

    client.api.accounts(branch.sid).update(status="suspended")

    with refused(401, 20005, "Account not active"):
        opened.messages.list()


def test_keys_of_another_world(client: Client, platform: World, running: World) -> None:
    stranger = make_world(running, "stranger").api_key

    with refused(*not_found(f"{platform.account_sid}/Keys/{stranger}")):
        client.keys(stranger).fetch()
    with refused(*not_found(f"{platform.account_sid}/Keys/{stranger}")):
        client.keys(stranger).delete()
    with refused(404, 20404, f"The requested resource /Keys/{stranger} was not found"):
        client.iam.v1.api_key(stranger).fetch()
    with refused(400, 21481, "Invalid PageToken"):
        client.keys.page(page_token=f"PA{stranger}")
    with refused(400, 21481, "Invalid PageToken"):
        client.iam.v1.get_api_keys.page(
            account_sid=platform.account_sid, page_token=f"PA{stranger}"
        )


def test_iam_create_fetch_rename_delete(client: Client, platform: World) -> None:
    made = client.iam.v1.new_api_key.create(platform.account_sid, friendly_name="iam")

    assert (made.sid or "")[:2] == "SK"
    assert made.policy is None
    assert with_key(platform, str(made.sid), str(made.secret)).messages.list() == []
    key = client.iam.v1.api_key(made.sid)
    assert key.fetch().friendly_name == "iam"
    assert key.update(friendly_name="renamed").friendly_name == "renamed"
    assert client.keys(made.sid).fetch().friendly_name == "renamed"
    assert key.delete() is True
    with refused(404, 20404, f"The requested resource /Keys/{made.sid} was not found"):
        key.fetch()


def test_iam_pages(client: Client, platform: World) -> None:
    sids = [client.new_keys.create().sid for _ in range(4)]

    listed = client.iam.v1.get_api_keys.list(account_sid=platform.account_sid, page_size=2)

    assert [key.sid for key in listed] == [*sids[::-1], platform.api_key]
    first = client.iam.v1.get_api_keys.page(account_sid=platform.account_sid, page_size=2)
    second = first.next_page()
    assert second is not None
    back = second.previous_page()
    assert back is not None
    assert [key.sid for key in back] == sids[:1:-1]


def test_iam_needs_the_account(client: Client) -> None:
    missing = "Missing required parameter AccountSid in the {}"
    with refused(400, 20001, missing.format("query")):
        client.iam.v1.get_api_keys.list()
    with refused(400, 20001, missing.format("post body")):
        client.iam.v1.new_api_key.create("")


def test_iam_makes_standard_keys_only(client: Client, platform: World) -> None:
    text = "Invalid parameter KeyType: only standard keys can be made by the API here"
    with refused(400, 20422, text):
        client.iam.v1.new_api_key.create(platform.account_sid, key_type="restricted")
    assert len(client.keys.list()) == 1

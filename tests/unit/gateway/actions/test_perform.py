"""Carrying an action out: pages, accounts, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.gateway.actions.stand_ins import ACCOUNT, Answer, Provider, caller, connection
from trunkline.gateway.actions.catalogue import ActionCatalogue
from trunkline.gateway.actions.check_input import check_input
from trunkline.gateway.actions.perform import MOST_PAGES, Perform
from trunkline.gateway.errors import (
    OutcomeUnknown,
    ProviderRefused,
    TargetRefused,
    UpstreamTimeout,
)

HEX = "ab" * 16
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
SENT = {"to": "+1", "from": "+2", "body": "Hello"}
catalogue = ActionCatalogue()


async def perform(
    provider: Provider, key: str, given: dict[str, Any] | None = None, **changes: Any
) -> Any:
    action = catalogue.get(key)
    asking = caller()
    return await Perform(provider)(
        asking, connection(asking, **changes), action, check_input(action, given)
    )


def page(first: int, count: int, following: Any = None) -> Answer:
    items = [{"sid": f"SM{number}"} for number in range(first, first + count)]
    return Answer(200, {"messages": items, "next_page_uri": following})


def link(number: int, size: int = 50) -> str:
    return f"{PATH}?To=%2B1&PageSize={size}&Page={number}&PageToken=PA{number}"


async def test_what_the_provider_says_comes_out() -> None:
    provider = Provider([Answer(201, {"sid": f"SM{HEX}", "status": "queued", "new": 1})])
    output = await perform(provider, "send-message", SENT)
    assert output == {"sid": f"SM{HEX}", "status": "queued", "new": 1}
    (asked,) = provider.asked
    assert (asked.method, asked.path, asked.query) == ("POST", PATH, None)
    assert asked.form == [("To", "+1"), ("From", "+2"), ("Body", "Hello")]


async def test_deleting() -> None:
    provider = Provider([Answer(204, None)])
    output = await perform(provider, "delete-message", {"messageSid": f"SM{HEX}"})
    assert output == {"sid": f"SM{HEX}", "deleted": True}


async def test_one_page_that_is_all() -> None:
    provider = Provider([page(0, 3)])
    output = await perform(provider, "list-messages", {"to": "+1"})
    assert [each["sid"] for each in output["messages"]] == ["SM0", "SM1", "SM2"]
    assert output["has_more"] is False
    assert provider.asked[0].query == [("To", "+1"), ("PageSize", "50")]


async def test_pages_are_followed_until_there_are_enough() -> None:
    provider = Provider([page(0, 2, link(1)), page(2, 2, link(2)), page(4, 2, link(3))])
    output = await perform(provider, "list-messages", {"to": "+1", "limit": 5})
    assert [each["sid"] for each in output["messages"]] == [f"SM{each}" for each in range(5)]
    assert output["has_more"] is True
    assert {asked.path for asked in provider.asked} == {PATH}
    assert provider.asked[2].query == [
        ("To", "+1"),
        ("PageSize", "50"),
        ("Page", "2"),
        ("PageToken", "PA2"),
    ]


async def test_as_many_as_wanted_and_no_more() -> None:
    output = await perform(Provider([page(0, 2, "")]), "list-messages", {"limit": 2})
    assert output["has_more"] is False
    output = await perform(Provider([page(0, 2, link(1))]), "list-messages", {"limit": 2})
    assert output["has_more"] is True
    output = await perform(Provider([page(0, 3)]), "list-messages", {"limit": 2})
    assert (len(output["messages"]), output["has_more"]) == (2, True)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example" + PATH + "?Page=1",
        "//evil.example" + PATH + "?Page=1",
        "/2010-04-01/Accounts.json?Page=1",
        PATH.replace("Messages", "Keys") + "?Page=1",
        f"{PATH}/../Keys.json?Page=1",
        "\\\\evil.example?Page=1",
        "http://[",
        f"{PATH}?Page",
        {"not": "a link"},
        5,
    ],
)
async def test_a_link_that_leads_elsewhere_is_not_followed(elsewhere: Any) -> None:
    provider = Provider([page(0, 1, elsewhere)])
    with pytest.raises(TargetRefused, match="leads elsewhere"):
        await perform(provider, "list-messages")
    assert len(provider.asked) == 1


async def test_links_in_a_circle_end() -> None:
    provider = Provider([page(0, 1, link(1)), page(1, 1, link(1))])
    output = await perform(provider, "list-messages")
    assert (len(output["messages"]), output["has_more"]) == (2, True)


async def test_links_without_an_end_end() -> None:
    provider = Provider([page(0, 0, link(number)) for number in range(MOST_PAGES)])
    output = await perform(provider, "list-messages")
    assert output == {"messages": [], "has_more": True}


async def test_a_refusal_has_the_providers_own_words() -> None:
    body = {
        "code": 21211,
        "message": "The 'To' number 5 is not a valid phone number",
        "status": 400,
    }
    with pytest.raises(ProviderRefused) as caught:
        await perform(Provider([Answer(400, body)]), "send-message", SENT)
    assert caught.value.message == (
        "The provider refused (400, error 21211): The 'To' number 5 is not a valid phone number."
    )
    assert caught.value.data == {"status": 400, "body": body}
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (404, None, "The provider refused (404)."),
        (503, "<html>down</html>", "The provider refused (503)."),
        (302, {}, "The provider refused (302)."),
        (400, {"code": True, "message": 5}, "The provider refused (400)."),
        (
            429,
            {"code": 20429, "message": "Too many\nrequests."},
            "The provider refused (429, error 20429): Too many requests.",
        ),
    ],
)
async def test_other_refusals(status: int, body: Any, sentence: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await perform(Provider([Answer(status, body)]), "get-account-balance")
    assert caught.value.message == sentence
    assert caught.value.data == {"status": status, "body": body}


@pytest.mark.parametrize("key", ["delete-message", "list-messages", "send-message"])
async def test_every_kind_of_action_is_refused_alike(key: str) -> None:
    given = {"delete-message": {"sid": f"SM{HEX}"}, "send-message": SENT}.get(key)
    with pytest.raises(ProviderRefused, match=r"\(404\)"):
        await perform(Provider([Answer(404, None)]), key, given)


async def test_a_large_refusal_is_cut() -> None:
    body = {"message": "x" * 1_000_000}
    with pytest.raises(ProviderRefused) as caught:
        await perform(Provider([Answer(400, body)]), "get-account-balance")
    assert len(caught.value.message) < 1000
    assert len(str(caught.value.data)) < 20_000


@pytest.mark.parametrize("body", [None, "<html>Login</html>", [], "", 5])
async def test_an_answer_that_cannot_be_read(body: Any) -> None:
    with pytest.raises(ProviderRefused, match="no JSON object"):
        await perform(Provider([Answer(200, body)]), "get-account-balance")
    with pytest.raises(ProviderRefused, match="no JSON object"):
        await perform(Provider([Answer(200, body)]), "list-messages")
    # A message may well have been sent: that it was not must not be said.
    with pytest.raises(OutcomeUnknown) as caught:
        await perform(Provider([Answer(201, body)]), "send-message", SENT)
    assert caught.value.status == 409


async def test_a_list_that_is_none() -> None:
    with pytest.raises(ProviderRefused, match="no list"):
        await perform(Provider([Answer(200, {"messages": None})]), "list-messages")


@pytest.mark.parametrize("error", [OutcomeUnknown(data={"first": 1}), UpstreamTimeout()])
async def test_what_the_proxy_raises_passes_through(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        await perform(Provider([error]), "send-message", SENT)
    assert caught.value is error


# The account of a connection ---------------------------------------------------------------------


def accounts(*pairs: tuple[str, str]) -> Answer:
    return Answer(200, {"accounts": [{"sid": s, "owner_account_sid": o} for s, o in pairs]})


async def test_an_account_that_is_not_noted_is_asked_for_once() -> None:
    sub, main = "AC" + "1" * 32, "AC" + "2" * 32
    provider = Provider([accounts((sub, main), (main, main)), *[Answer(200, {"balance": "1"})] * 2])
    asking, action = caller(), catalogue.get("get-account-balance")
    run, used = Perform(provider), connection(asking, metadata={})
    for _ in range(2):
        await run(asking, used, action, {})
    assert [each.path for each in provider.asked] == [
        "/2010-04-01/Accounts.json",
        *[f"/2010-04-01/Accounts/{main}/Balance.json"] * 2,
    ]


async def test_new_credentials_may_be_another_accounts() -> None:
    first, second = "AC" + "1" * 32, "AC" + "2" * 32
    fine = Answer(200, {"balance": "1"})
    provider = Provider([accounts((first, first)), fine, accounts((second, second)), fine])
    asking, action = caller(), catalogue.get("get-account-balance")
    run, used = Perform(provider), connection(asking, metadata={})
    await run(asking, used, action, {})
    again = connection(asking, metadata={}, id=used.id, revision=1)
    await run(asking, again, action, {})
    assert second in provider.asked[-1].path


async def test_a_subaccounts_credentials_see_themselves() -> None:
    sub, main = "AC" + "1" * 32, "AC" + "2" * 32
    provider = Provider([accounts((sub, main)), Answer(200, {"balance": "1"})])
    await perform(provider, "get-account-balance", metadata={})
    assert sub in provider.asked[-1].path


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, {"code": 20003, "message": "Authenticate"}),
        Answer(200, {"accounts": []}),
        Answer(200, {"accounts": [{"sid": "AC/../x"}, 5, None]}),
        Answer(200, None),
    ],
)
async def test_an_account_that_nobody_tells(answer: Answer) -> None:
    with pytest.raises(ProviderRefused, match="Name the account as accountSid"):
        await perform(Provider([answer]), "get-account-balance", metadata={"account_sid": "AC1"})


async def test_an_account_that_is_named_is_not_asked_for() -> None:
    named = "AC" + "3" * 32
    provider = Provider([Answer(200, {"balance": "1"})])
    await perform(provider, "get-account-balance", {"accountSid": named}, metadata={})
    assert provider.asked[0].path == f"/2010-04-01/Accounts/{named}/Balance.json"


async def test_the_platforms_own_account() -> None:
    provider = Provider([Answer(200, {"balance": "1"})])
    changes = {"connector": "trunkline", "method": "platform", "metadata": {}}
    await perform(provider, "get-account-balance", **changes)
    assert f"/Accounts/{caller().account_sid}/" in provider.asked[0].path

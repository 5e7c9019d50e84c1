from __future__ import annotations

import pytest

from tests.unit.control.support import (
    ACCOUNT,
    REQUEST,
    SID,
    Client,
    FakePlatform,
    make_world,
    refusal,
)
from trunkline.webhooks.resend import NotResendable


async def test_requests_are_listed_as_asked(client: Client, fake: FakePlatform) -> None:
    found = (
        await client.get(f"/webhooks?subject=SM{SID[2:].upper()}&outcome=failed&limit=7")
    ).json()
    assert [request["id"] for request in found["requests"]] == [REQUEST]
    assert found["requests"][0]["told"] == "sent"
    assert fake.webhook_history.asked == [{"subject": SID, "outcome": "failed", "limit": 7}]


async def test_all_requests_are_listed_unless_one_asks_for_some(
    client: Client, fake: FakePlatform
) -> None:
    assert (await client.get("/webhooks")).status == 200
    assert fake.webhook_history.asked == [{"subject": None, "outcome": None, "limit": 50}]


@pytest.mark.parametrize(
    "query", ["subject=x", "subject=SM", "outcome=odd", "limit=0", "limit=1001", "sid=SM"]
)
async def test_a_strange_filter_is_refused(client: Client, query: str) -> None:
    assert refusal(await client.get(f"/webhooks?{query}")) == (422, "invalid_parameter")


async def test_a_request_is_shown_with_what_came_of_it(client: Client) -> None:
    found = (await client.get(f"/webhooks/{REQUEST}")).json()
    assert found["request"]["parameters"] == [["MessageStatus", "sent"]]
    assert found["tries"][0]["ms"] == 12
    assert found["response"] == {"status": 500, "headers": [["Server", "app"]], "body": None}
    assert found["error_title"] == "HTTP retrieval failure"


async def test_the_first_digits_name_a_request(client: Client) -> None:
    assert (await client.get("/webhooks/aaaaaaaa")).json()["id"] == REQUEST
    assert refusal(await client.get("/webhooks/bbbbbbbb")) == (409, "ambiguous")
    assert refusal(await client.get("/webhooks/cccccccc")) == (404, "no_such_request")


async def test_a_request_of_another_world_is_none(client: Client, fake: FakePlatform) -> None:
    fake.worlds.kept["other"] = make_world("other", "1")
    found = await client.get(f"/webhooks/{REQUEST}?world=other")
    assert refusal(found) == (404, "no_such_request")
    found = await client.call("POST", f"/webhooks/{REQUEST}/resend?world=other")
    assert refusal(found) == (404, "no_such_request")


async def test_a_request_is_made_again(client: Client) -> None:
    answer = await client.call("POST", "/webhooks/aaaaaaaa/resend")
    assert answer.status == 201
    assert answer.json() == {
        "id": "c" * 32,
        "subject": SID,
        "idempotency_token": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotResendable("It waits."), (409, "not_resendable")),
        (LookupError(), (404, "no_such_request")),
    ],
)
async def test_what_cannot_be_made_again_is_told(
    client: Client, fake: FakePlatform, error: Exception, code: tuple[int, str]
) -> None:
    fake.resend.refuses = error
    assert refusal(await client.call("POST", f"/webhooks/{REQUEST}/resend")) == code


async def test_chaos_is_set_shown_and_ended(client: Client) -> None:
    assert (await client.get("/webhooks/chaos")).json() == {"chaos": None}
    answer = (await client.call("PUT", "/webhooks/chaos", {"duplicate": 0.5, "seed": 7})).json()
    assert answer["chaos"] == {
        "seed": 7,
        "duplicate": 0.5,
        "reorder": 0.0,
        "delay": 0.0,
        "delay_seconds": 5.0,
        "drop": 0.0,
        "contradict": 0.0,
    }
    assert (await client.get("/webhooks/chaos")).json() == answer
    assert (await client.call("DELETE", "/webhooks/chaos")).json() == {"chaos": None}
    assert (await client.get("/webhooks/chaos")).json() == {"chaos": None}


@pytest.mark.parametrize(
    "body", [{"duplicate": 1.1}, {"drop": -1}, {"seed": "x"}, {"delay_seconds": 1e9}, {"odd": 1}]
)
async def test_impossible_chaos_is_refused(client: Client, body: dict[str, object]) -> None:
    answer = await client.call("PUT", "/webhooks/chaos", body)
    assert refusal(answer) == (422, "invalid_parameter")


async def test_production_takes_no_chaos_but_ends_it(client: Client, fake: FakePlatform) -> None:
    fake.settings.mode = "production"
    answer = await client.call("PUT", "/webhooks/chaos", {"duplicate": 0.5})
    assert refusal(answer) == (409, "production_mode")
    assert (await client.call("DELETE", "/webhooks/chaos")).status == 200


async def test_maps_are_set_and_shown_with_those_of_all_worlds(client: Client) -> None:
    maps = [{"public": "https://api.example.com", "local": "http://127.0.0.1:3000"}]
    everywhere = ["https://all.example=http://127.0.0.1:1"]
    assert (await client.get("/webhooks/maps")).json() == {"maps": [], "everywhere": everywhere}
    wanted = {"maps": maps, "everywhere": everywhere}
    assert (await client.call("PUT", "/webhooks/maps", {"maps": maps})).json() == wanted
    assert (await client.get("/webhooks/maps")).json() == wanted


async def test_a_map_that_leads_nowhere_is_refused(client: Client) -> None:
    maps = [{"public": "ftp://api.example.com", "local": "http://127.0.0.1:3000"}]
    answer = await client.call("PUT", "/webhooks/maps", {"maps": maps})
    assert refusal(answer) == (422, "invalid_map")
    answer = await client.call("PUT", "/webhooks/maps", {})
    assert refusal(answer) == (422, "invalid_parameter")


async def test_an_account_s_debugger_and_hosts_are_set_one_by_one(client: Client) -> None:
    path = f"/webhooks/accounts/{ACCOUNT}"
    nothing = {"account_sid": ACCOUNT, "debugger_url": None, "allowed": []}
    assert (await client.get(path)).json() == nothing
    url = "https://app.example/debugger"
    assert (await client.call("PUT", path, {"debugger_url": url})).json()["debugger_url"] == url
    both = {**nothing, "debugger_url": url, "allowed": ["10.0.0.0/8", "app.local"]}
    allowed = {"allowed": ["app.local", "10.0.0.0/8"]}
    assert (await client.call("PUT", path, allowed)).json() == both
    answer = await client.call("PUT", path, {"debugger_url": None, "allowed": []})
    assert answer.json() == nothing


@pytest.mark.parametrize(
    "body",
    [{"debugger_url": "x"}, {"allowed": ["a b"]}, {"allowed": [""]}, {"allowed": None}, {"a": 1}],
)
async def test_a_setting_that_means_nothing_is_refused(
    client: Client, body: dict[str, object]
) -> None:
    answer = await client.call("PUT", f"/webhooks/accounts/{ACCOUNT}", body)
    assert refusal(answer) == (422, "invalid_parameter")


@pytest.mark.parametrize("sid", ["x", "AC" + "1" * 32, "AC" + "f" * 32])
async def test_only_accounts_have_settings(client: Client, sid: str) -> None:
    """Test credentials are none."""
    for method in ("GET", "PUT"):
        answer = await client.call(method, f"/webhooks/accounts/{sid}", None)
        assert refusal(answer) == (404, "no_such_account")


async def test_an_account_of_another_world_is_none(client: Client, fake: FakePlatform) -> None:
    fake.worlds.kept["other"] = make_world("other", "1")
    answer = await client.get(f"/webhooks/accounts/{ACCOUNT}?world=other")
    assert refusal(answer) == (404, "no_such_account")

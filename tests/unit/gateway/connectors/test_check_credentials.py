from __future__ import annotations

from typing import Any

import pytest

from trunkline.gateway.connectors import Catalogue, Checked, Probing, check_credentials
from trunkline.gateway.errors import UpstreamUnreachable

AC = "AC" + "0" * 32


def provider(*answers: tuple[int, Any]) -> tuple[Probing, list[str]]:
    asked: list[str] = []
    left = list(answers)

    async def ask(method: str, path: str) -> tuple[int, Any]:
        asked.append(f"{method} {path}")
        return left.pop(0)

    return ask, asked


async def check(key: str, method: str, entered: dict[str, Any], ask: Probing) -> Checked:
    connector = Catalogue().get(key)
    assert connector is not None
    chosen = connector.method(method)
    assert chosen is not None
    return await check_credentials(connector, chosen, entered, ask)


async def test_an_account_is_read_once_and_remembered() -> None:
    ask, asked = provider((200, {"sid": AC, "friendly_name": "Shop\x00\n", "type": "Full"}))
    checked = await check("twilio", "auth_token", {"account_sid": AC}, ask)
    assert checked == Checked(
        success=True,
        status=200,
        metadata={"account_sid": AC, "friendly_name": "Shop", "type": "Full"},
    )
    assert asked == [f"GET /2010-04-01/Accounts/{AC}.json"]


async def test_a_standard_api_key_may_read_a_list_though_not_the_account() -> None:
    ask, asked = provider((401, {"code": 20003}), (200, {"incoming_phone_numbers": []}))
    checked = await check("twilio", "api_key", {"account_sid": AC}, ask)
    assert checked.success
    assert checked.metadata == {"account_sid": AC}
    assert asked[1] == f"GET /2010-04-01/Accounts/{AC}/IncomingPhoneNumbers.json?PageSize=1"


async def test_credentials_that_may_read_nothing_are_refused() -> None:
    ask, asked = provider((401, {}), (401, {}), (403, {}), (401, {}))
    checked = await check("twilio", "api_key", {"account_sid": AC}, ask)
    assert not checked.success
    assert checked.status == 401
    assert checked.message == "Twilio does not accept these credentials."
    assert len(asked) == 4


@pytest.mark.parametrize("status", [429, 500, 503, 302])
async def test_a_provider_that_cannot_answer_is_not_asked_further(status: int) -> None:
    ask, asked = provider((status, None))
    checked = await check("twilio", "api_key", {"account_sid": AC}, ask)
    assert not checked.success
    assert str(status) in checked.message
    assert len(asked) == 1


async def test_no_answer_is_no_refusal() -> None:
    async def ask(*_: str) -> tuple[int, Any]:
        raise UpstreamUnreachable

    with pytest.raises(UpstreamUnreachable):
        await check("telnyx", "api_key", {}, ask)


@pytest.mark.parametrize("answer", [{"ok": False}, {"ok": "true"}, {}, [], None, "ok", {"ok": 1}])
async def test_a_200_that_says_it_is_not_ok_is_a_refusal(answer: Any) -> None:
    ask, _ = provider((200, answer))
    checked = await check("slack", "bot_token", {}, ask)
    assert not checked.success
    assert checked.message == "Slack does not accept these credentials."


async def test_a_value_of_the_path_stays_one_segment() -> None:
    ask, asked = provider((404, None))
    checked = await check("plivo", "auth_token", {"auth_id": "../Other?x=#"}, ask)
    assert asked == ["GET /v1/Account/..%2FOther%3Fx%3D%23/"]
    assert checked.message == "Plivo does not know the account of these credentials."


@pytest.mark.parametrize("entered", [{}, {"account_sid": ""}, {"account_sid": 5}])
async def test_what_is_missing_is_named_and_nobody_is_asked(entered: dict[str, Any]) -> None:
    ask, asked = provider()
    checked = await check("twilio", "auth_token", entered, ask)
    assert (checked.success, checked.message) == (False, "account_sid is missing.")
    assert asked == []


async def test_where_nothing_can_be_asked_everything_is_taken() -> None:
    ask, asked = provider()
    assert await check("rest", "bearer", {}, ask) == Checked(success=True)
    assert asked == []


@pytest.mark.parametrize(
    "answer",
    [None, [], "x", 5, {"sid": {"a": 1}}, {"sid": None}, {"sid": True}, {"friendly_name": []}],
)
async def test_an_answer_of_another_form_leaves_metadata_out(answer: Any) -> None:
    ask, _ = provider((200, answer))
    checked = await check("twilio", "auth_token", {"account_sid": AC}, ask)
    assert checked.success
    assert checked.metadata == {}


async def test_long_metadata_is_cut() -> None:
    ask, _ = provider((200, {"sid": AC, "friendly_name": "x" * 10_000_000}))
    checked = await check("twilio", "auth_token", {"account_sid": AC}, ask)
    assert len(checked.metadata["friendly_name"]) == 256


async def test_the_second_host_is_asked_where_a_key_belongs_to_it() -> None:
    ask, asked = provider((401, None), (200, {"scopes": ["mail.send"]}))
    assert (await check("sendgrid", "api_key", {}, ask)).success
    assert asked == ["GET /v3/scopes", "GET https://api.eu.sendgrid.com/v3/scopes"]

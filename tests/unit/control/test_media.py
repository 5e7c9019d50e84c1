from __future__ import annotations

import pytest

from tests.unit.control.support import ACCOUNT, Client, FakePlatform, refusal

PATH = f"/media/accounts/{ACCOUNT}"


async def test_who_may_read_media_is_set_and_shown(client: Client, fake: FakePlatform) -> None:
    assert (await client.get(PATH)).json() == {"account_sid": ACCOUNT, "basic_auth": False}
    answer = await client.call("PUT", PATH, {"basic_auth": True})
    assert answer.json() == {"account_sid": ACCOUNT, "basic_auth": True}
    assert fake.media_accounts.asking == {ACCOUNT}
    assert (await client.get(PATH)).json()["basic_auth"] is True


@pytest.mark.parametrize("body", [{}, {"basic_auth": None}, {"basic_auth": 1}, {"other": True}])
async def test_a_strange_setting_is_refused(client: Client, body: dict[str, object]) -> None:
    assert refusal(await client.call("PUT", PATH, body)) == (422, "invalid_parameter")


@pytest.mark.parametrize("sid", ["AC" + "e" * 32, "AC" + "f" * 32, "SM" + "0" * 32, "x"])
async def test_only_accounts_have_settings(client: Client, sid: str) -> None:
    answer = await client.call("PUT", f"/media/accounts/{sid}", {"basic_auth": True})
    assert refusal(answer) == (404, "no_such_account")
    answer = await client.get(f"/media/accounts/{sid}")
    assert refusal(answer) == (404, "no_such_account")

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.control.fake_consents import SENDER, SERVICE
from tests.unit.control.support import Client, FakePlatform, refusal

PHONE, OTHER = "+15558675309", "+15551234567"
ROW = {"sender": SENDER, "recipient": PHONE, "status": "blocked"}


async def test_somebody_is_blocked_once(client: Client) -> None:
    answer = await client.call("PUT", "/consents", {**ROW, "source": "website"})
    assert answer.status == 200
    assert answer.json()["changed"] is True
    assert answer.json()["consent"]["method"] == "api"
    assert (await client.call("PUT", "/consents", ROW)).json()["changed"] is False


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"sender": "+12"}, (422, "invalid_consent")),
        ({"recipient": "you"}, (422, "invalid_consent")),
        ({"source": "tv"}, (422, "invalid_consent")),
        ({"status": "stop"}, (422, "invalid_parameter")),
        ({"account_sid": "AC" + "9" * 32}, (404, "no_such_account")),
    ],
)
async def test_what_is_no_consent(
    client: Client, change: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert refusal(await client.call("PUT", "/consents", {**ROW, **change})) == refused


async def test_pages_follow_each_other(client: Client) -> None:
    for sender in (SENDER, SERVICE):
        for phone in (PHONE, OTHER):
            await client.call("PUT", "/consents", {**ROW, "sender": sender, "recipient": phone})
    first = (await client.get("/consents?limit=3")).json()
    assert [each["recipient"] for each in first["consents"]] == [OTHER, PHONE, OTHER]
    after = first["next"].replace("+", "%2B")
    last = (await client.get(f"/consents?limit=3&after={after}")).json()
    assert [(each["sender"], each["recipient"]) for each in last["consents"]] == [(SERVICE, PHONE)]
    assert last["next"] is None
    upper = (await client.get(f"/consents?sender={SERVICE}")).json()
    assert len(upper["consents"]) == 2


async def test_lines_are_those_of_whoever_sends_the_list(
    client: Client, fake: FakePlatform
) -> None:
    rows = [{**ROW, "line": 7}, {"line": 9, "status": "x"}, {"status": "y"}]
    answer = await client.call("POST", "/consents/import", {"rows": rows})
    assert (answer.json()["imported"], answer.json()["num_refused"]) == (1, 2)
    assert [each["line"] for each in answer.json()["refused"]] == [9, 3]
    assert list(fake.consents.kept) == [(SENDER, PHONE)]
    answer = await client.call("POST", "/consents/import", {"csv": "status\n"})
    assert refusal(answer) == (422, "invalid_table")


async def test_words_of_a_service(client: Client) -> None:
    path = f"/services/{SERVICE}/opt-out"
    words = (await client.get(path)).json()["words"]
    assert words["enabled"] is False
    answer = await client.call("PUT", path, {**words, "enabled": True})
    assert answer.json()["words"]["enabled"] is True
    broken = {"stop": {"keywords": ["END"], "reply": ""}}
    assert refusal(await client.call("PUT", path, broken)) == (422, "invalid_words")
    nobodys = f"/services/MG{'0' * 32}/opt-out"
    assert refusal(await client.get(nobodys)) == (404, "no_such_service")

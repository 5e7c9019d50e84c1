"""Every action against a running platform, which stands for Twilio: what is sent is understood, and
what comes out is as declared."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from jsonschema import Draft202012Validator

from tests.support.calls import NUMBER, PHONE, script
from tests.support.control import advance, settle
from tests.support.platform import World
from tests.unit.gateway.actions.stand_ins import Answer, caller, connection
from trunkline.gateway.actions.catalogue import ActionCatalogue
from trunkline.gateway.actions.check_input import check_input
from trunkline.gateway.actions.perform import Perform
from trunkline.gateway.errors import ProviderRefused
from trunkline.gateway.model import Caller, Connection

catalogue = ActionCatalogue()


@dataclass
class Direct:
    """Asks the platform itself, with the credentials of a world."""

    world: World

    async def __call__(
        self,
        _caller: Caller,
        _connection: Connection,
        method: str,
        path: str,
        /,
        *,
        query: Sequence[tuple[str, str]] | None = None,
        form: Sequence[tuple[str, str]] | None = None,
        json: Any = None,
    ) -> Answer:
        return await asyncio.to_thread(self._ask, method, path, query, form)

    def _ask(self, method: str, path: str, query: Any, form: Any) -> Answer:
        address = f"{self.world.base_url}{path}?{urlencode(query or [])}"
        body = None if form is None else urlencode(form).encode()
        headers = {"Authorization": self.world.basic}
        request = Request(address, body, headers, method=method)
        try:
            with urlopen(request, timeout=60) as answer:
                data = answer.read()
                return Answer(answer.status, json.loads(data) if data else None)
        except HTTPError as refused:
            return Answer(refused.code, json.loads(refused.read()))


@dataclass
class Acting:
    """Runs actions on a world, and looks at what comes out."""

    world: World
    metadata: dict[str, str]

    async def __call__(self, key: str, page: int = 1000, **given: Any) -> Any:
        action = catalogue.get(key)
        if action.paging is not None:
            action = replace(action, paging=replace(action.paging, most=page))
        asking = caller()
        used = connection(asking, metadata=self.metadata)
        checked = check_input(action, given)
        output = await Perform(Direct(self.world))(asking, used, action, checked)
        Draft202012Validator(action.output_schema).validate(output)
        return output


@pytest.fixture
def act(platform: World) -> Acting:
    """Actions on a world of its own."""
    return Acting(platform, {"account_sid": platform.account_sid})


async def test_messages(act: Acting) -> None:
    sent = [
        await act("send-message", to=PHONE, **{"from": NUMBER}, body=f"Number {number}")
        for number in range(5)
    ]
    assert [each["body"] for each in sent] == [f"Number {number}" for number in range(5)]
    await asyncio.to_thread(settle, act.world)  # a message that waits has no date yet
    listed = await act("list-messages", page=2, limit=3, to=PHONE)
    assert [each["sid"] for each in listed["messages"]] == [each["sid"] for each in sent[:1:-1]]
    assert listed["has_more"] is True
    listed = await act("list-messages", page=2, To=PHONE, dateSentAfter="2020-01-01")
    assert (len(listed["messages"]), listed["has_more"]) == (5, False)
    listed = await act("list-messages", dateSentBefore="2020-01-01T00:00:00Z")
    assert listed == {"messages": [], "has_more": False}
    sid = sent[0]["sid"]
    assert (await act("get-message", messageSid=sid))["body"] == "Number 0"
    await asyncio.to_thread(advance, act.world, 60)
    assert await act("delete-message", Sid=sid) == {"sid": sid, "deleted": True}
    with pytest.raises(ProviderRefused, match=r"404, error 20404"):
        await act("get-message", sid=sid)


async def test_a_message_with_a_picture(act: Acting) -> None:
    sent = await act(
        "send-message",
        to=PHONE,
        **{"from": NUMBER},
        mediaUrl=["http://example.com/1.png", "http://example.com/2.png"],
        statusCallback="http://example.com/status",
        validityPeriod=60,
        smartEncoded=True,
    )
    assert sent["num_media"] == "2"


async def test_calls_and_recordings(act: Acting) -> None:
    await asyncio.to_thread(script, act.world, PHONE, "answer 0s")
    ends = {"to": PHONE, "from": NUMBER}
    call = await act(
        "create-call",
        **ends,
        twiml='<Response><Play digits="12345"/><Pause length="60"/></Response>',
        record=True,
        timeLimit=600,
        statusCallbackEvent=["ringing"],
    )
    sid = call["sid"]
    await asyncio.to_thread(advance, act.world, 2)
    assert (await act("get-call", callSid=sid))["status"] == "in-progress"
    await act("update-call", callSid=sid, twiml='<Response><Pause length="60"/></Response>')
    await asyncio.to_thread(advance, act.world, 2)
    await act("update-call", callSid=sid, status="completed")
    await asyncio.to_thread(advance, act.world, 5)
    assert (await act("get-call", sid=sid))["status"] == "completed"
    for filters in (
        {},
        {"status": "completed"},
        {"to": PHONE},
        {"startTimeAfter": "2020-01-01", "endTimeAfter": "2020-01-01T00:00:00Z"},
    ):
        listed = await act("list-calls", **filters)
        assert [each["sid"] for each in listed["calls"]] == [sid]
    assert (await act("list-calls", status="busy"))["calls"] == []
    recordings = (await act("list-recordings", callSid=sid))["recordings"]
    assert [each["call_sid"] for each in recordings] == [sid]
    await asyncio.to_thread(settle, act.world)
    recording = await act("get-recording", recordingSid=recordings[0]["sid"])
    assert recording["status"] == "completed"
    assert int(recording["duration"]) >= 1


async def test_numbers(act: Acting) -> None:
    listed = await act("list-phone-numbers", page=1)
    numbers = [each["phone_number"] for each in listed["incoming_phone_numbers"]]
    assert sorted(numbers) == sorted(act.world.numbers)
    sid = listed["incoming_phone_numbers"][0]["sid"]
    assert (await act("get-phone-number", phoneNumberSid=sid))["phone_number"] == numbers[0]
    listed = await act("list-phone-numbers", phoneNumber=numbers[0])
    assert [each["sid"] for each in listed["incoming_phone_numbers"]] == [sid]


async def test_the_balance(act: Acting) -> None:
    output = await act("get-account-balance")
    assert float(output["balance"]) > 0
    assert output["account_sid"] == act.world.account_sid


async def test_the_account_is_found_out(act: Acting) -> None:
    asking = Acting(act.world, metadata={})
    assert (await asking("get-account-balance"))["account_sid"] == act.world.account_sid


async def test_a_refusal(act: Acting) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await act("send-message", to="nobody", **{"from": NUMBER}, body="Hello")
    assert caught.value.data is not None
    assert caught.value.data["body"]["code"] == 21211
    assert "400, error 21211" in caught.value.message

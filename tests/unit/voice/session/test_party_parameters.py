"""What requests about a call say of it."""

from __future__ import annotations

from typing import Any

from tests.unit.voice.stand_ins import CALLER, TestedCall
from trunkline.voice.session.party_parameters import call_parameters


def told(recipient: str, options: dict[str, Any]) -> list[tuple[str, str]]:
    call = TestedCall(options=options).session.call
    call.recipient = recipient
    return call_parameters(call)


async def test_a_clients_parameters_are_told_and_hide_no_fact_of_the_call() -> None:
    custom = [
        ["plan", "gold"],
        ["plan", "silver"],
        ["CallSid", "CA0"],
        ["", "x"],
        ["From", "+1900"],
    ]
    parameters = told("client:jo", {"address_parameters": custom})
    assert parameters[-2:] == [("plan", "gold"), ("plan", "silver")]
    assert [value for name, value in parameters if name in ("CallSid", "From")] == [
        "CA" + "3" * 32,
        CALLER,
    ]


async def test_what_goes_to_others_than_clients_is_not_for_the_app() -> None:
    parameters = dict(told("sip:jo@example.com", {"address_parameters": [["X-Plan", "gold"]]}))
    assert "X-Plan" not in parameters

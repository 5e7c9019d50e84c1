"""Every declared request is one of Twilio's own operations, with parameters that it has."""

from __future__ import annotations

import pytest

from tests.support import openapi
from trunkline.gateway.actions.build_request import build_request
from trunkline.gateway.actions.catalogue import ACTIONS
from trunkline.gateway.actions.check_input import check_input
from trunkline.gateway.actions.declare import Action

OPERATIONS = {
    "send-message": ("CreateMessage", "message"),
    "list-messages": ("ListMessage", "message"),
    "get-message": ("FetchMessage", "message"),
    "delete-message": ("DeleteMessage", None),
    "create-call": ("CreateCall", "call"),
    "update-call": ("UpdateCall", "call"),
    "get-call": ("FetchCall", "call"),
    "list-calls": ("ListCall", "call"),
    "get-recording": ("FetchRecording", "recording"),
    "list-recordings": ("ListRecording", "recording"),
    "get-phone-number": ("FetchIncomingPhoneNumber", "incoming_phone_number"),
    "list-phone-numbers": ("ListIncomingPhoneNumber", "incoming_phone_number"),
    "get-account-balance": ("FetchBalance", "balance"),
}
HEX = "0123456789abcdef" * 2
ACCOUNT = "AC" + HEX
SAMPLES = {
    "boolean": True,
    "integer": 7,
    "date-or-date-time": "2026-05-01",
    "date-time": "2026-05-01T09:30:00Z",
    "uri": "https://example.com/a",
}
every_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)


def sample(action: Action, *, choose: int) -> dict[str, object]:
    """An input with every field; of those that exclude each other the one at `choose`."""
    given: dict[str, object] = {}
    for field in action.inputs:
        schema = field.schema
        kind = schema.get("format", schema["type"])
        if "enum" in schema:
            given[field.name] = schema["enum"][0]
        elif "pattern" in schema:
            given[field.name] = schema["pattern"][2:4] + HEX
        elif kind == "array":
            given[field.name] = schema["items"]["enum"]
        elif isinstance(kind, list):
            given[field.name] = {"1": "Ann"}
        else:
            given[field.name] = SAMPLES.get(kind, "text")
    for choice in action.choices:
        if choice.exclusive:
            kept = choice.names[choose % len(choice.names)]
            for name in choice.names:
                if name != kept:
                    given.pop(name, None)
    return given


@every_action
@pytest.mark.parametrize("choose", range(3))
def test_the_operation_exists(action: Action, choose: int) -> None:
    operation = openapi.operation("api_v2010", OPERATIONS[action.key][0])
    given = check_input(action, sample(action, choose=choose))
    request = build_request(action, given)
    assert request.method == operation.method
    assert request.path == operation.path.replace("{AccountSid}", ACCOUNT).replace(
        "{Sid}", request.path.rsplit("/", 1)[1].removesuffix(".json")
    )
    assert {name for name, _ in request.query} <= set(operation.query)
    assert {name for name, _ in request.form or ()} <= set(operation.form)
    # Nothing of the input was left behind.
    in_path = request.path.count(HEX)
    sent = {name for name, _ in [*request.query, *(request.form or ())]}
    assert len(sent) + in_path == len(given)


@every_action
def test_what_twilio_requires_is_required(action: Action) -> None:
    operation = openapi.operation("api_v2010", OPERATIONS[action.key][0])
    required = {each.sends for each in action.inputs if each.required}
    assert operation.required_form <= required
    assert ("{Sid}" in operation.path) == ("Sid" in required)


@every_action
def test_sids_look_as_twilio_says(action: Action) -> None:
    operation = openapi.operation("api_v2010", OPERATIONS[action.key][0])
    declared = {
        each["name"]: each["schema"] for each in operation.definition.get("parameters", ())
    } | operation.form
    for field in action.inputs:
        if field.name.endswith("Sid"):
            theirs = declared[field.sends]["pattern"].replace("(SM|MM)", "SM|MM")
            assert field.schema["pattern"].replace("(", "").replace(")", "") == theirs.replace(
                "(", ""
            ).replace(")", ""), field.name


@every_action
def test_outputs_have_twilios_properties(action: Action) -> None:
    schema_name = OPERATIONS[action.key][1]
    if schema_name is None:
        return
    official = openapi.schema_properties("api_v2010", f"api.v2010.account.{schema_name}")
    output = action.output_schema
    if action.paging is not None:
        output = output["properties"][action.paging.items]["items"]
    assert set(output["properties"]) == set(official)


@pytest.mark.parametrize(
    ("key", "name", "enumeration"),
    [
        ("update-call", "status", "call_enum_update_status"),
        ("list-calls", "status", "call_enum_status"),
        ("send-message", "scheduleType", "message_enum_schedule_type"),
    ],
)
def test_words_are_twilios(key: str, name: str, enumeration: str) -> None:
    document = openapi.official("api_v2010")["components"]["schemas"]
    action = next(each for each in ACTIONS if each.key == key)
    field = next(each for each in action.inputs if each.name == name)
    assert set(field.schema["enum"]) == set(document[enumeration]["enum"])

"""What is declared: the keys that people know, valid schemas, names that cannot be confused."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from trunkline.gateway.actions.catalogue import ACTIONS, ActionCatalogue
from trunkline.gateway.actions.declare import Action, Choice
from trunkline.gateway.errors import NotFound

every_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)


def test_the_known_keys() -> None:
    assert sorted(action.key for action in ACTIONS) == [
        "create-call",
        "delete-message",
        "get-account-balance",
        "get-call",
        "get-message",
        "get-phone-number",
        "get-recording",
        "list-calls",
        "list-messages",
        "list-phone-numbers",
        "list-recordings",
        "send-message",
        "update-call",
    ]


@every_action
def test_names_follow_from_keys(action: Action) -> None:
    assert action.name == action.key.replace("-", " ").title()
    assert action.description.endswith(".")


@every_action
def test_schemas_are_json_schema(action: Action) -> None:
    for schema in (action.input_schema, action.output_schema):
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"


@every_action
def test_schemas_keep_to_what_the_membrane_sdk_reads(action: Action) -> None:
    def walk(schema: Any) -> None:
        assert isinstance(schema, dict)
        assert all(isinstance(value, str) for value in schema.get("enum", ()))
        for inner in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
            walk(inner)
        if "items" in schema:
            walk(schema["items"])

    walk(action.input_schema)
    walk(action.output_schema)


@every_action
def test_every_input_is_described(action: Action) -> None:
    for name, schema in action.input_schema["properties"].items():
        assert schema["description"].endswith("."), name


@every_action
def test_each_spelling_names_one_field(action: Action) -> None:
    spellings: dict[str, str] = {}
    for each in action.inputs:
        for spelling in {each.name.lower(), each.sends.lower()}:
            assert spellings.setdefault(spelling, each.name) == each.name


@every_action
def test_choices_are_among_inputs_that_may_be_left_out(action: Action) -> None:
    optional = {each.name for each in action.inputs if not each.required}
    assert {name for choice in action.choices for name in choice.names} <= optional


def test_lists_say_their_default() -> None:
    schema = ActionCatalogue().get("list-messages").input_schema
    assert schema["properties"]["limit"]["default"] == 50


def test_an_action_is_found_by_key_and_by_id() -> None:
    catalogue = ActionCatalogue()
    found = catalogue.get("send-message")
    assert catalogue.get(found.id) is found
    assert catalogue.get("send-message", "twilio") is found
    assert catalogue.get("send-message", "trunkline") is found


@pytest.mark.parametrize(
    "key", ["", "Send-Message", "act_", "send-message\0", "\ud800", "x" * 10_000]
)
def test_an_unknown_action_is_refused(key: str) -> None:
    with pytest.raises(NotFound):
        ActionCatalogue().get(key)


def test_an_action_of_another_connector_is_refused() -> None:
    with pytest.raises(NotFound):
        ActionCatalogue().get("send-message", "slack")
    assert ActionCatalogue().of("slack") == []


def test_two_actions_with_one_id_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="same id"):
        ActionCatalogue([*ACTIONS, ACTIONS[0]])


@pytest.mark.parametrize(
    ("choice", "right", "wrong"),
    [
        (Choice(names=("a", "b")), [{"a": 1}, {"a": 1, "b": 1}], [{}]),
        (Choice(names=("a", "b"), exclusive=True), [{"a": 1}, {"b": 1}], [{}, {"a": 1, "b": 1}]),
        (
            Choice(names=("a", "b", "c"), needed=False, exclusive=True),
            [{}, {"c": 1}],
            [{"a": 1, "c": 1}, {"b": 1, "c": 1}],
        ),
    ],
)
def test_a_choice_as_json_schema(
    choice: Choice, right: list[dict[str, int]], wrong: list[dict[str, int]]
) -> None:
    validator = Draft202012Validator(choice.schema())
    assert all(validator.is_valid(each) for each in right)
    assert not any(validator.is_valid(each) for each in wrong)

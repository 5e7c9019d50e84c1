"""Lists of actions: pages, connectors, texts and intents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.actions.catalogue import ACTIONS, ActionCatalogue
from trunkline.gateway.actions.list_actions import MOST_INTENT, ListActions
from trunkline.gateway.errors import BadRequest

find = ListActions(ActionCatalogue())


def keys(connector: str | None = None, **asked: object) -> list[str]:
    return [action.key for action in find(connector, **asked).items]  # type: ignore[arg-type]


def test_without_an_intent_by_key() -> None:
    assert keys() == sorted(action.key for action in ACTIONS)
    assert keys("twilio") == keys("trunkline") == keys()
    assert keys(intent=" ", search="") == keys()


def test_a_connector_without_actions() -> None:
    assert keys("slack") == []
    assert keys("slack", intent="send a message") == []


def test_pages() -> None:
    found: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = find("twilio", limit=5, cursor=cursor)
        found += [action.key for action in page.items]
        cursor = page.cursor
    assert found == keys()
    assert keys(cursor="999999999") == []


def test_the_best_come_first_and_at_most_ten() -> None:
    page = find("twilio", intent="message call recording number balance")
    assert len(page.items) == 10
    assert page.cursor == "10"
    assert keys(intent="send a text message", limit=1) == ["send-message"]


def test_the_same_question_has_the_same_answer() -> None:
    again = ListActions(ActionCatalogue(reversed(ACTIONS)))
    for intent in ("call history", "texts", "phone", "twilio"):
        first = [action.id for action in find(None, intent=intent).items]
        assert first == [action.id for action in again(None, intent=intent).items]


@pytest.mark.parametrize("intent", ["xyzzy plugh", "12345", "的", "!!!", "the of and", "🙂"])
def test_what_has_to_do_with_nothing(intent: str) -> None:
    assert keys(intent=intent) == []


def test_a_text_names_actions() -> None:
    assert keys(search="mess") == [
        "delete-message",
        "get-message",
        "get-phone-number",
        "list-messages",
        "send-message",
    ]
    assert keys(search="Delete MESSAGE") == ["delete-message"]
    assert keys(search="get-rec") == ["get-recording"]
    assert keys(search="nonsense message") == []
    assert keys(search="!") == []


def test_a_text_and_an_intent() -> None:
    assert keys(search="message", intent="remove")[0] == "delete-message"
    assert "update-call" not in keys(search="message", intent="call message")


@pytest.mark.parametrize(
    "asked",
    [
        {"intent": "x" * (MOST_INTENT + 1)},
        {"search": "x" * (MOST_INTENT + 1)},
        {"limit": 0},
        {"limit": -1},
        {"limit": 1001},
        {"cursor": "x"},
        {"cursor": "-1"},
        {"cursor": "١"},
        {"cursor": "9" * 5000},
        {"cursor": "\0"},
    ],
)
def test_what_cannot_be_asked(asked: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        keys(**asked)


@given(st.text(st.characters(), max_size=MOST_INTENT), st.sampled_from([None, "twilio"]))
def test_any_text(text: str, connector: str | None) -> None:
    found = keys(connector, intent=text, search=None)
    assert len(found) == len(set(found))
    assert set(keys(connector, search=text)) <= {action.key for action in ACTIONS}

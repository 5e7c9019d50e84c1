"""How connections are shown to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline.cli.show import bold, facts, moment, plain, table

__all__ = ["print_connection", "print_connections"]

STATES = {"READY": "ok", "CLIENT_ACTION_REQUIRED": "to be connected"}


def print_connection(connection: dict[str, Any]) -> None:
    """One connection."""
    print(f"{bold(_text(connection, 'id'))}  {_state(connection)}")
    shown = [
        ("name", _text(connection, "name")),
        ("app", _text(connection, "connectorKey")),
        ("key", _text(connection, "key")),
        ("method", _text(connection, "authOptionKey")),
        ("made", _moment(connection, "createdAt")),
        ("used", _moment(connection, "lastActiveAt")),
    ]
    error, action = connection.get("error"), connection.get("clientAction")
    if isinstance(error, dict):
        shown.append(("error", _text(error, "message")))
    if isinstance(action, dict):
        shown.append(("to do", _text(action, "description")))
        shown.append(("page", _text(action, "uiUrl")))
    facts((name, value) for name, value in shown if value)


def print_connections(connections: Sequence[dict[str, Any]]) -> None:
    """A row for each."""
    rows = [
        [
            _text(each, "id"),
            _text(each, "connectorKey") or _text(each, "connectorId"),
            _state(each),
            _moment(each, "createdAt"),
            _text(each, "name"),
        ]
        for each in connections
    ]
    table(["id", "app", "state", "made (UTC)", "name"], rows, mark=2)


def _state(connection: dict[str, Any]) -> str:
    state = _text(connection, "state")
    return STATES.get(state, state.lower())


def _moment(values: dict[str, Any], name: str) -> str:
    text = _text(values, name)
    return moment(text) if text else ""


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return "" if value is None else plain(str(value))

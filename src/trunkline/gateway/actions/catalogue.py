"""All actions that there are, found by key, id and connector."""

from __future__ import annotations

from collections.abc import Iterable

from trunkline.gateway.actions import twilio
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.errors import NotFound

__all__ = ["ACTIONS", "ActionCatalogue"]

ACTIONS: tuple[Action, ...] = (*twilio.ACTIONS,)


class ActionCatalogue:
    """A fixed set of actions."""

    def __init__(self, actions: Iterable[Action] = ACTIONS) -> None:
        self._all = sorted(actions, key=lambda action: (action.key, action.family))
        self._by_id = {action.id: action for action in self._all}
        self._by_key: dict[str, list[Action]] = {}
        for action in self._all:
            self._by_key.setdefault(action.key, []).append(action)
        if len(self._by_id) < len(self._all):
            raise ValueError("two actions have the same id")

    def of(self, connector: str | None) -> list[Action]:
        """The actions of a connector (of all for None), by key."""
        return [each for each in self._all if connector is None or connector in each.connectors]

    def get(self, key_or_id: str, connector: str | None = None) -> Action:
        """The action of that key or id; with a connector only one of its own. Raises NotFound."""
        known = self._by_id.get(key_or_id)
        for action in [known] if known else self._by_key.get(key_or_id, ()):
            if connector is None or connector in action.connectors:
                return action
        raise NotFound("There is no such action for this connection.")

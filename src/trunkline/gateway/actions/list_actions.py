"""List actions: by key, those that a text names, or the best for an intent."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.gateway.actions.catalogue import ActionCatalogue
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.search.index import Index
from trunkline.gateway.errors import BadRequest

__all__ = ["MOST_INTENT", "ActionPage", "ListActions"]

BEST = 10  # actions for an intent, unless a limit is given
DEFAULT_LIMIT = 100
MOST_LIMIT = 1000
MOST_INTENT = 200  # characters, as the Membrane contract has it


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPage:
    """Some actions, and where the list goes on; None at its end."""

    items: list[Action]
    cursor: str | None


class ListActions:
    """Finds actions in a catalogue. All of it is in memory, and the same question has the same
    answer."""

    def __init__(self, catalogue: ActionCatalogue) -> None:
        self._catalogue = catalogue
        self._index = Index(catalogue.of(None))

    def __call__(
        self,
        connector: str | None,
        *,
        intent: str | None = None,
        search: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ActionPage:
        """Actions of a connector (of all for None).

        `intent` says what somebody wants to do: the actions that fit come best first, at most
        `limit`. `search` keeps those in whose key, name or description every word of it begins a
        word. Without an intent they come by key. Raises BadRequest.
        """
        for name, text in (("intent", intent), ("search", search)):
            if text is not None and len(text) > MOST_INTENT:
                raise BadRequest(f"{name} is longer than {MOST_INTENT} characters.")
        wanted = bool(intent and intent.strip())
        size = limit if limit is not None else BEST if wanted else DEFAULT_LIMIT
        if not 1 <= size <= MOST_LIMIT:
            raise BadRequest(f"limit must be a whole number from 1 to {MOST_LIMIT}.")
        start = _start(cursor)
        found = self._catalogue.of(connector)
        if search and search.strip():
            named = self._index.named(search)
            found = [action for action in found if action.id in named]
        if wanted:
            assert intent is not None
            allowed = {action.id: action for action in found}
            ranked = (action_id for action_id, _ in self._index.rank(intent))
            found = [allowed[each] for each in ranked if each in allowed]
        end = start + size
        following = str(end) if end < len(found) else None
        return ActionPage(items=found[start:end], cursor=following)


def _start(cursor: str | None) -> int:
    """A cursor is how many actions came before; clients begin with none or with 0."""
    if cursor is None or cursor == "":
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise BadRequest("cursor is none of this list.")
    return int(cursor)

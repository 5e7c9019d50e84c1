"""Follows the statuses of a world's calls while its clock is being moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trunkline.bus import Event, LocalBus
from trunkline.voice.explain_call import ExplainCall
from trunkline.voice.model import CALL, FINAL, SHOWN

__all__ = ["CallStatuses", "follow_calls", "learn_live"]

LIVE = [status for status in CALL.steps if status not in FINAL and status not in SHOWN]
MOST = 10_000  # calls of a world that go on at the same time
KIND = "call."


class CallStatuses:
    """The statuses as they were committed last, of the calls that somebody looks at."""

    def __init__(self, world_id: str) -> None:
        self._world_id = world_id
        self._statuses: dict[str, str] = {}

    def of(self, sid: str) -> str | None:
        """The status of a call; None where it is not known."""
        return self._statuses.get(sid)

    @property
    def all_over(self) -> bool:
        """Whether no call is going on."""
        return all(status in FINAL for status in self._statuses.values())

    def learn(self, sid: str, status: str) -> None:
        """What was read, unless something newer is known."""
        self._statuses.setdefault(sid, status)

    def hear(self, event: Event) -> bool:
        """Take note of an event; never keeps it."""
        status = event.kind.removeprefix(KIND)
        if event.world == self._world_id and event.kind.startswith(KIND) and status in CALL.steps:
            self._statuses[event.subject] = SHOWN.get(status, status)
        return False


@contextmanager
def follow_calls(bus: LocalBus, world_id: str) -> Iterator[CallStatuses]:
    """The statuses, kept up to date within the `with` block; what was before is to be read."""
    statuses = CallStatuses(world_id)
    with bus.subscribe(statuses.hear):
        yield statuses


async def learn_live(statuses: CallStatuses, explain: ExplainCall, world_id: str) -> None:
    """Read which calls are going on. Raises StoreUnavailable."""
    for call in await explain.newest(world_id, statuses=LIVE, limit=MOST):
        statuses.learn(call.sid, call.status)

"""What a failed test prints of its world."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.testing.apps.watch import AppError
from trunkline.testing.errors import TrunklineError
from trunkline.testing.expectations import Expected
from trunkline.testing.hints import hints
from trunkline.testing.messages import Message
from trunkline.testing.timeline import gather, timeline
from trunkline.testing.transcript import conversation
from trunkline.testing.world import World

__all__ = ["expectation_report", "failure_report"]

MOST_RECEIVED = 20


def expectation_report(
    world: World,
    first: str,
    phone: str,
    what: Expected,
    *,
    received: Sequence[Message],
    errors: Sequence[AppError],
    served: bool,
) -> str:
    """What was expected, what came instead, and what may be the reason."""
    try:
        facts = gather(world)
    except TrunklineError as error:
        return f"{first}\n{error}"
    parts = [
        first,
        _received(phone, received),
        "What happened, in the world's time:\n" + _indented(timeline(facts)),
        *map(str, errors),
    ]
    found = hints(facts, phone, what, served=served)
    parts += [f"Hint: {hint}" for hint in dict.fromkeys(found)]
    return world.without_secrets("\n\n".join(parts))


def failure_report(world: World, errors: Sequence[AppError], *, brief: bool) -> str:
    """What happened in the world of a test that failed; only what was said, if it is to be
    brief and there were messages alone."""
    try:
        facts = gather(world)
    except TrunklineError as error:
        return str(error)
    if brief and not facts.calls:
        return world.without_secrets(str(conversation(facts.messages)) or "Nobody said anything.")
    return world.without_secrets("\n\n".join([timeline(facts), *map(str, errors)]))


def _received(phone: str, received: Sequence[Message]) -> str:
    if not received:
        return f"{phone} has received nothing."
    left_out = len(received) - MOST_RECEIVED
    lines = [f"{m.body!r} from {m.sender}" for m in received[-MOST_RECEIVED:]]
    if left_out > 0:
        lines.insert(0, f"({left_out} more before)")
    return f"{phone} has received:\n" + _indented("\n".join(lines))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))

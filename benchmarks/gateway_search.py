"""How long the search for actions takes: with the actions that there are, and with a thousand.

python -m benchmarks.gateway_search
"""

from __future__ import annotations

import json
import random
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from trunkline.gateway.actions.catalogue import ACTIONS, ActionCatalogue
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.list_actions import ListActions

__all__ = ["measure_search", "table"]

INTENTS = Path(__file__).parents[1] / "tests/unit/gateway/actions/intents.json"
VERBS = "Get List Create Update Delete Search Archive Assign Approve Export Import Merge"
NOUNS = (
    "Contact Invoice Order Ticket Customer Product Task Project Document Folder Event Calendar "
    "Payment Refund Subscription Coupon Employee Vacation Shipment Warehouse Campaign Audience "
    "Message Channel Call Recording Number Queue Agent Conversation Template Webhook"
)


def measure_search(actions: int = 1000, rounds: int = 5) -> dict[str, Any]:
    """Milliseconds for an intent: the frozen ones, one as long as can be, mistyped ones."""
    intents = [each["intent"] for each in json.loads(INTENTS.read_text())]
    intents.append(" ".join(intents)[:200])
    intents += [intent.replace("e", "x", 2) for intent in intents]
    found: dict[str, Any] = {"actions": actions}
    for name, declared in (("present", ACTIONS), ("many", made_up(actions))):
        began = time.perf_counter()
        find = ListActions(ActionCatalogue(declared))
        built = (time.perf_counter() - began) * 1000
        taken = []
        for _ in range(rounds):
            for intent in intents:
                began = time.perf_counter()
                find(None, intent=intent)
                taken.append((time.perf_counter() - began) * 1000)
        found[name] = {
            "count": len(declared),
            "build": built,
            "p50": statistics.median(taken),
            "p99": statistics.quantiles(taken, n=100)[98],
            "worst": max(taken),
        }
    return found


def made_up(count: int) -> list[Action]:
    """The actions that there are, and as many more as are missing to `count`: of their kind, on
    other things."""
    chance = random.Random(7)
    made = list(ACTIONS)
    while len(made) < count:
        verb = chance.choice(VERBS.split())
        noun, other = chance.sample(NOUNS.split(), 2)
        model = chance.choice(ACTIONS)
        made.append(
            replace(
                model,
                family=f"app{len(made)}",
                key=f"{verb}-{other}-{noun}".lower(),
                name=f"{verb} {other} {noun}",
                description=f"{verb} a {noun.lower()} of a {other.lower()}. {model.description}",
            )
        )
    return made


def table(found: dict[str, Any]) -> list[str]:
    """The figures in Markdown."""
    lines = [
        "| search for actions by intent | p50 | p99 | worst | index |",
        "|---|---|---|---|---|",
    ]
    for each in (found["present"], found["many"]):
        figures = " | ".join(f"{each[name]:.2f} ms" for name in ("p50", "p99", "worst", "build"))
        lines.append(f"| {each['count']:,} actions | {figures} |")
    return lines


if __name__ == "__main__":
    print("\n".join(table(measure_search())))

"""Webhook chaos: what a network may do to requests, made to happen in a world that asks for it.

An app that is to survive it must take a request twice, out of order and late, and a `delivered`
after an `undelivered`. Decisions follow from the seed, the order in which subjects appear, and
the place of a request among those of its subject, so that a test meets the same ones each time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.webhooks.model import Delivery

__all__ = ["CALM", "Chaos", "ChaosPlans", "Disturbance"]

MOST_SUBJECTS = 100_000
Probability = Annotated[float, Meta(ge=0, le=1)]


class Chaos(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How likely each disturbance of a request is, from 0 to 1."""

    seed: Annotated[int, Meta(ge=0, lt=2**53, description="The same seed, the same chaos")] = 0
    duplicate: Annotated[Probability, Meta(description="The request comes twice at once")] = 0.0
    reorder: Annotated[
        Probability, Meta(description="The request lets its subject's next one pass")
    ] = 0.0
    delay: Annotated[Probability, Meta(description="The request comes late")] = 0.0
    delay_seconds: Annotated[
        float, Meta(ge=0, le=86_400, description="How late at most, in the world's time")
    ] = 5.0
    drop: Annotated[
        Probability,
        Meta(description="The connection breaks before the answer, and the request comes again"),
    ] = 0.0
    contradict: Annotated[
        Probability, Meta(description="`undelivered` is told before `delivered`")
    ] = 0.0


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What happens to one request."""

    delay: timedelta = timedelta()
    duplicate: bool = False  # two at the same time
    reorder: bool = False
    drop: bool = False  # one whose answer nobody hears, and another after it

    def without_reorder(self) -> Disturbance:
        """The rest of it."""
        return replace(self, reorder=False)


CALM = Disturbance()


class _WorldChaos:
    """The chaos of one world, and what it has met."""

    def __init__(self, chaos: Chaos) -> None:
        self.chaos = chaos
        self._subjects: OrderedDict[str, list[int]] = OrderedDict()
        self._met = 0

    def random(self, subject: str, purpose: str) -> Random:
        """The dice for the next decision about a subject."""
        found = self._subjects.get(subject)
        if found is None:
            if len(self._subjects) >= MOST_SUBJECTS:
                self._subjects.popitem(last=False)
            found = self._subjects[subject] = [self._met, 0]
            self._met += 1
        if purpose == "request":
            found[1] += 1
            return Random(f"{self.chaos.seed}/{found[0]}/{found[1]}/{purpose}")
        # How many requests were accepted before depends on what is committed together.
        return Random(f"{self.chaos.seed}/{found[0]}/{purpose}")


class ChaosPlans:
    """Decides for each request. `chaos_of` tells how a world is set; None is calm."""

    def __init__(self, chaos_of: Callable[[str], Chaos | None]) -> None:
        self._chaos_of = chaos_of
        self._worlds: dict[str, _WorldChaos] = {}

    def plan(self, delivery: Delivery) -> Disturbance:
        """What is to happen to a request that was just accepted."""
        chaos = self._of(delivery.world_id)
        if chaos is None or delivery.kind == "debugger":
            return CALM
        dice, asked = chaos.random(delivery.subject, "request"), chaos.chaos
        # Every die is thrown, so that changing one probability does not change the other decisions.
        late, twice, passed, lost = (dice.random() for _ in range(4))
        seconds = dice.uniform(0, asked.delay_seconds)
        plan = Disturbance(
            delay=timedelta(seconds=seconds) if late < asked.delay else timedelta(),
            duplicate=twice < asked.duplicate,
            reorder=passed < asked.reorder,
            drop=lost < asked.drop,
        )
        return CALM if plan == CALM else plan

    def contradicts(self, world_id: str, subject: str) -> bool:
        """Whether a message's `undelivered` is to be told before its `delivered`."""
        chaos = self._of(world_id)
        if chaos is None:
            return False
        return chaos.random(subject, "contradict").random() < chaos.chaos.contradict

    def _of(self, world_id: str) -> _WorldChaos | None:
        asked = self._chaos_of(world_id)
        if asked is None:
            self._worlds.pop(world_id, None)
            return None
        known = self._worlds.get(world_id)
        if known is None or known.chaos is not asked:
            known = self._worlds[world_id] = _WorldChaos(asked)
        return known

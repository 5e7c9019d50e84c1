"""What a virtual phone does with a message: a pure function of its behaviour."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Self

__all__ = ["Behaviour", "DeliveryPlan", "Stage", "plan_delivery"]

ENDINGS = ("fail_code", "reject_code", "no_receipt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a phone behaves. None means: as the default of its world, or as an ordinary phone."""

    deliver_after_ms: int | None = None  # world milliseconds from `sent` to the last status
    fail_code: int | None = None  # sent, then undelivered with this code
    reject_code: int | None = None  # refused at submission: failed with this code
    no_receipt: bool | None = None  # it arrives at once, but `sent` stays the last status
    auto_reply: str | None = None  # the phone answers every message with this text
    read: bool | None = None  # on a channel that tells so, what arrives is read at once

    def over(self, default: Self) -> Behaviour:
        """This behaviour, filled up from a default.

        How a message ends is one thing: a phone that says it in any way is not told by the
        default in another.
        """
        mine = {f.name: getattr(self, f.name) for f in fields(self)}
        if any(mine[name] is not None for name in ENDINGS):
            default = replace(default, **dict.fromkeys(ENDINGS))
        return Behaviour(**{k: getattr(default, k) if v is None else v for k, v in mine.items()})


@dataclass(frozen=True, slots=True)
class Stage:
    """Statuses entered together, and whether the phone has the message after them."""

    path: tuple[str, ...]
    error_code: int | None = None
    arrives: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What happens at submission, and what happens `delay` of world time later, if anything."""

    at_once: Stage
    later: Stage | None = None
    delay: timedelta = timedelta()


ORDINARY = DeliveryPlan(Stage(("sending", "sent", "delivered"), arrives=True))


def plan_delivery(behaviour: Behaviour) -> DeliveryPlan:
    """The plan for a message to a phone with this behaviour."""
    if behaviour.reject_code is not None:
        return DeliveryPlan(Stage(("sending", "failed"), error_code=behaviour.reject_code))
    if behaviour.fail_code is not None:
        end = Stage(("undelivered",), error_code=behaviour.fail_code)
    elif behaviour.no_receipt:
        return DeliveryPlan(Stage(("sending", "sent"), arrives=True))
    else:
        end = Stage(("delivered", "read") if behaviour.read else ("delivered",), arrives=True)
    if not behaviour.deliver_after_ms:
        together = ("sending", "sent", *end.path)
        return DeliveryPlan(Stage(together, end.error_code, end.arrives))
    delay = timedelta(milliseconds=behaviour.deliver_after_ms)
    return DeliveryPlan(Stage(("sending", "sent")), end, delay)

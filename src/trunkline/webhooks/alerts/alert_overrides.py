"""Alerts about connection overrides that could not be followed (behaviour 2.2)."""

from __future__ import annotations

from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.target import InvalidTarget, read_target

__all__ = ["alert_overrides"]


def alert_overrides(alert: AlertMaker, delivery: Delivery) -> list[Alert]:
    """What is wrong with the fragment of a request's URL."""
    if "#" not in delivery.url:
        return []
    try:
        problems = read_target(delivery.url).problems
    except InvalidTarget:
        return []
    return [
        alert(
            delivery.account_id,
            delivery.world_id,
            problem.code,
            message=problem.message,
            delivery=delivery,
        )
        for problem in problems
    ]

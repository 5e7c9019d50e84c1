"""What comes of a request whose answer is of no matter: an alert where the app did not take it."""

from __future__ import annotations

from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery

__all__ = ["alert_untaken"]


def alert_untaken(
    alert: AlertMaker, delivery: Delivery, exchange: Exchange, code: int | None = None
) -> Completion:
    """The completion of such a request; the alert has `code`, or that of what went wrong."""
    completion = Completion()
    if exchange.error is not None:
        completion.alerts.append(
            alert(
                delivery.account_id,
                delivery.world_id,
                exchange.error if code is None else code,
                resource=delivery.subject,
                delivery=delivery,
                exchange=exchange,
            )
        )
    return completion

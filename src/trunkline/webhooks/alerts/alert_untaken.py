"""What comes of a request whose answer is of no matter: an alert where the app did not take it."""

from __future__ import annotations

from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery

__all__ = ["alert_untaken"]


def alert_untaken(alert: AlertMaker, delivery: Delivery, exchange: Exchange) -> Completion:
    """The completion of such a request."""
    completion = Completion()
    if exchange.error is not None:
        completion.alerts.append(
            alert(
                delivery.account_id,
                delivery.world_id,
                exchange.error,
                resource=delivery.subject,
                delivery=delivery,
                exchange=exchange,
            )
        )
    return completion

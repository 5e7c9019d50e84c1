"""Whether a message may be sent later, and when (behaviour 1.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.rest import catalogue

__all__ = ["ScheduleWindow"]


class ScheduleWindow:
    """How far ahead a schedule may be, in seconds, both ends included."""

    def __init__(self, least: int = 300, most: int = 3_024_000) -> None:
        self._least = least
        self._most = most

    def __call__(self, asked: CreateMessageParameters, now: datetime) -> datetime | None:
        """When to send (world time); None: at once.

        Raises SCHEDULE_TYPE_REQUIRED, SCHEDULE_WITHOUT_SERVICE, SEND_AT_REQUIRED, SEND_AT_WINDOW.
        """
        if asked.schedule_type is None:
            if asked.send_at is not None:
                raise catalogue.SCHEDULE_TYPE_REQUIRED()
            return None
        if asked.messaging_service_sid is None:
            raise catalogue.SCHEDULE_WITHOUT_SERVICE()
        if asked.send_at is None:
            raise catalogue.SEND_AT_REQUIRED()
        # SendAt has whole seconds, the clock has not: a time five minutes ahead that was written
        # down a moment ago still is.
        ahead = asked.send_at - now.replace(microsecond=0)
        if not timedelta(seconds=self._least) <= ahead <= timedelta(seconds=self._most):
            days = self._most // 86_400
            raise catalogue.SEND_AT_WINDOW(least=self._least, days=days, most=self._most)
        return asked.send_at

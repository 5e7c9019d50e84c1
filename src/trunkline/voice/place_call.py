"""Place a call: commit it with its warnings, before it is answered for."""

from __future__ import annotations

import asyncio

from trunkline.store import GroupCommit, Job
from trunkline.voice.decide_call import CallDecision
from trunkline.voice.model import NewCall
from trunkline.voice.works import CreateCalls
from trunkline.webhooks.alerts.catalogue import WARNING
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts

__all__ = ["PlaceCall"]


class PlaceCall:
    """Commits decided calls."""

    def __init__(
        self, commit: GroupCommit, create: CreateCalls, alert: AlertMaker, record: RecordAlerts
    ) -> None:
        self._commit = commit
        self._create = create
        self._alert = alert
        self._record = record

    async def __call__(self, decision: CallDecision) -> NewCall:
        """Returns once the call is on disk. Nobody has dialled it yet."""
        call = decision.call
        warnings = [
            self._alert(
                call.account_id,
                call.world_id,
                code,
                level=WARNING,
                resource=call.sid,
                message=sentence,
            )
            for code, sentence in decision.warnings
        ]
        jobs = [Job(self._create, call), *(Job(self._record, alert) for alert in warnings)]
        await asyncio.shield(self._commit.submit(*jobs))
        return call

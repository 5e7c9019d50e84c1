"""Status callbacks of recordings: which of their transitions are told, and with which parameters
(behaviour 6.7).

They follow from the transitions themselves, and from the beginning, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from trunkline.rest.dates import rfc2822
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.finish_recording import audio_url
from trunkline.voice.recordings.model import NewRecording
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.told_of_row import ToldOfRow
from trunkline.webhooks.works import DueDeliveries

__all__ = ["KIND", "RecordingStatus", "RecordingStatusCallbacks"]

KIND = "recording.status"
TOLD = frozenset({"completed", "absent"})  # `in-progress` is told when it begins, and only then


class RecordingStatusCallbacks:
    """The follower of recordings and their transitions that requests their callbacks."""

    def __init__(self, due: DueDeliveries, make: MakeDelivery, base_url: Callable[[], str]) -> None:
        self._due = due
        self._make = make
        self._base_url = base_url

    async def begun(
        self, connection: Connection, recordings: Sequence[NewRecording], effects: Effects
    ) -> None:
        """Put a callback into the queue for each beginning that is to be told."""
        await self._write(
            connection,
            [
                self._callback(r.sid, r.world_id, r.callback.data(), _facts(r), "in-progress")
                for r in recordings
                if r.callback is not None and "in-progress" in r.callback.events
            ],
            effects,
        )

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Put a callback into the queue for each end that is to be told."""
        wanted = []
        for entry in applied:
            callback, transition = entry.row["callback"], entry.transition
            if callback is None:
                continue
            wanted += [
                self._callback(transition.subject, transition.world_id, callback, entry.row, status)
                for status in transition.path
                if status in TOLD and status in callback["events"]
            ]
        await self._write(connection, wanted, effects)

    async def _write(
        self, connection: Connection, wanted: Sequence[Delivery], effects: Effects
    ) -> None:
        if wanted:
            await self._due.write(connection, wanted, effects)

    def _callback(
        self, sid: str, world_id: str, callback: Mapping[str, Any], row: Any, status: str
    ) -> Delivery:
        return self._make(
            subject=sid,
            account_id=row["account_id"].hex,
            world_id=world_id,
            kind=KIND,
            url=callback["url"],
            method=callback["method"],
            data={"status": status},
            parameters=_parameters(self._base_url(), sid, row, status),
        )


class RecordingStatus(ToldOfRow):
    """The kind of request that tells it."""

    def __init__(self, database: Database, alert: AlertMaker, base_url: Callable[[], str]) -> None:
        super().__init__(database, alert, queries.CALLBACK_FACTS)
        self._base_url = base_url

    def render(self, delivery: Delivery, row: Any) -> Parameters:
        """What is told of a recording."""
        return _parameters(self._base_url(), delivery.subject, row, delivery.data["status"])


def _facts(recording: NewRecording) -> dict[str, Any]:
    """What the row of a new recording says."""
    conference_sid = recording.conference_sid
    return {
        "account_id": UUID(recording.account_id),
        "call_id": UUID(recording.call_sid[2:]),
        "conference_id": None if conference_sid is None else UUID(conference_sid[2:]),
        "source": recording.source,
        "track": recording.track,
        "channels": recording.channels,
        "duration": None,
        "error_code": None,
        "created_at": recording.created_at,
    }


def _parameters(base_url: str, sid: str, row: Any, status: str) -> Parameters:
    """In the order that apps have seen."""
    account_id = row["account_id"].hex
    parameters = [
        ("RecordingSource", row["source"]),
        ("RecordingTrack", row["track"]),
        ("RecordingSid", sid),
        ("RecordingUrl", audio_url(base_url, account_id, sid)),
        ("RecordingStatus", status),
        ("RecordingChannels", str(row["channels"])),
        ("ErrorCode", str((row["error_code"] if status == "absent" else None) or 0)),
        ("CallSid", f"CA{row['call_id'].hex}"),
    ]
    if row["conference_id"] is not None:
        parameters.append(("ConferenceSid", f"CF{row['conference_id'].hex}"))
    parameters += [
        ("RecordingStartTime", rfc2822(row["created_at"]) or ""),
        ("AccountSid", f"AC{account_id}"),
    ]
    if status == "completed":
        parameters.append(("RecordingDuration", str(row["duration"] or 0)))
    return parameters

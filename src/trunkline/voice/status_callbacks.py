"""Status callbacks of calls: which of their steps are told, where, and with which parameters
(behaviour 6.2).

They follow from the transitions themselves, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from trunkline.numbers.whereabouts import Whereabouts, whereabouts
from trunkline.rest.dates import rfc2822
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.voice import callback_queries
from trunkline.voice.model import EVENT_OF, FINAL
from trunkline.webhooks.alerts.alert_untaken import alert_untaken
from trunkline.webhooks.alerts.catalogue import NOT_ACTIVE, alert_title
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.told_of_row import ToldOfRow
from trunkline.webhooks.works import DueDeliveries

__all__ = ["CALL_HEADERS", "KIND", "CallRecording", "CallStatusCallback", "CallStatusCallbacks"]

KIND: Final = "call.status"
# Of all requests about calls (2.1); there is one region here.
CALL_HEADERS: Final[Mapping[str, str]] = {"X-Home-Region": "us1"}
NOT_TAKEN: Final = 15003
INVALID_URL: Final = 11100
MINUTE: Final = 60
# The SIP answers that the ends of calls have where nobody has told another one.
SIP_CODES: Final[Mapping[str, int]] = {
    "completed": 200,
    "busy": 486,
    "no-answer": 487,
    "canceled": 487,
    "failed": 404,
}


class CallRecording(Protocol):
    """What is told of the recording of a call: it was recorded from its answer on."""

    @property
    def sid(self) -> str:
        """Its SID."""

    @property
    def url(self) -> str:
        """Where its audio is, without an extension."""

    @property
    def seconds(self) -> int:
        """How long it is."""


class RecordingOfCall(Protocol):
    """Finds recordings."""

    async def __call__(self, connection: Connection, call_sid: str) -> CallRecording | None:
        """That which `Record=true` made of a call; None when there is none, or none yet."""


class CallStatusCallbacks:
    """The follower of call transitions that requests their callbacks."""

    def __init__(
        self,
        due: DueDeliveries,
        make: MakeDelivery,
        recording_of: RecordingOfCall | None = None,
    ) -> None:
        self._due = due
        self._make = make
        self._recording_of = recording_of

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Put a callback into the queue for each step that is to be told, and count them."""
        wanted: list[Delivery] = []
        counts: list[tuple[str, int]] = []
        for entry in applied:
            if entry.row["status_callback"] is None:
                continue
            callbacks = await self._callbacks(connection, entry)
            if callbacks:
                wanted += callbacks
                told = entry.row["told"] + len(callbacks)
                counts.append((entry.transition.subject[2:], told))
        if wanted:
            await connection.executemany(callback_queries.COUNT_TOLD, counts)
            await self._due.write(connection, wanted, effects)

    async def _callbacks(self, connection: Connection, entry: Applied) -> list[Delivery]:
        row, transition = entry.row, entry.transition
        target = row["status_callback"]
        callbacks: list[Delivery] = []
        for status in transition.path:
            if EVENT_OF.get(status) not in target["events"]:
                continue
            data: dict[str, Any] = {
                "status": status,
                "sequence": row["told"] + len(callbacks),
                "timestamp": rfc2822(transition.world_time),
            }
            if status in FINAL:
                data |= await self._outcome(connection, entry, status)
            callbacks.append(
                self._make(
                    subject=transition.subject,
                    account_id=row["account_id"].hex,
                    world_id=transition.world_id,
                    kind=KIND,
                    url=target["url"],
                    method=target["method"],
                    data=data,
                    parameters=_parameters(transition.subject, row, data),
                )
            )
        return callbacks

    async def _outcome(self, connection: Connection, entry: Applied, status: str) -> dict[str, Any]:
        """What is told of the end of a call alone."""
        row = entry.row
        told: dict[str, Any] = {
            "duration": row["duration"] or 0,
            "sip": row["sip_code"] or SIP_CODES[status],
        }
        if row["error_code"] is not None:
            told["error_code"] = row["error_code"]
        if self._recording_of is not None and (row["options"] or {}).get("record"):
            recording = await self._recording_of(connection, entry.transition.subject)
            if recording is not None:
                told["recording"] = [recording.sid, recording.url, recording.seconds]
        return told


class CallStatusCallback(ToldOfRow):
    """The kind of request that tells a step."""

    headers = CALL_HEADERS

    def __init__(self, database: Database, alert: AlertMaker) -> None:
        super().__init__(database, alert, callback_queries.CALLBACK_FACTS)

    def render(self, delivery: Delivery, row: Any) -> Parameters:
        """What is told of a call."""
        return _parameters(delivery.subject, row, delivery.data)

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """A warning where the app did not take it (2.1)."""
        own = exchange.error in (NOT_ACTIVE, INVALID_URL)
        return alert_untaken(self._alert, delivery, exchange, code=None if own else NOT_TAKEN)


def _parameters(sid: str, row: Any, data: Mapping[str, Any]) -> Parameters:
    """In the order that was captured. Of a place only what belongs to a phone number is told."""
    caller, called = row["sender"], row["recipient"]
    there, here = _place(caller), _place(called)
    is_end = "duration" in data
    pairs: list[tuple[str, str | None]] = [
        ("Called", called),
        ("ToState", here and here.state),
        ("CallerCountry", there and there.country),
        ("Direction", row["direction"]),
        ("Timestamp", data["timestamp"]),
        ("CallbackSource", "call-progress-events"),
        ("SipResponseCode", str(data["sip"]) if is_end else None),
        ("CallerState", there and there.state),
        ("ToZip", here and here.zip),
        ("SequenceNumber", str(data["sequence"])),
        ("CallSid", sid),
        ("To", called),
        ("CallerZip", there and there.zip),
        ("ToCountry", here and here.country),
        ("CalledZip", here and here.zip),
        ("ApiVersion", "2010-04-01"),
        ("CalledCity", here and here.city),
        ("CallStatus", data["status"]),
        ("Duration", str(-(-data["duration"] // MINUTE)) if is_end else None),
        ("From", caller),
        ("CallDuration", str(data["duration"]) if is_end else None),
        ("AccountSid", f"AC{row['account_id'].hex}"),
        ("CalledCountry", here and here.country),
        ("CallerCity", there and there.city),
        ("ToCity", here and here.city),
        ("FromCountry", there and there.country),
        ("Caller", caller),
        ("FromCity", there and there.city),
        ("CalledState", here and here.state),
        ("FromZip", there and there.zip),
        ("AnsweredBy", row["answered_by"]),
        ("FromState", there and there.state),
    ]
    told = [(name, value) for name, value in pairs if value is not None]
    if row["parent_id"] is not None:
        told.append(("ParentCallSid", f"CA{row['parent_id'].hex}"))
    if row["forwarded_from"] is not None:
        told.append(("ForwardedFrom", row["forwarded_from"]))
    if (recording := data.get("recording")) is not None:
        names = ("RecordingSid", "RecordingUrl", "RecordingDuration")
        told += [(name, str(value)) for name, value in zip(names, recording, strict=True)]
    if (code := data.get("error_code")) is not None:
        told += [("ErrorCode", str(code)), ("ErrorMessage", alert_title(code))]
    return told


def _place(address: str) -> Whereabouts | None:
    """None of what is no phone number: a client, a SIP address."""
    return whereabouts(address) if address.startswith("+") else None

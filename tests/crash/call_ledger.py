"""Compare what clients and the app saw of calls with what the database holds."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from twilio.request_validator import RequestValidator

from tests.crash.call_app import CALL_EVENTS, GATHERS, RECORDED, RECORDING_EVENTS, STATUS
from tests.crash.call_load import CallLoad
from tests.crash.webhook_ledger import Asked, read_log
from tests.support.platform import World
from trunkline.voice.live.recover_calls import CUT_OFF
from trunkline.voice.model import CALL, EVENT_OF, FINAL

CALLS = "SELECT * FROM calls ORDER BY id"
EVENTS = "SELECT subject_id, seq, kind, data, real_time FROM call_events ORDER BY subject_id, seq"
RECORDINGS = "SELECT * FROM recordings ORDER BY id"
ALERTS = "SELECT resource, code, message FROM alerts"
LEFT = """
SELECT (SELECT count(*) FROM live_calls) + (SELECT count(*) FROM deliveries_due)
    + (SELECT count(*) FROM recordings WHERE status NOT IN ('completed', 'absent'))
"""
AWAY = "trunkline.store.errors.StoreUnavailable"
UNTAKEN = "SELECT count(*) FROM deliveries WHERE outcome <> 'delivered' AND kind <> 'call.document'"


@dataclass
class CallLedger:
    """All that is known of calls when none goes on any more. By SID."""

    calls: dict[str, Any]
    events: dict[str, list[Any]]  # of calls and recordings, in their order
    recordings: dict[str, Any]
    alerts: list[Any]
    untaken: int  # callbacks that the app was not told
    asked: list[Asked]

    @classmethod
    async def read(cls, connection: Any, log: Path) -> CallLedger:
        """Read the database and the app's file."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            calls = {f"CA{row['id'].hex}": row for row in await connection.fetch(CALLS)}
            recordings = {f"RE{row['id'].hex}": row for row in await connection.fetch(RECORDINGS)}
            sids = {sid[2:]: sid for sid in (*calls, *recordings)}
            events: dict[str, list[Any]] = {sid: [] for sid in sids.values()}
            for row in await connection.fetch(EVENTS):
                events[sids[row["subject_id"].hex]].append(row)
            alerts = await connection.fetch(ALERTS)
            untaken = await connection.fetchval(UNTAKEN)
        asked = await asyncio.to_thread(read_log, log)
        return cls(calls, events, recordings, alerts, untaken, asked)

    # Facts ------------------------------------------------------------------------------------
    def entered(self, sid: str, *statuses: str) -> datetime | None:
        """When a call entered one of these statuses, in real time."""
        kinds = {f"call.{status}" for status in statuses}
        return next((row["real_time"] for row in self.events[sid] if row["kind"] in kinds), None)

    @property
    def cut_off(self) -> set[str]:
        """The calls that ended with their node, as their last event says."""
        return {
            sid
            for sid in self.calls
            if any((row["data"] or {}).get("cut_off") for row in self.events[sid])
        }

    @property
    def alerted(self) -> set[str]:
        """The calls of which an alert says that the platform has failed in them."""
        return {row["resource"] for row in self.alerts if row["code"] == CUT_OFF}

    def walk(self, sid: str) -> list[str]:
        """The statuses that a call had."""
        names = [row["kind"].removeprefix("call.") for row in self.events[sid]]
        return [name for name in names if name in CALL.statuses]

    # What is promised ---------------------------------------------------------------------------
    def check(self, world: World, load: CallLoad) -> None:
        """Everything that is promised of every call, however it ended."""
        lost = [sid for sid in load.accepted if sid not in self.calls]
        assert lost == [], "a 201 was answered, and the call is gone"
        going_on = [sid for sid, row in self.calls.items() if row["status"] not in FINAL]
        assert going_on == []
        for sid, row in self.calls.items():
            self._check_walk(sid, row)
        self._check_requests(world, load)
        self._check_callbacks()
        self._check_documents()
        self._check_cut_off()
        self._check_recordings(load)

    def _check_walk(self, sid: str, row: Any) -> None:
        """Events count up without a gap and walk the lifecycle, each status once: no phone rings
        twice."""
        events = self.events[sid]
        assert [event["seq"] for event in events] == list(range(1, row["event_seq"] + 1)), sid
        walk = self.walk(sid)
        assert walk[0] in CALL.initial, (sid, walk)
        CALL.check_path(tuple(walk))
        assert walk[-1] == row["status"], (sid, walk)
        assert row["duration"] is not None, (sid, walk)
        assert row["ended_at"] is not None, (sid, walk)
        assert (row["answered_at"] is not None) == ("in-progress" in walk), (sid, walk)
        assert row["duration"] == 0 or "in-progress" in walk, (sid, walk)

    def _check_requests(self, world: World, load: CallLoad) -> None:
        """Each is signed and answered; the same token is the same request."""
        validator = RequestValidator(world.auth_token)
        bodies: dict[str, tuple[str, dict[str, str]]] = {}
        for asked in self.asked:
            assert validator.validate(load.app + asked.path, asked.form, asked.signature), asked
            assert asked.answered is not None, asked
            assert asked.token is not None
            known = bodies.setdefault(asked.token, (asked.path, asked.form))
            assert known == (asked.path, asked.form), "a repetition tells something else"
        assert self.untaken == 0

    def _told(self, path: str, subject: str) -> dict[str, list[Asked]]:
        """The callbacks of each subject in the order in which they came, repetitions left out."""
        came: dict[str, list[Asked]] = defaultdict(list)
        for asked in self.asked:
            if asked.path == path:
                came[asked.form[subject]].append(asked)
        told: dict[str, list[Asked]] = {}
        for sid, every in came.items():
            runs = [next(group) for _, group in itertools.groupby(every, key=lambda a: a.token)]
            assert len(runs) == len({asked.token for asked in runs}), (sid, "out of order", every)
            told[sid] = runs
        return told

    def _check_callbacks(self) -> None:
        """Every status that was subscribed to is told once, in order, and counted from 0; the last
        is that which the call has."""
        told = self._told(STATUS, "CallSid")
        for sid, row in self.calls.items():
            callbacks = [asked.form for asked in told.pop(sid, [])]
            target = row["status_callback"]
            events = [] if target is None else target["events"]
            # What a call begins with is no transition.
            expected = [status for status in self.walk(sid)[1:] if EVENT_OF.get(status) in events]
            assert [form["CallStatus"] for form in callbacks] == expected, (sid, callbacks)
            numbers = [form["SequenceNumber"] for form in callbacks]
            assert numbers == [str(number) for number in range(len(callbacks))], (sid, callbacks)
            if target is None:
                continue
            last = callbacks[-1]
            assert last["CallStatus"] == row["status"], (sid, last)
            assert last["CallDuration"] == str(row["duration"]), (sid, last)
            assert last["Duration"] == str(-(-row["duration"] // 60)), (sid, last)
        assert not told, "callbacks about calls that are not there"

    def _check_documents(self) -> None:
        """A phone answers once: the first document of a call is asked for once."""
        first = Counter(
            asked.form["CallSid"] for asked in self.asked if asked.path.startswith("/voice/")
        )
        assert [sid for sid, count in first.items() if count > 1] == []
        answered = {sid for sid in first if self.calls[sid]["direction"] == "outbound-api"}
        assert all("in-progress" in self.walk(sid) for sid in answered)

    def _check_cut_off(self) -> None:
        """Who was cut off is told so by an alert; who was not begun is not cut off."""
        alerted = Counter(row["resource"] for row in self.alerts if row["code"] == CUT_OFF)
        for sid in self.cut_off:
            walk = self.walk(sid)
            assert alerted[sid] == 1, (sid, walk)
            assert walk[-1] == ("completed" if "in-progress" in walk else "failed"), (sid, walk)
            has_begun = walk[-2] != "queued" or self.calls[sid]["parent_id"] is not None
            assert has_begun, (sid, walk)

    def _check_recordings(self, load: CallLoad) -> None:
        """They have ended, and that was told once; the end of their call tells of `Record=true`."""
        told = self._told(RECORDED, "RecordingSid")
        for sid, row in self.recordings.items():
            assert row["status"] in ("completed", "absent"), (sid, row)
            statuses = [asked.form["RecordingStatus"] for asked in told.pop(sid, [])]
            assert statuses == [RECORDING_EVENTS[0], row["status"]], (sid, statuses)
        assert not told, "callbacks about recordings that are not there"
        kept = {
            f"CA{row['call_id'].hex}": sid
            for sid, row in self.recordings.items()
            if row["source"] == "OutboundAPI" and row["status"] == "completed"
        }
        for sid, callbacks in self._told(STATUS, "CallSid").items():
            if load.accepted.get(sid) == GATHERS:
                form = callbacks[-1].form
                assert form.get("RecordingSid") == kept.get(sid), (sid, form)
                assert ("RecordingUrl" in form) == (sid in kept), (sid, form)


def defects(log: str) -> list[dict[str, Any]]:
    """The errors in a platform's own log, but for those that its database was away."""
    records = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [
        record
        for record in records
        if record["level"] in ("error", "critical")
        and record["logger"].startswith("trunkline")
        and (record.get("error") != AWAY or record["event"] == "call.defect")
    ]


assert set(CALL_EVENTS) == set(EVENT_OF.values())

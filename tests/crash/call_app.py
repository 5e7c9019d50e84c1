"""A customer's app for calls, outside the platform: see `app_log`, which writes down what it is
asked. Run as `python -m tests.crash.call_app FILE`.

What it answers depends on the path alone, which names the kind of the call.
"""

from __future__ import annotations

import asyncio
import sys

from tests.crash.app_log import TAKEN, serve, twiml

STATUS = "/status"  # takes status callbacks of calls
RECORDED = "/recorded"  # and of recordings
AFTER = "/after"  # the action of every verb

# Kinds of calls.
RINGS = "rings"  # for ever
GATHERS = "gathers"  # recorded from its answer on
RECORDS = "records"
DIALS = "dials"
COMES_IN = "comes-in"  # at a number of the platform that another one calls
SHORT = "short"  # ends by itself
BUSY = "busy"

# The phone of each kind, and the one that `DIALS` connects with.
PHONES = {
    kind: f"+1415555018{number}"
    for number, kind in enumerate((RINGS, GATHERS, RECORDS, DIALS, SHORT, BUSY))
}
DIALLED = "+14155550189"
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
RECORDING_EVENTS = ("in-progress", "completed", "absent")

_RECORDED = (
    f'trim="do-not-trim" recordingStatusCallback="{RECORDED}" '
    f'recordingStatusCallbackEvent="{" ".join(RECORDING_EVENTS)}" action="{AFTER}"'
)
DOCUMENTS = {
    GATHERS: f'<Gather numDigits="1" timeout="600" action="{AFTER}"/>',
    RECORDS: f'<Record timeout="600" maxLength="600" playBeep="false" {_RECORDED}/>',
    DIALS: (
        f'<Dial record="record-from-answer-dual" {_RECORDED}>'
        f'<Number statusCallback="{STATUS}" statusCallbackEvent="{" ".join(CALL_EVENTS)}">'
        f"{DIALLED}</Number></Dial>"
    ),
    COMES_IN: '<Say>Nobody is there.</Say><Pause length="600"/>',
}


def voice_path(kind: str) -> str:
    """Where the TwiML of a kind of calls is."""
    return f"/voice/{kind}"


def answer_to(path: str, _: dict[str, str]) -> bytes:
    """A whole HTTP answer. A kind without a document ends at once."""
    if path in (STATUS, RECORDED):
        return TAKEN
    return twiml(DOCUMENTS.get(path.rpartition("/")[2], "<Hangup/>"))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], answer_to))

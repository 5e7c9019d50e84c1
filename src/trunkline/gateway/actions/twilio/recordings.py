"""Actions on recordings: https://www.twilio.com/docs/voice/api/recording"""

from __future__ import annotations

from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    CONNECTORS,
    FAMILY,
    LIMIT,
    LIMIT_DEFAULT,
    dates,
    flag,
    integer,
    listing,
    nullable,
    page_of,
    record,
    sid,
)

__all__ = ["ACTIONS"]

OUTPUT = record(
    ("sid", "status"),
    sid={"type": "string", "description": "What later calls name this recording by."},
    status={
        "type": "string",
        "description": "in-progress, paused, stopped, processing, completed, absent or deleted.",
    },
    account_sid=nullable,
    call_sid=nullable,
    conference_sid=nullable,
    start_time=nullable,
    duration={**nullable, "description": "In seconds."},
    channels=integer,
    source=nullable,
    media_url={**nullable, "description": "Where its audio is, with `.mp3` or `.wav` after it."},
    price=nullable,
    price_unit=nullable,
    error_code=integer,
    date_created=nullable,
    date_updated=nullable,
    api_version=nullable,
    uri=nullable,
    encryption_details={"type": ["object", "null"]},
    subresource_uris={"type": ["object", "null"]},
)

DELETED = flag("includeSoftDeleted", "IncludeSoftDeleted", "Also recordings deleted lately.")

GET = Action(
    key="get-recording",
    family=FAMILY,
    name="Get Recording",
    description="Read one call recording by its SID: its length, its status, and where its audio "
    "is to be had.",
    connectors=CONNECTORS,
    method="GET",
    path=f"{ACCOUNT_PATH}/Recordings/{{Sid}}.json",
    inputs=(
        sid("recordingSid", "Sid", "The recording's SID.", "RE", of="a recording", required=True),
        DELETED,
        ACCOUNT,
    ),
    output=OUTPUT,
    words="details audio sound file download listen play hear voicemail url duration",
)

LIST = Action(
    key="list-recordings",
    family=FAMILY,
    name="List Recordings",
    description="List the account's recordings of calls, newest first; those of one call, of one "
    "conference or of a range of dates.",
    connectors=CONNECTORS,
    method="GET",
    path=f"{ACCOUNT_PATH}/Recordings.json",
    inputs=(
        sid("callSid", "CallSid", "Only recordings of this call.", "CA", of="a call"),
        sid(
            "conferenceSid",
            "ConferenceSid",
            "Only recordings of this conference.",
            "CF",
            of="a conference",
        ),
        *dates("dateCreated", "DateCreated", "recordings made"),
        DELETED,
        LIMIT,
        ACCOUNT,
    ),
    defaults={"limit": LIMIT_DEFAULT},
    output=page_of("recordings", OUTPUT),
    paging=listing("recordings"),
    words="audio voicemails recorded history recent latest search find filter all",
)

ACTIONS = (GET, LIST)

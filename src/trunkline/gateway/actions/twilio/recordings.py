"""Actions on recordings: https://www.twilio.com/docs/voice/api/recording"""

from __future__ import annotations

from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    LIMIT,
    LIMIT_DEFAULT,
    action,
    dates,
    flag,
    integer,
    listing,
    nullable,
    nullables,
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
    **nullables("account_sid call_sid conference_sid start_time"),
    duration={**nullable, "description": "In seconds."},
    channels=integer,
    source=nullable,
    media_url={**nullable, "description": "Where its audio is, with `.mp3` or `.wav` after it."},
    **nullables("price price_unit"),
    error_code=integer,
    **nullables("date_created date_updated api_version uri"),
    encryption_details={"type": ["object", "null"]},
    subresource_uris={"type": ["object", "null"]},
)

DELETED = flag("includeSoftDeleted", "IncludeSoftDeleted", "Also recordings deleted lately.")

GET = action(
    key="get-recording",
    name="Get Recording",
    description="Read one call recording by its SID: its length, its status, and where its audio "
    "is to be had.",
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

LIST = action(
    key="list-recordings",
    name="List Recordings",
    description="List the account's recordings of calls, newest first; those of one call, of one "
    "conference or of a range of dates.",
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

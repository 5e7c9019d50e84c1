"""Actions on calls: https://www.twilio.com/docs/voice/api/call-resource"""

from __future__ import annotations

from trunkline.gateway.actions.declare import Choice, Input
from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    LIMIT,
    LIMIT_DEFAULT,
    action,
    dates,
    flag,
    listing,
    nullable,
    nullables,
    number,
    one_of,
    page_of,
    record,
    sid,
    text,
    url,
)

__all__ = ["ACTIONS"]

CALLS = f"{ACCOUNT_PATH}/Calls.json"
CALL = f"{ACCOUNT_PATH}/Calls/{{Sid}}.json"
STATUSES = (
    "queued",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
)

OUTPUT = record(
    ("sid", "status"),
    sid={"type": "string", "description": "What later calls name this call by."},
    status={"type": "string", "description": f"{', '.join(STATUSES[:-1])} or {STATUSES[-1]}."},
    **nullables(
        "account_sid parent_call_sid from from_formatted to to_formatted direction start_time "
        "end_time"
    ),
    duration={**nullable, "description": "In seconds."},
    **nullables(
        "answered_by caller_name forwarded_from phone_number_sid group_sid trunk_sid queue_time "
        "price price_unit date_created date_updated api_version uri"
    ),
    subresource_uris={"type": ["object", "null"]},
)

CALL_SID = sid("callSid", "Sid", "The call's SID.", "CA", of="a call", required=True)
EVENTS = Input(
    name="statusCallbackEvent",
    sends="StatusCallbackEvent",
    must_be="a list of initiated, ringing, answered or completed",
    schema={
        "type": "array",
        "items": {"type": "string", "enum": ["initiated", "ringing", "answered", "completed"]},
        "minItems": 1,
        "maxItems": 4,
        "description": "Of which changes `statusCallback` is told; `completed` if left out.",
    },
)


def _twiml(description: str) -> Input:
    return text("twiml", "Twiml", description, most=4000, must_be="TwiML, a text in XML")


def _method(name: str, sends: str, of: str) -> Input:
    return one_of(name, sends, f"The HTTP method for `{of}`; POST if left out.", "GET", "POST")


CREATE = action(
    key="create-call",
    name="Create Call",
    description="Place an outbound phone call, and say what happens once it is answered: TwiML, "
    "the address of some, or an application.",
    method="POST",
    path=CALLS,
    inputs=(
        text(
            "to",
            "To",
            "Whom to call: a phone number in E.164 form, `client:NAME` or a SIP address.",
            required=True,
            must_be="a phone number such as +15558675310",
            examples=("+15558675310",),
        ),
        text(
            "from",
            "From",
            "The caller's number: one of the account's numbers, or a verified one.",
            required=True,
            must_be="a phone number such as +15017122661",
            examples=("+15017122661",),
        ),
        url("url", "Url", "Where TwiML is fetched that says what happens in the call."),
        _twiml("What happens in the call: <Response><Say>Hello</Say></Response>."),
        sid(
            "applicationSid",
            "ApplicationSid",
            "The TwiML application that handles the call.",
            "AP",
            of="an application",
        ),
        _method("method", "Method", "url"),
        url("fallbackUrl", "FallbackUrl", "Asked for TwiML when `url` fails."),
        url("statusCallback", "StatusCallback", "Told of the call's progress."),
        EVENTS,
        text(
            "sendDigits", "SendDigits", "Keys to press once it is answered; w waits 0.5 s.", most=32
        ),
        number("timeout", "Timeout", "Seconds to let it ring.", least=1, most=600),
        number(
            "timeLimit", "TimeLimit", "Seconds after which the call ends.", least=1, most=86_400
        ),
        flag("record", "Record", "Record the whole call."),
        one_of(
            "machineDetection",
            "MachineDetection",
            "Find out whether a machine answers.",
            "Enable",
            "DetectMessageEnd",
        ),
        text("callerId", "CallerId", "Another number or SIP user to show to who is called."),
        ACCOUNT,
    ),
    choices=(Choice(names=("url", "twiml", "applicationSid"), exclusive=True),),
    output=OUTPUT,
    words="call dial ring phone make start initiate begin originate outgoing voice speak say talk "
    "connect new somebody customer",
)

UPDATE = action(
    key="update-call",
    name="Update Call",
    description="Change a call that is in progress: redirect it to other TwiML, hang it up, or "
    "cancel it before it is answered.",
    method="POST",
    path=CALL,
    inputs=(
        CALL_SID,
        one_of(
            "status",
            "Status",
            "`completed` ends the call; `canceled` ends it only while it is queued or rings.",
            "completed",
            "canceled",
        ),
        url("url", "Url", "Where other TwiML is fetched, with which the call goes on."),
        _twiml("Other TwiML, with which the call goes on."),
        _method("method", "Method", "url"),
        url("fallbackUrl", "FallbackUrl", "Asked for TwiML when `url` fails."),
        url("statusCallback", "StatusCallback", "Told when the call has ended."),
        number(
            "timeLimit", "TimeLimit", "Seconds after which the call ends.", least=1, most=86_400
        ),
        ACCOUNT,
    ),
    choices=(
        Choice(names=("status", "url", "twiml", "statusCallback", "timeLimit")),
        Choice(names=("url", "twiml"), needed=False, exclusive=True),
    ),
    output=OUTPUT,
    words="modify live ongoing active current running hangup end stop terminate disconnect finish "
    "drop kill complete transfer forward move switch control",
)

GET = action(
    key="get-call",
    name="Get Call",
    description="Read one call by its SID: its status, duration, price, and who called whom.",
    method="GET",
    path=CALL,
    inputs=(CALL_SID, ACCOUNT),
    output=OUTPUT,
    words="details status length long answered check look up result outcome cost",
)

LIST = action(
    key="list-calls",
    name="List Calls",
    description="List the calls made to and from the account's numbers, newest first; by number, "
    "status or date.",
    method="GET",
    path=CALLS,
    inputs=(
        text("to", "To", "Only calls to this number."),
        text("from", "From", "Only calls from this number."),
        one_of("status", "Status", "Only calls with this status.", *STATUSES),
        sid(
            "parentCallSid", "ParentCallSid", "Only calls that this one dialled.", "CA", of="a call"
        ),
        *dates("startTime", "StartTime", "calls that started"),
        *dates("endTime", "EndTime", "calls that ended"),
        LIMIT,
        ACCOUNT,
    ),
    defaults={"limit": LIMIT_DEFAULT},
    output=page_of("calls", OUTPUT),
    paging=listing("calls"),
    words="history log recent latest missed incoming inbound outgoing outbound received who called "
    "search find filter export",
)

ACTIONS = (CREATE, UPDATE, GET, LIST)

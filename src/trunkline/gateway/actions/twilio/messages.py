"""Actions on messages: https://www.twilio.com/docs/messaging/api/message-resource"""

from __future__ import annotations

from trunkline.gateway.actions.declare import Choice, Input
from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    LIMIT,
    LIMIT_DEFAULT,
    MOST_URL,
    action,
    dates,
    flag,
    integer,
    listing,
    moment,
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

MESSAGES = f"{ACCOUNT_PATH}/Messages.json"
MESSAGE = f"{ACCOUNT_PATH}/Messages/{{Sid}}.json"

OUTPUT = record(
    ("sid", "status"),
    sid={"type": "string", "description": "What later calls name this message by."},
    status={
        "type": "string",
        "description": "accepted, scheduled, queued, sending, sent, delivered, undelivered, "
        "failed, canceled, receiving, received or read.",
    },
    **nullables("account_sid from to body direction num_segments num_media messaging_service_sid"),
    error_code=integer,
    **nullables(
        "error_message price price_unit date_created date_sent date_updated api_version uri"
    ),
    subresource_uris={"type": ["object", "null"]},
)

MEDIA = Input(
    name="mediaUrl",
    sends="MediaUrl",
    must_be="the http or https address of a file, or a list of up to ten",
    schema={
        "type": ["string", "array"],
        "format": "uri",
        "maxLength": MOST_URL,
        "items": {"type": "string", "format": "uri", "maxLength": MOST_URL},
        "minItems": 1,
        "maxItems": 10,
        "description": "The public address of a picture or another file to send along, or a list "
        "of up to ten: the message becomes an MMS.",
    },
)
VARIABLES = Input(
    name="contentVariables",
    sends="ContentVariables",
    must_be='an object of texts, such as {"1": "Ann"}, or such an object as JSON text',
    schema={
        "type": ["object", "string"],
        "additionalProperties": {"type": "string", "maxLength": 1600},
        "maxProperties": 100,
        "minLength": 2,
        "maxLength": 16_384,
        "description": 'What is put into the template\'s placeholders: {"1": "Ann"}.',
    },
)
MESSAGE_SID = sid(
    "messageSid", "Sid", "The message's SID.", "SM", "MM", of="a message", required=True
)

SEND = action(
    key="send-message",
    name="Send Message",
    description="Send a text message – SMS, MMS with pictures, WhatsApp – to a phone number, at "
    "once or at a later time.",
    method="POST",
    path=MESSAGES,
    inputs=(
        text(
            "to",
            "To",
            "Who gets the message: a phone number in E.164 form, or `whatsapp:` and one.",
            required=True,
            must_be="a recipient, such as +15558675310",
            examples=("+15558675310",),
        ),
        text(
            "from",
            "From",
            "The sender: one of the account's numbers, a short code or an alphanumeric sender id.",
            must_be="a sender, such as +15017122661",
            examples=("+15017122661",),
        ),
        text(
            "body",
            "Body",
            "The text, up to 1,600 characters.",
            most=1600,
        ),
        MEDIA,
        sid(
            "messagingServiceSid",
            "MessagingServiceSid",
            "The messaging service that chooses the sender, instead of `from`.",
            "MG",
            of="a messaging service",
        ),
        sid(
            "contentSid",
            "ContentSid",
            "A template to send instead of `body`.",
            "HX",
            of="a content template",
        ),
        VARIABLES,
        moment(
            "sendAt",
            "SendAt",
            "When to send it; needs `scheduleType` and a messaging service.",
            day=False,
        ),
        one_of("scheduleType", "ScheduleType", "`fixed`, together with `sendAt`.", "fixed"),
        url("statusCallback", "StatusCallback", "Told of each change of the message's status."),
        number(
            "validityPeriod",
            "ValidityPeriod",
            "Seconds for which it may wait in a queue before it fails.",
            least=1,
            most=36_000,
        ),
        flag("smartEncoded", "SmartEncoded", "Replace characters that make a text longer."),
        flag("shortenUrls", "ShortenUrls", "Shorten the links in the text."),
        ACCOUNT,
    ),
    choices=(
        Choice(names=("from", "messagingServiceSid")),
        Choice(names=("body", "mediaUrl", "contentSid")),
    ),
    output=OUTPUT,
    words="text sms mms txt write notify alert remind reply answer broadcast outbound new compose "
    "schedule later picture photo image media attachment whatsapp template somebody customer",
)

LIST = action(
    key="list-messages",
    name="List Messages",
    description="List the messages that the account sent and received, newest first; of one "
    "sender, one recipient or a range of dates.",
    method="GET",
    path=MESSAGES,
    inputs=(
        text("to", "To", "Only messages to this number."),
        text("from", "From", "Only messages from this number."),
        *dates("dateSent", "DateSent", "messages sent"),
        LIMIT,
        ACCOUNT,
    ),
    defaults={"limit": LIMIT_DEFAULT},
    output=page_of("messages", OUTPUT),
    paging=listing("messages"),
    words="texts sms history log inbox outbox recent latest incoming inbound outgoing replies "
    "conversation search find filter export",
)

GET = action(
    key="get-message",
    name="Get Message",
    description="Read one message by its SID: its text, whether it was delivered, its error and "
    "price.",
    method="GET",
    path=MESSAGE,
    inputs=(MESSAGE_SID, ACCOUNT),
    output=OUTPUT,
    words="text sms details status delivery delivered failed undelivered arrived why check look up "
    "content cost",
)

DELETE = action(
    key="delete-message",
    name="Delete Message",
    description="Delete a message from the account for good, with its text.",
    method="DELETE",
    path=MESSAGE,
    inputs=(MESSAGE_SID, ACCOUNT),
    output=record(
        ("sid", "deleted"),
        sid={"type": "string"},
        deleted={"type": "boolean", "description": "True: it is gone."},
    ),
    words="text sms remove erase destroy purge wipe history privacy permanently",
)

ACTIONS = (SEND, LIST, GET, DELETE)

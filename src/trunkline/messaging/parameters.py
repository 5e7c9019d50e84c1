"""The declared parameters of the Messages operations (behaviour 1.1, 1.5, 1.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trunkline.messaging.recipients import Recipient
from trunkline.rest import catalogue
from trunkline.rest.parameters import (
    Boolean,
    Choice,
    DateRange,
    Decimal,
    Instant,
    Integer,
    Sid,
    Text,
    Url,
    declared,
    parameter,
)

__all__ = [
    "CreateMessageFeedbackParameters",
    "CreateMessageParameters",
    "ListMediaParameters",
    "ListMessageParameters",
    "UpdateMessageParameters",
]

MOST_MEDIA = 10
SIXTEEN_HUNDRED = 1600
Span = tuple[datetime, datetime]


@declared
class CreateMessageParameters:
    """A recipient, a sender (or a service), and content."""

    to: str = parameter(
        "To",
        Recipient(),
        "The recipient: E.164, or a US number of ten digits; behind `whatsapp:` or `rcs:` there.",
    )
    sender: str | None = parameter(
        "From", Text(), "A phone number of the account, or an alphanumeric sender ID."
    )
    messaging_service_sid: str | None = parameter(
        "MessagingServiceSid",
        Sid(("MG",), catalogue.SERVICE_NOT_FOUND),
        "The service that finds a sender; with From, the service whose sender it is.",
    )
    body: str | None = parameter(
        "Body", Text(SIXTEEN_HUNDRED, catalogue.BODY_TOO_LONG), "At most 1,600 characters."
    )
    media_url: Sequence[str] = parameter(
        "MediaUrl",
        Url(catalogue.INVALID_MEDIA_URL, underscore=True),
        "Media to fetch and send, at most ten.",
        many=True,
        most=MOST_MEDIA,
        too_many=catalogue.TOO_MANY_MEDIA,
    )
    content_sid: str | None = parameter(
        "ContentSid",
        Sid(("HX",), catalogue.CONTENT_SID_INVALID),
        "The template that gives text and media.",
    )
    content_variables: str | None = parameter(
        "ContentVariables",
        Text(),  # how long a value may be, messaging/content/variables.py says
        "A JSON object of strings, each at most 1,600 characters; needs ContentSid.",
    )
    status_callback: str | None = parameter(
        "StatusCallback",
        Url(catalogue.INVALID_STATUS_CALLBACK, empty=True),
        "Where the status is told.",
    )
    application_sid: str | None = parameter(
        "ApplicationSid",
        Sid(("AP",), catalogue.INVALID_APPLICATION),
        "Its message status callback is used where StatusCallback is absent.",
    )
    max_price: float | None = parameter(
        "MaxPrice", Decimal(catalogue.INVALID_MAX_PRICE), "Obsolete: no effect, as at Twilio."
    )
    provide_feedback: bool | None = parameter(
        "ProvideFeedback", Boolean(), "Stored; feedback is taken for every message."
    )
    attempt: int | None = parameter("Attempt", Integer(1, 1_000_000), "Stored only.")
    validity_period: int | None = parameter(
        "ValidityPeriod",
        Integer(1, 36_000, catalogue.INVALID_VALIDITY),
        "Seconds that it may wait in the queue before it fails with 30036.",
    )
    force_delivery: bool | None = parameter("ForceDelivery", Boolean(), "Reserved: no effect.")
    content_retention: str | None = parameter(
        "ContentRetention",
        Choice(("retain", "discard"), catalogue.INVALID_CONTENT_RETENTION),
        "`discard` empties the body once the message has its last status.",
    )
    address_retention: str | None = parameter(
        "AddressRetention",
        Choice(("retain", "obfuscate"), catalogue.INVALID_ADDRESS_RETENTION),
        "`obfuscate` masks the recipient once the message has its last status.",
    )
    smart_encoded: bool | None = parameter(
        "SmartEncoded", Boolean(), "Replace look-alikes so that the text fits GSM-7."
    )
    persistent_action: Sequence[str] = parameter(
        "PersistentAction", Text(), "Of channels that are not served: stored.", many=True, most=10
    )
    traffic_type: str | None = parameter("TrafficType", Choice(("free",)), "Reserved: no effect.")
    shorten_urls: bool | None = parameter(
        "ShortenUrls",
        Boolean(),
        "Replace the links of the text by short ones; needs a messaging service.",
    )
    schedule_type: str | None = parameter(
        "ScheduleType",
        Choice(("fixed",), catalogue.SCHEDULE_TYPE_INVALID),
        "`fixed`: send at SendAt; needs a messaging service.",
    )
    send_at: datetime | None = parameter(
        "SendAt",
        Instant(catalogue.SEND_AT_INVALID),
        "When to send, five minutes to 35 days ahead; needs ScheduleType.",
    )
    send_as_mms: bool | None = parameter(
        "SendAsMms", Boolean(), "Send the text as one MMS: one segment, SID with MM."
    )
    message_intent: str | None = parameter("MessageIntent", Text(64), "Stored only.")
    risk_check: str | None = parameter(
        "RiskCheck", Choice(("enable", "disable")), "Accepted: nothing is checked here."
    )
    fallback_from: str | None = parameter(
        "FallbackFrom", Text(), "Needs a messaging service: 21664."
    )

    @staticmethod
    def presence(form: Mapping[str, Sequence[str]]) -> None:
        """What is missing is told before what is wrong (1.1, 'validation order')."""
        if not form.get("To", ("",))[-1].strip():
            raise catalogue.TO_REQUIRED()
        if not _given(form, "From") and not _given(form, "MessagingServiceSid"):
            raise catalogue.FROM_REQUIRED()
        if _given(form, "MediaUrl") or _given(form, "ContentSid"):
            return
        if "Body" not in form:
            raise catalogue.CONTENT_REQUIRED()
        if form["Body"][-1] == "":
            raise catalogue.BODY_REQUIRED()


def _given(form: Mapping[str, Sequence[str]], name: str) -> bool:
    return any(form.get(name, ()))


@declared
class UpdateMessageParameters:
    """Either an empty Body, which redacts, or Status=canceled."""

    body: str | None = parameter("Body", Text(), "Only empty: the text is forgotten.")
    status: str | None = parameter("Status", Text(), "Only `canceled`, of a scheduled message.")


@declared
class ListMessageParameters:
    """Filters; a number is matched exactly."""

    to: str | None = parameter("To", Text(64), "The recipient.")
    sender: str | None = parameter("From", Text(64), "The sender.")
    date_sent: Span | None = parameter("DateSent", DateRange(), "Sent on this day.")
    date_sent_before: Span | None = parameter(
        "DateSent<", DateRange(), "Sent on or before this day."
    )
    date_sent_after: Span | None = parameter("DateSent>", DateRange(), "Sent on or after this day.")


@declared
class ListMediaParameters:
    """Filters by the time at which the media was stored."""

    date_created: Span | None = parameter("DateCreated", DateRange(), "Made on this day.")
    date_created_before: Span | None = parameter(
        "DateCreated<", DateRange(), "Made on or before this day."
    )
    date_created_after: Span | None = parameter(
        "DateCreated>", DateRange(), "Made on or after this day."
    )


@declared
class CreateMessageFeedbackParameters:
    """Whether the recipient did what the message was for."""

    outcome: str | None = parameter(
        "Outcome", Choice(("confirmed", "unconfirmed")), "`confirmed` (default) or `unconfirmed`."
    )

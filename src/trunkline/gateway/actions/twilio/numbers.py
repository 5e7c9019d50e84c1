"""Actions on the account's numbers:
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""

from __future__ import annotations

from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    CONNECTORS,
    FAMILY,
    LIMIT,
    LIMIT_DEFAULT,
    boolean,
    flag,
    listing,
    nullable,
    page_of,
    record,
    sid,
    text,
)

__all__ = ["ACTIONS"]

OUTPUT = record(
    ("sid", "phone_number"),
    sid={"type": "string", "description": "What later calls name this number by."},
    phone_number={"type": "string", "description": "In E.164 form."},
    account_sid=nullable,
    friendly_name=nullable,
    capabilities={
        "type": ["object", "null"],
        "properties": dict.fromkeys(("voice", "sms", "mms", "fax"), boolean),
    },
    voice_url=nullable,
    voice_method=nullable,
    voice_fallback_url=nullable,
    voice_fallback_method=nullable,
    voice_application_sid=nullable,
    voice_caller_id_lookup=boolean,
    voice_receive_mode=nullable,
    sms_url=nullable,
    sms_method=nullable,
    sms_fallback_url=nullable,
    sms_fallback_method=nullable,
    sms_application_sid=nullable,
    status_callback=nullable,
    status_callback_method=nullable,
    trunk_sid=nullable,
    address_sid=nullable,
    address_requirements=nullable,
    identity_sid=nullable,
    bundle_sid=nullable,
    emergency_status=nullable,
    emergency_address_sid=nullable,
    emergency_address_status=nullable,
    origin=nullable,
    beta=boolean,
    status=nullable,
    type=nullable,
    date_created=nullable,
    date_updated=nullable,
    api_version=nullable,
    uri=nullable,
)

GET = Action(
    key="get-phone-number",
    family=FAMILY,
    name="Get Phone Number",
    description="Read one of the account's incoming phone numbers by its SID: what it can do, and "
    "what answers its calls and messages.",
    connectors=CONNECTORS,
    method="GET",
    path=f"{ACCOUNT_PATH}/IncomingPhoneNumbers/{{Sid}}.json",
    inputs=(
        sid("phoneNumberSid", "Sid", "The number's SID.", "PN", of="a phone number", required=True),
        ACCOUNT,
    ),
    output=OUTPUT,
    words="details capabilities configuration settings webhook voice sms url check look up inspect",
)

LIST = Action(
    key="list-phone-numbers",
    family=FAMILY,
    name="List Phone Numbers",
    description="List the incoming phone numbers that belong to the account.",
    connectors=CONNECTORS,
    method="GET",
    path=f"{ACCOUNT_PATH}/IncomingPhoneNumbers.json",
    inputs=(
        text(
            "phoneNumber",
            "PhoneNumber",
            "Only numbers that have these digits; * stands for any one.",
            most=64,
        ),
        text("friendlyName", "FriendlyName", "Only the numbers with exactly this name.", most=64),
        flag("beta", "Beta", "Also numbers that are new to the platform."),
        LIMIT,
        ACCOUNT,
    ),
    defaults={"limit": LIMIT_DEFAULT},
    output=page_of("incoming_phone_numbers", OUTPUT),
    paging=listing("incoming_phone_numbers"),
    words="owned own bought purchased active available lines sender inventory search find all",
)

ACTIONS = (GET, LIST)

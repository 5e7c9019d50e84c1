"""Actions on the account's numbers:
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""

from __future__ import annotations

from trunkline.gateway.actions.twilio.fields import (
    ACCOUNT,
    ACCOUNT_PATH,
    LIMIT,
    LIMIT_DEFAULT,
    action,
    boolean,
    flag,
    listing,
    nullables,
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
    **nullables("account_sid friendly_name"),
    capabilities={
        "type": ["object", "null"],
        "properties": dict.fromkeys(("voice", "sms", "mms", "fax"), boolean),
    },
    **nullables(
        "voice_url voice_method voice_fallback_url voice_fallback_method voice_application_sid"
    ),
    voice_caller_id_lookup=boolean,
    **nullables(
        "voice_receive_mode sms_url sms_method sms_fallback_url sms_fallback_method "
        "sms_application_sid status_callback status_callback_method trunk_sid address_sid "
        "address_requirements identity_sid bundle_sid emergency_status emergency_address_sid "
        "emergency_address_status origin"
    ),
    beta=boolean,
    **nullables("status type date_created date_updated api_version uri"),
)

GET = action(
    key="get-phone-number",
    name="Get Phone Number",
    description="Read one of the account's incoming phone numbers by its SID: what it can do, and "
    "what answers its calls and messages.",
    method="GET",
    path=f"{ACCOUNT_PATH}/IncomingPhoneNumbers/{{Sid}}.json",
    inputs=(
        sid("phoneNumberSid", "Sid", "The number's SID.", "PN", of="a phone number", required=True),
        ACCOUNT,
    ),
    output=OUTPUT,
    words="details capabilities configuration settings webhook voice sms url check look up inspect",
)

LIST = action(
    key="list-phone-numbers",
    name="List Phone Numbers",
    description="List the incoming phone numbers that belong to the account.",
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

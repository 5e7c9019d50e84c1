"""Titles of the errors that a message meets after its creation (``error_message``).

The titles are those of Twilio's error dictionary, https://www.twilio.com/docs/api/errors.
"""

from typing import Final

__all__ = ["title"]

_UNKNOWN: Final = "Unknown error"

_TITLES: Final[dict[int, str]] = {
    # Fetching media or TwiML.
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11210: "HTTP bad host name",
    11215: "HTTP too many redirects",
    11751: "Media Message - Media exceeds messaging provider size limit",
    12300: "Invalid Content-Type",
    14107: "SMS send rate limit exceeded",
    # Checks that a Messaging Service makes when it sends, not when it accepts.
    21408: (
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"
    ),
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The 'To' phone number is not currently reachable via SMS",
    21614: "'To' number is not a valid mobile number",
    21701: "The Messaging Service does not exist",
    21703: "The Messaging Service does not have a phone number available to send a message",
    21704: "The Messaging Service contains no phone numbers",
    # Delivery.
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: _UNKNOWN,
    30009: "Missing inbound segment",
    30010: "Message price exceeds max price",
    30011: "MMS not supported by the receiving phone number in this region",
    30012: "TTL is too small",
    30013: "TTL is too big",
    30014: "'To' attributes are Invalid",
    30015: "Non-supported channel type is used",
    30016: "'To' and 'From' channel types are incompatible",
    30017: "Carrier network congestion",
    30018: "Destination carrier requires sender ID pre-registration",
    30019: "Content size exceeds carrier limit",
    30020: "Internal Failure with Message Scheduling",
    30021: "Internal Failure with messaging service orchestrator",
    30022: "US A2P 10DLC - Rate Limits Exceeded",
    30023: "US A2P 10DLC - Daily Message Cap Reached",
    30024: "Numeric Sender ID Not Provisioned on Carrier",
    30025: "US A2P 10DLC - 50% T-Mobile Daily Message Limit Consumed",
    30026: "US A2P 10DLC - 70% T-Mobile Daily Message Limit Consumed",
    30027: "US A2P 10DLC - T-Mobile Daily Message Limit Reached",
    30028: "Invalid API version",
    30029: "Invalid ContentRetention",
    30030: "Invalid AddressRetention",
    30031: "Invalid MaxRate",
    30032: "Toll-Free Number Has Not Been Verified",
    30033: "US A2P 10DLC - Campaign Suspended",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
    30035: "US A2P 10DLC - Message from a number still being configured",
    30036: "Validity Period Expired",
    30037: "Outbound Messaging Disabled",
    30038: "OTP Message Body Filtered",
    30039: "Filtered to Prevent Message Loops",
    30040: "Destination carrier requires Sender ID pre-registration",
    30041: "Message from an unregistered number sent to a United Kingdom number",
    30042: "The Sender ID is blocked as generic or it contains special characters",
    30043: "International SMS via Domestic Gateway",
    30044: "Trial Message Length Exceeded",
    30045: "Validity Period is less than zero or greater than maximum allowed",
}


def title(code: int) -> str:
    """Title of an error code; ``Unknown error``, the title of 30008, for one not in the table."""
    return _TITLES.get(code, _UNKNOWN)

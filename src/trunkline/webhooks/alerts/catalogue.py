"""Titles and levels of the codes that alerts are about.

The facts are those of Twilio's error dictionary, https://www.twilio.com/docs/api/errors. Those of
calls and conferences are in `codes_of_calls`.
"""

from __future__ import annotations

from typing import Final

from trunkline.webhooks.alerts.codes_of_calls import ERRORS_OF_CALLS, WARNINGS_OF_CALLS

__all__ = ["ERROR", "NOT_ACTIVE", "WARNING", "alert_level", "alert_title"]

ERROR: Final = "error"
WARNING: Final = "warning"

NOT_ACTIVE: Final = 10001  # nothing is requested for an account that is suspended or closed

_ERRORS: Final[dict[int, str]] = {
    **ERRORS_OF_CALLS,
    NOT_ACTIVE: "Account is not active",
    # Requests to the app.
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11201: "TCP connection timed out",
    11202: "TCP connection refused",
    11203: "HTTP communication total time out triggered",
    11205: "HTTP connection failure",
    11206: "HTTP protocol violation",
    11210: "HTTP bad host name",
    11215: "HTTP too many redirects",
    11220: "SSL/TLS Handshake Error",
    11235: "Certificate Invalid - Domain Mismatch",
    11236: "Certificate Invalid - Certificate Expired",
    11237: "Certificate Invalid - Could not find path to certificate",
    11240: "HTTP connection edge location is invalid",
    11241: "HTTP connection edge location is not supported",
    11242: "HTTP connection over Twilio Interconnect is not allowed",
    11243: "HTTP retry policy is invalid",
    11251: "Fatal protocol violation",
    11300: "Invalid template URL",
    11310: "Invalid template token",
    11320: "Invalid template unclosed brackets",
    11750: "TwiML response body too large",
    11751: "Media Message - Media exceeds messaging provider size limit",
    11770: "Empty response body",
    # TwiML documents.
    12100: "Document parse failure",
    12101: "Invalid Twilio Markup XML version",
    12102: "The root element must be Response",
    12300: "Invalid Content-Type",
    12301: "Invalid Upload Content-Type",
    12400: "Internal Failure",
    # Messaging TwiML.
    14107: "SMS send rate limit exceeded",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21620: "Invalid media URL(s)",
    # Conferences.
    16011: "Conference Event: Error Response to Callback URL",
}

_WARNINGS: Final[dict[int, str]] = {
    **WARNINGS_OF_CALLS,
    12200: "Schema validation warning",
    13710: "Redirect: Invalid method value",
    14101: 'Invalid "To" attribute',
    14102: 'Invalid "From" attribute',
    14103: "Invalid Body",
    14104: "Invalid Method attribute",
    14105: "Invalid statusCallback attribute",
    14106: "Document retrieval limit reached",
    14108: "From phone number not SMS capable",
    14109: "TwiML Reply message limit exceeded",
    14110: "Invalid Verb for SMS Reply",
    14111: "Invalid To phone number for Trial mode",
    15003: "Call Progress: Warning Response to Callback URL",
}

# Warnings about a message, whose titles messaging has: its errors need no place here.
_WARNINGS_OF_MESSAGES: Final = frozenset({30018, 30025, 30026, 30104, 30105, 30125, 30131})


def alert_title(code: int) -> str:
    """The title of a code; `Error 12345` for one that is not in this table."""
    return _ERRORS.get(code) or _WARNINGS.get(code) or f"Error {code}"


def alert_level(code: int) -> str:
    """`warning` or `error`; `error` for a code that is not in this table."""
    return WARNING if code in _WARNINGS or code in _WARNINGS_OF_MESSAGES else ERROR

"""What every request about a call says of it (behaviour 6.5)."""

from __future__ import annotations

from trunkline.numbers.whereabouts import whereabouts
from trunkline.voice.session.live_call import LiveCall

__all__ = ["call_parameters"]

API_VERSION = "2010-04-01"


def call_parameters(call: LiveCall) -> list[tuple[str, str]]:
    """The parameters that requests for TwiML begin with, in the order that was captured. What is
    not known of a place is empty; only of phone numbers is there one."""
    parameters = [
        ("AccountSid", call.account_sid),
        ("ApiVersion", API_VERSION),
        ("CallSid", call.sid),
        ("CallStatus", call.told_status),
        *_party("Called", call.recipient),
        *_party("Caller", call.sender),
        ("Direction", call.direction),
    ]
    if call.forwarded_from is not None:
        parameters.append(("ForwardedFrom", call.forwarded_from))
    parameters += _party("From", call.sender)
    if call.parent_sid is not None:
        parameters.append(("ParentCallSid", call.parent_sid))
    parameters += _party("To", call.recipient)
    application = call.options.get("application_sid")
    if call.recipient.startswith("client:"):
        if application is not None:
            parameters.append(("ApplicationSid", str(application)))
        # What stands behind the `?` of the client's address; no fact of the call is hidden by it.
        facts = {name for name, _ in parameters}
        custom = call.options.get("address_parameters", ())
        parameters += [(name, value) for name, value in custom if name and name not in facts]
    return parameters


def _party(name: str, address: str) -> list[tuple[str, str]]:
    if not address.startswith("+"):
        return [(name, address)]
    place = whereabouts(address)
    return [
        (name, address),
        (f"{name}City", place.city),
        (f"{name}Country", place.country),
        (f"{name}State", place.state),
        (f"{name}Zip", place.zip),
    ]

"""Actions on Twilio's API, for connections to Twilio and to Trunkline itself.

They speak of things as Twilio's API reference does (https://www.twilio.com/docs/usage/api).
"""

from trunkline.gateway.actions.twilio import balance, calls, messages, numbers, recordings

__all__ = ["ACTIONS"]

ACTIONS = (
    *messages.ACTIONS,
    *calls.ACTIONS,
    *recordings.ACTIONS,
    *numbers.ACTIONS,
    *balance.ACTIONS,
)

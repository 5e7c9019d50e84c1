"""The variables by which an app finds its credentials, for as long as a test runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from trunkline.redirect.environment import gateway_variables
from trunkline.testing.world import Credentials

__all__ = ["credentials_set"]


@contextmanager
def credentials_set(credentials: Credentials) -> Iterator[None]:
    """TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER for a `with` block, and the key
    of the gateway; and those of an API key, where the environment has them already."""
    wanted = {
        "TWILIO_ACCOUNT_SID": credentials.account_sid,
        "TWILIO_AUTH_TOKEN": credentials.auth_token,
        "TWILIO_PHONE_NUMBER": credentials.numbers[0],
        **gateway_variables(credentials.gateway_key),
    }
    keys = {
        "TWILIO_API_KEY": credentials.api_key,
        "TWILIO_API_KEY_SID": credentials.api_key,
        "TWILIO_API_SECRET": credentials.api_secret,
        "TWILIO_API_KEY_SECRET": credentials.api_secret,
    }
    wanted |= {name: value for name, value in keys.items() if name in os.environ}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

"""Trunkline itself: the account of the tenant, without credentials of anybody's.

It speaks Twilio's API, so its addresses are Twilio's; `Upstreams` leads all of them to this
platform, and none ever leaves it.
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Method, Probe
from trunkline.gateway.connectors.inject import basic
from trunkline.gateway.connectors.twilio import (
    FORMS,
    HIDDEN_FIELDS,
    HIDDEN_ON,
    HOST_SHAPE,
    products_of,
)

__all__ = ["CONNECTOR"]

CONNECTOR = Connector(
    key="trunkline",
    name="Trunkline",
    description="This platform: messages, calls, recordings and phone numbers of your own account.",
    app_url="https://trunkline.localhost/",
    base_url="https://api.twilio.com",
    hosts=("*.twilio.com",),
    host_shape=HOST_SHAPE,
    apps=products_of("trunkline"),
    forms=FORMS,
    hidden_fields=HIDDEN_FIELDS,
    hidden_on=HIDDEN_ON,
    probe=Probe(
        path="/2010-04-01/Accounts/{account_sid}.json",
        metadata={"account_sid": "sid", "friendly_name": "friendly_name", "type": "type"},
    ),
    methods=(
        Method(
            key="platform",
            kind="PLATFORM",
            label="This Trunkline's own account",
            apply=lambda account: basic(account["account_sid"], account["auth_token"]),
        ),
    ),
)

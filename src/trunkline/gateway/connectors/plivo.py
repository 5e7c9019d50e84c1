"""Plivo (plivo.com/docs/account/api/overview). It takes JSON bodies only.

The hosts beside `api.plivo.com` are those of plivo-ruby's `base.rb`.
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Field, Method, Probe
from trunkline.gateway.connectors.inject import TOKEN, basic

__all__ = ["CONNECTOR"]

CONNECTOR = Connector(
    key="plivo",
    name="Plivo",
    description="SMS, MMS, WhatsApp, voice calls, numbers and lookup by Plivo.",
    app_url="https://www.plivo.com/",
    base_url="https://api.plivo.com",
    hosts=(
        "api.plivo.com",
        "lookup.plivo.com",
        "phlorunner.plivo.com",
        "stats.plivo.com",
        "voice.plivo.com",
        "voice-use1.plivo.com",
        "voice-usw1.plivo.com",
    ),
    apps={"plivo-lookup": "https://lookup.plivo.com"},
    probe=Probe(
        path="/v1/Account/{auth_id}/",
        metadata={"auth_id": "auth_id", "name": "name", "account_type": "account_type"},
    ),
    methods=(
        Method(
            key="auth_token",
            kind="BASIC",
            label="Auth ID and auth token",
            fields=(
                Field(
                    key="auth_id",
                    label="Auth ID",
                    secret=False,
                    pattern=r"[A-Z0-9]{1,64}",
                    hint="On the first page of the Plivo console.",
                ),
                Field(
                    key="auth_token",
                    label="Auth token",
                    pattern=TOKEN,
                    hint="On the first page of the Plivo console, below the auth ID.",
                ),
            ),
            apply=lambda entered: basic(entered["auth_id"], entered["auth_token"]),
        ),
    ),
)

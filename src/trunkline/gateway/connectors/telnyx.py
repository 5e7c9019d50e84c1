"""Telnyx: API version 2 (developers.telnyx.com: Authentication)."""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Field, Method, Probe
from trunkline.gateway.connectors.inject import TOKEN, bearer

__all__ = ["CONNECTOR"]

CONNECTOR = Connector(
    key="telnyx",
    name="Telnyx",
    description="SMS, MMS, voice calls, numbers, SIP connections and wireless by Telnyx.",
    app_url="https://telnyx.com/",
    base_url="https://api.telnyx.com",
    hosts=("api.telnyx.com",),
    probe=Probe(path="/v2/balance", metadata={"currency": "data.currency"}),
    methods=(
        Method(
            key="api_key",
            kind="API_KEY",
            label="API key",
            fields=(
                Field(
                    key="api_key",
                    label="API key",
                    pattern=TOKEN,
                    hint="In the Mission Control Portal under API Keys. It starts with KEY.",
                ),
            ),
            apply=lambda entered: bearer(entered["api_key"]),
        ),
    ),
)

"""Twilio SendGrid, version 3 (twilio.com/docs/sendgrid/api-reference/mail-send).

`api.eu.sendgrid.com` is for subusers in the EU. Every key may read its own scopes; whether one of
an EU subuser may do so on the global host is not documented, so both are asked.
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Field, Method, Probe
from trunkline.gateway.connectors.inject import TOKEN, bearer

__all__ = ["CONNECTOR"]

CONNECTOR = Connector(
    key="sendgrid",
    name="SendGrid",
    description="E-mail by Twilio SendGrid: sending, templates, contacts, suppressions.",
    app_url="https://sendgrid.com/",
    base_url="https://api.sendgrid.com",
    hosts=("api.sendgrid.com", "api.eu.sendgrid.com"),
    apps={"sendgrid-eu": "https://api.eu.sendgrid.com"},
    probe=Probe(path="/v3/scopes"),
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
                    hint="In SendGrid under Settings, API Keys. It starts with SG.",
                ),
            ),
            apply=lambda entered: bearer(entered["api_key"]),
            probes=(
                Probe(path="/v3/scopes"),
                Probe(path="https://api.eu.sendgrid.com/v3/scopes"),
            ),
        ),
    ),
)

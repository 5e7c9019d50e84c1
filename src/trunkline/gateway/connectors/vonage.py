"""Vonage (formerly Nexmo), by account key and secret.

developer.vonage.com/en/getting-started/concepts/authentication: accounts, numbers, applications,
Messages and Verify take them as Basic. Voice, Video and Conversations want a JWT of an application,
signed anew with its private key; a declaration cannot say that, so they are not reached. The old
SMS API (`/sms/json`) documents them in the body; that it takes Basic is not certain.

Regions: `api-eu.vonage.com` … and numbered ones, `api-eu-3.vonage.com` (Vonage's voice examples).
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Field, Method, Probe
from trunkline.gateway.connectors.inject import TOKEN, basic

__all__ = ["CONNECTOR"]

REGIONS = ("us", "eu", "ap")

CONNECTOR = Connector(
    key="vonage",
    name="Vonage",
    description="SMS, Messages, Verify, numbers and account balance by Vonage (Nexmo).",
    app_url="https://www.vonage.com/",
    base_url="https://api.nexmo.com",
    hosts=("api.nexmo.com", "rest.nexmo.com", "*.vonage.com"),
    host_shape=rf"(?:api|rest)\.nexmo\.com|api-(?:{'|'.join(REGIONS)})(?:-[0-9])?\.vonage\.com",
    apps={
        "vonage-rest": "https://rest.nexmo.com",
        **{f"vonage-{region}": f"https://api-{region}.vonage.com" for region in REGIONS},
    },
    probe=Probe(
        path="https://rest.nexmo.com/account/get-balance", metadata={"api_key": "{api_key}"}
    ),
    methods=(
        Method(
            key="key_secret",
            kind="BASIC",
            label="API key and secret",
            fields=(
                Field(
                    key="api_key",
                    label="API key",
                    secret=False,
                    pattern=r"[0-9a-zA-Z]{1,64}",
                    hint="In the Vonage dashboard under API settings.",
                ),
                Field(
                    key="api_secret",
                    label="API secret",
                    pattern=TOKEN,
                    hint="In the Vonage dashboard under API settings.",
                ),
            ),
            apply=lambda entered: basic(entered["api_key"], entered["api_secret"]),
        ),
    ),
)

"""Twilio, all of its products.

Hosts: twilio.com/docs/global-infrastructure/understanding-edge-locations
(`{product}.{edge}.{region}.twilio.com`, or `{product}.twilio.com`). The products are those of
twilio-python 9 and the media service `mcs`. Other hosts under twilio.com are not the API's:
some belong to services that Twilio hires, and `{name}.sip.twilio.com` to its customers.

Credentials: twilio.com/docs/iam/api-keys, twilio.com/docs/iam/oauth-apps/oauth-access-token.
Standard API keys, restricted ones and OAuth apps may not read an account (401, 20003), so what is
asked with them is whichever list they may read. What a restricted key may read is up to who made
it: one that reads none of the three cannot be told from a wrong one.
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Field, Method, OAuth, Probe
from trunkline.gateway.connectors.inject import TOKEN, basic, bearer

__all__ = [
    "CONNECTOR",
    "FORMS",
    "HIDDEN_FIELDS",
    "HIDDEN_ON",
    "HOST_SHAPE",
    "PRODUCTS",
    "products_of",
]

PRODUCTS = (
    "accounts",
    "api",
    "assistants",
    "bulkexports",
    "chat",
    "content",
    "conversations",
    "events",
    "flex-api",
    "frontline-api",
    "iam",
    "insights",
    "intelligence",
    "ip-messaging",
    "knowledge",
    "lookups",
    "marketplace",
    "mcs",
    "memory",
    "messaging",
    "monitor",
    "notify",
    "numbers",
    "oauth",
    "preview",
    "preview-iam",
    "pricing",
    "proxy",
    "routes",
    "serverless",
    "studio",
    "supersim",
    "sync",
    "taskrouter",
    "trunking",
    "trusthub",
    "verify",
    "video",
    "voice",
    "webhooks",
    "wireless",
)
HOST_SHAPE = (
    rf"(?:{'|'.join(PRODUCTS)})"
    r"(?:\.[a-z]{2}[0-9]|\.(?!sip\.)[a-z]+(?:-[a-z]+)*\.[a-z]{2}[0-9])?\.twilio\.com"
)
FORMS = r"/2010-04-01/.*"
# Tokens of an account and its subaccounts, and the secret of an API key, which is told once.
HIDDEN_FIELDS = (
    "auth_token", "AuthToken", "secondary_auth_token", "SecondaryAuthToken", "secret", "Secret",
)  # fmt: skip
HIDDEN_ON = (
    r"(?:/[a-z]+)?/2010-04-01/Accounts(?:/[^/]+)?(?:/(?:Signing)?Keys(?:/[^/]+)?)?(?:\.[a-z]+)?/?"
    r"|(?:/[a-z]+)?/v[0-9]+/(?:Keys|AuthTokens)(?:/.*)?"
)
SID = r"AC[0-9a-fA-F]{32}"

_account_sid = Field(
    key="account_sid",
    label="Account SID",
    secret=False,
    pattern=SID,
    hint="On the first page of the Twilio Console, under Account Info. It starts with AC.",
)
_account = Probe(
    path="/2010-04-01/Accounts/{account_sid}.json",
    metadata={"account_sid": "sid", "friendly_name": "friendly_name", "type": "type"},
)
_lists = tuple(
    Probe(
        path=f"/2010-04-01/Accounts/{{account_sid}}/{name}.json?PageSize=1",
        metadata={"account_sid": "{account_sid}"},
    )
    for name in ("IncomingPhoneNumbers", "Messages", "Calls")
)


def products_of(app: str) -> dict[str, str]:
    """Maton's first path segments of an app that has Twilio's products: `twilio-messaging` …"""
    return {f"{app}-{product}": f"https://{product}.twilio.com" for product in PRODUCTS}


CONNECTOR = Connector(
    key="twilio",
    name="Twilio",
    description="SMS, MMS, WhatsApp, voice calls, recordings, phone numbers, Verify, Lookup.",
    app_url="https://www.twilio.com/",
    base_url="https://api.twilio.com",
    hosts=("*.twilio.com",),
    host_shape=HOST_SHAPE,
    apps=products_of("twilio"),
    forms=FORMS,
    hidden_fields=HIDDEN_FIELDS,
    hidden_on=HIDDEN_ON,
    probe=_account,
    methods=(
        Method(
            key="auth_token",
            kind="BASIC",
            label="Account SID and auth token",
            fields=(
                _account_sid,
                Field(
                    key="auth_token",
                    label="Auth token",
                    pattern=TOKEN,
                    hint="On the first page of the Twilio Console, below the account SID.",
                ),
            ),
            apply=lambda entered: basic(entered["account_sid"], entered["auth_token"]),
        ),
        Method(
            key="api_key",
            kind="BASIC",
            label="API key",
            fields=(
                _account_sid,
                Field(
                    key="api_key",
                    label="API key SID",
                    secret=False,
                    pattern=r"SK[0-9a-fA-F]{32}",
                    hint="In the Console under API keys & tokens. It starts with SK.",
                ),
                Field(
                    key="api_secret",
                    label="API key secret",
                    pattern=TOKEN,
                    hint="Twilio shows it once, when the key is made.",
                ),
            ),
            apply=lambda entered: basic(entered["api_key"], entered["api_secret"]),
            probes=(_account, *_lists),
        ),
        Method(
            key="oauth_app",
            kind="OAUTH2",
            label="OAuth app (client credentials)",
            fields=(
                _account_sid,
                Field(
                    key="client_id",
                    label="Client ID",
                    secret=False,
                    pattern=TOKEN,
                    hint="In the Console under OAuth applications. It starts with OQ.",
                ),
                Field(
                    key="client_secret",
                    label="Client secret",
                    pattern=TOKEN,
                    hint="Twilio shows it once, when the application is made.",
                ),
            ),
            oauth=OAuth(
                authorize_url=None,
                token_url="https://oauth.twilio.com/v2/token",
                client_auth="client_secret_post",
                pkce=False,
            ),
            apply=lambda entered: bearer(entered["access_token"]),
            probes=(_account, *_lists),
        ),
        Method(
            key="platform",
            kind="PLATFORM",
            label="This Trunkline's own account",
            apply=lambda account: basic(account["account_sid"], account["auth_token"]),
        ),
    ),
)

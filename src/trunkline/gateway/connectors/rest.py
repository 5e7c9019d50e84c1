"""Any REST API: its base URL and how it is authorised are entered.

The base URL is a setting of the connection, so that it can be read. All else is sealed. Who changes
the base URL of a connection decides who is sent its credentials: they have to be entered again.
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import (
    Connector,
    Field,
    Injected,
    Method,
    OAuth,
    Secrets,
)
from trunkline.gateway.connectors.inject import TEXT, TOKEN, basic, bearer, header

__all__ = ["CONNECTOR"]

# Headers that are about the connection or the message, and would make it another one.
NOT_FOR_CREDENTIALS = (
    "host|content-[a-z]+|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|"
    "accept-encoding|range|via|forwarded|x-forwarded-[a-z]+|proxy-[a-z-]+"
)
HEADER_NAME = rf"(?i:(?!(?:{NOT_FOR_CREDENTIALS})$)[a-z0-9!#$%&'*+.^_`|~-]{{1,64}})"
URL = r"https?://[!-~]{1,2000}"

_base_url = Field(
    key="base_url",
    label="Base URL",
    secret=False,
    setting=True,
    pattern=URL,
    hint="What the API's paths start with, for example https://api.example.com/v1.",
)
_client = (
    Field(key="client_id", label="Client ID", secret=False, pattern=TEXT),
    Field(key="client_secret", label="Client secret", pattern=TEXT),
)
_token_url = Field(key="token_url", label="Token URL", secret=False, pattern=URL)
_scope = Field(
    key="scope",
    label="Scopes",
    secret=False,
    required=False,
    pattern=r"[ -~]{0,2000}",
    hint="Separated as the API wants them; mostly by blanks.",
)


def _by_header(entered: Secrets) -> Injected:
    prefix = entered.get("prefix", "").strip()
    value = f"{prefix} {entered['api_key']}" if prefix else entered["api_key"]
    return header(entered["header"], value)


CONNECTOR = Connector(
    key="rest",
    name="REST API",
    description="Any HTTP API, by its base URL: a key in a header or the query, Basic, Bearer, "
    "OAuth 2.",
    app_url="",
    base_url="{base_url}",
    hosts=(),
    methods=(
        Method(
            key="bearer",
            kind="API_KEY",
            label="Bearer token",
            fields=(_base_url, Field(key="token", label="Token", pattern=TOKEN)),
            apply=lambda entered: bearer(entered["token"]),
        ),
        Method(
            key="header",
            kind="API_KEY",
            label="Key in a header",
            fields=(
                _base_url,
                Field(
                    key="header",
                    label="Header",
                    secret=False,
                    pattern=HEADER_NAME,
                    hint="Its name, for example X-API-Key.",
                ),
                Field(
                    key="prefix",
                    label="Before the key",
                    secret=False,
                    required=False,
                    pattern=r"[ -~]{0,64}",
                    hint="A word before the key, for example Token; mostly nothing.",
                ),
                Field(key="api_key", label="Key", pattern=TOKEN),
            ),
            apply=_by_header,
        ),
        Method(
            key="basic",
            kind="BASIC",
            label="User and password",
            fields=(
                _base_url,
                Field(
                    key="username", label="User", secret=False, pattern=r"[^:\x00-\x1f\x7f]{1,1024}"
                ),
                Field(key="password", label="Password", required=False, pattern=TEXT),
            ),
            apply=lambda entered: basic(entered["username"], entered.get("password", "")),
        ),
        Method(
            key="query",
            kind="API_KEY",
            label="Key in the query",
            fields=(
                _base_url,
                Field(
                    key="parameter",
                    label="Parameter",
                    secret=False,
                    pattern=r"[!-~]{1,64}",
                    hint="Its name, for example api_key.",
                ),
                Field(key="api_key", label="Key", pattern=TOKEN),
            ),
            apply=lambda entered: Injected(query={entered["parameter"]: entered["api_key"]}),
        ),
        Method(
            key="oauth",
            kind="OAUTH2",
            label="OAuth 2 (a person signs in)",
            fields=(
                _base_url,
                Field(key="authorize_url", label="Authorization URL", secret=False, pattern=URL),
                _token_url,
                *_client,
                _scope,
            ),
            oauth=OAuth(
                authorize_url="{authorize_url}",
                token_url="{token_url}",
                scopes=("{scope}",),
            ),
            apply=lambda entered: bearer(entered["access_token"]),
        ),
        Method(
            key="client_credentials",
            kind="OAUTH2",
            label="OAuth 2 (client credentials)",
            fields=(_base_url, _token_url, *_client, _scope),
            oauth=OAuth(
                authorize_url=None, token_url="{token_url}", scopes=("{scope}",), pkce=False
            ),
            apply=lambda entered: bearer(entered["access_token"]),
        ),
    ),
)

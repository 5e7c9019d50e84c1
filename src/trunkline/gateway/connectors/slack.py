"""Slack's Web API: `/api/chat.postMessage` (docs.slack.dev/reference/methods).

It answers 200 to refusals, too, and says `"ok": false`; so does its token endpoint
(docs.slack.dev/reference/methods/oauth.v2.access), whose `token_type` is `bot`. PKCE is left out:
an app has to turn it on, which makes it a public client for good, and then its bot scopes cannot be
asked for from a redirect to localhost (docs.slack.dev/authentication/using-pkce).
"""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Field, Method, OAuth, Probe
from trunkline.gateway.connectors.inject import TOKEN, bearer

__all__ = ["CONNECTOR"]

CONNECTOR = Connector(
    key="slack",
    name="Slack",
    description="Messages, channels, people and files of a Slack workspace.",
    app_url="https://slack.com/",
    base_url="https://slack.com",
    hosts=("slack.com", "files.slack.com"),
    apps={"slack-files": "https://files.slack.com"},
    probe=Probe(
        path="/api/auth.test",
        method="POST",
        ok="ok",
        metadata={"team": "team", "team_id": "team_id", "user": "user", "user_id": "user_id"},
    ),
    methods=(
        Method(
            key="oauth",
            kind="OAUTH2",
            label="Sign in with Slack (an app of yours)",
            fields=(
                Field(
                    key="client_id",
                    label="Client ID",
                    secret=False,
                    pattern=r"[0-9.]{1,100}",
                    hint="On api.slack.com, under Basic Information of your app.",
                ),
                Field(
                    key="client_secret",
                    label="Client secret",
                    pattern=TOKEN,
                    hint="On api.slack.com, under Basic Information of your app.",
                ),
            ),
            oauth=OAuth(
                authorize_url="https://slack.com/oauth/v2/authorize",
                token_url="https://slack.com/api/oauth.v2.access",
                scopes=("chat:write", "channels:read", "groups:read", "users:read"),
                scope_separator=",",
                client_auth="client_secret_basic",
                pkce=False,
            ),
            apply=lambda entered: bearer(entered["access_token"]),
        ),
        Method(
            key="bot_token",
            kind="API_KEY",
            label="Bot token",
            fields=(
                Field(
                    key="bot_token",
                    label="Bot token",
                    pattern=r"xox[a-z](?:\.xox[a-z])?-[!-~]{1,1024}",
                    hint="On api.slack.com, under OAuth & Permissions of your app. "
                    "It starts with xoxb-.",
                ),
            ),
            apply=lambda entered: bearer(entered["bot_token"]),
        ),
    ),
)

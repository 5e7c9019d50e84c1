from __future__ import annotations

import re

import pytest

from trunkline.gateway.connectors import resolve_target
from trunkline.gateway.connectors.slack import CONNECTOR
from trunkline.gateway.errors import TargetRefused


def test_a_person_signs_in_with_an_app() -> None:
    method = CONNECTOR.method("oauth")
    assert method is not None
    oauth = method.oauth
    assert oauth is not None
    assert oauth.authorize_url == "https://slack.com/oauth/v2/authorize"
    assert oauth.token_url == "https://slack.com/api/oauth.v2.access"
    assert oauth.scopes[0] == "chat:write"
    assert oauth.scope_separator == ","
    assert not oauth.pkce
    assert method.apply({"access_token": "xoxb-1"}).headers == {"Authorization": "Bearer xoxb-1"}


def test_a_bot_token_is_entered() -> None:
    method = CONNECTOR.method("bot_token")
    assert method is not None
    assert method.apply({"bot_token": "xoxb-1"}).headers == {"Authorization": "Bearer xoxb-1"}
    pattern = method.fields[0].pattern
    assert pattern is not None
    for token in ("xoxb-17653672481-19874698323-pdFZKVeT", "xoxp-1234", "xoxe.xoxb-1-abc"):
        assert re.fullmatch(pattern, token)
    for token in ("", "abc", "xoxb-", "xoxb-a b", "xoxb-a\n"):
        assert not re.fullmatch(pattern, token)


def test_what_slack_says_in_a_200_counts() -> None:
    assert CONNECTOR.probe is not None
    assert CONNECTOR.probe.ok == "ok"


def test_workspaces_get_no_credentials() -> None:
    assert resolve_target(CONNECTOR, {}, "/api/chat.postMessage").host == "slack.com"
    assert resolve_target(CONNECTOR, {}, "https://files.slack.com/files-pri/T-F/x").host
    for host in ("acme.slack.com", "hooks.slack.com", "api.slack.com", "slack.com.evil.com"):
        with pytest.raises(TargetRefused):
            resolve_target(CONNECTOR, {}, f"https://{host}/")

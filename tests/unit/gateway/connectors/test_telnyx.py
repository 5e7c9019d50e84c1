from __future__ import annotations

from trunkline.gateway.connectors import resolve_target
from trunkline.gateway.connectors.telnyx import CONNECTOR


def test_a_key_is_a_bearer_token() -> None:
    injected = CONNECTOR.methods[0].apply({"api_key": "KEY1"})
    assert injected.headers == {"Authorization": "Bearer KEY1"}


def test_paths_have_the_version() -> None:
    target = resolve_target(CONNECTOR, {}, "/v2/messages?page[size]=1")
    assert target.url == "https://api.telnyx.com/v2/messages?page[size]=1"

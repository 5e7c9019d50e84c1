from __future__ import annotations

import pytest

from trunkline.gateway.connectors import resolve_target
from trunkline.gateway.connectors.vonage import CONNECTOR
from trunkline.gateway.errors import TargetRefused


def test_key_and_secret_are_basic() -> None:
    injected = CONNECTOR.methods[0].apply({"api_key": "abcd1234", "api_secret": "s"})
    assert injected.headers == {"Authorization": "Basic YWJjZDEyMzQ6cw=="}


@pytest.mark.parametrize(
    "host",
    [
        "api.nexmo.com",
        "rest.nexmo.com",
        "api-us.vonage.com",
        "api-eu.vonage.com",
        "api-ap-3.vonage.com",
    ],
)
def test_regions_are_reached(host: str) -> None:
    assert resolve_target(CONNECTOR, {}, f"https://{host}/v1/messages").host == host


@pytest.mark.parametrize(
    "host",
    [
        "www.vonage.com",
        "vonage.com",
        "api-xx.vonage.com",
        "api-eu.evil.vonage.com",
        "evil.api-eu.vonage.com",
        "dashboard.nexmo.com",
        "api-eu-33.vonage.com",
        "api-euXvonage.com",
    ],
)
def test_other_hosts_of_vonage_get_no_credentials(host: str) -> None:
    with pytest.raises(TargetRefused):
        resolve_target(CONNECTOR, {}, f"https://{host}/v1/messages")

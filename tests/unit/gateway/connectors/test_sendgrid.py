from __future__ import annotations

import pytest

from trunkline.gateway.connectors import resolve_target
from trunkline.gateway.connectors.sendgrid import CONNECTOR
from trunkline.gateway.errors import TargetRefused


def test_a_key_is_a_bearer_token() -> None:
    injected = CONNECTOR.methods[0].apply({"api_key": "SG.x.y"})
    assert injected.headers == {"Authorization": "Bearer SG.x.y"}


def test_both_regions_are_reached_and_nothing_else() -> None:
    for host in ("api.sendgrid.com", "api.eu.sendgrid.com"):
        assert resolve_target(CONNECTOR, {}, f"https://{host}/v3/mail/send").host == host
    for host in ("sendgrid.com", "app.sendgrid.com", "u1.ct.sendgrid.net", "eu.sendgrid.com"):
        with pytest.raises(TargetRefused):
            resolve_target(CONNECTOR, {}, f"https://{host}/v3/mail/send")

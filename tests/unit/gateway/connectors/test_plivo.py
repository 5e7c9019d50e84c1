from __future__ import annotations

import re

from trunkline.gateway.connectors import fill_path, resolve_target
from trunkline.gateway.connectors.plivo import CONNECTOR


def test_id_and_token_are_basic() -> None:
    injected = CONNECTOR.methods[0].apply({"auth_id": "MA1", "auth_token": "t"})
    assert injected.headers == {"Authorization": "Basic TUExOnQ="}


def test_the_probe_reads_the_account_of_the_id() -> None:
    assert CONNECTOR.probe is not None
    path = fill_path(CONNECTOR.probe.path, {"auth_id": "MA2025RK4E639VJFZAGV"})
    target = resolve_target(CONNECTOR, {}, path)
    assert target.url == "https://api.plivo.com/v1/Account/MA2025RK4E639VJFZAGV/"


def test_json_stays_json() -> None:
    assert CONNECTOR.forms is None


def test_an_id_has_its_form() -> None:
    pattern = CONNECTOR.methods[0].fields[0].pattern
    assert pattern is not None
    assert re.fullmatch(pattern, "SA2025RK4E639VJFZAGV")
    assert not re.fullmatch(pattern, "MA/..")

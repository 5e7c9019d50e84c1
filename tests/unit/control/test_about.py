from __future__ import annotations

import pytest

from tests.unit.control.support import Client
from trunkline import __version__


@pytest.mark.parametrize("path", ["/health", "/version", "/openapi.json"])
async def test_some_things_are_told_without_a_token(client: Client, path: str) -> None:
    assert (await client.get(path, authorization=None)).status == 200


async def test_health_and_version(client: Client) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
    assert (await client.get("/version")).json() == {"version": __version__}

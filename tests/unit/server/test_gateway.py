"""Which requests are the gateway's, and for which of its faces."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from trunkline.server.gateway import Gateway

CORE: Any = SimpleNamespace(settings=SimpleNamespace(gateway_domain="gw.example.com"))
VERSION = (b"membrane-api-version", b"2025-10-21")
ASKS = (b"access-control-request-headers", b"Authorization,Membrane-Api-Version")


@pytest.mark.parametrize(
    ("host", "path", "more", "face"),
    [
        ("localhost", "/maton/connections", (), ("/maton", "/maton")),
        ("localhost", "/matonx", (), None),
        ("localhost", "/2010-04-01/Accounts.json", (), None),
        ("localhost", "/.well-known/oauth-authorization-server/maton", (), ("", "")),
        ("ctrl.maton.ai", "/connections", (), ("/maton", "")),
        ("connect.maton.ai", "/", (), ("", "")),
        ("api.getmembrane.com", "/connections", (), ("/membrane", "")),
        ("api.gw.example.com", "/connections", (), ("/maton", "")),
        ("api.gw.example.com:8443", "/connections", (VERSION,), ("/membrane", "")),
        # A browser asks before it sends that header.
        ("api.gw.example.com", "/connections", (ASKS,), ("/membrane", "")),
        ("other.gw.example.com", "/connections", (), None),
    ],
)
def test_face_of(
    host: str, path: str, more: tuple[tuple[bytes, bytes], ...], face: tuple[str, str] | None
) -> None:
    gateway = Gateway(CORE, lambda: "token")
    scope = {"path": path, "headers": [(b"host", host.encode()), *more]}
    assert gateway.face_of(scope) == face

"""A domain is not where the platform is."""

from __future__ import annotations

import pytest

from trunkline.messaging.links.domains import is_own


@pytest.mark.parametrize(
    ("name", "base_url", "own"),
    [
        ("api.example", "https://API.example", True),
        ("api.example:8443", "https://api.example:8443", True),
        ("go.example", "https://api.example", False),
        ("api.example:8443", "https://api.example", False),
    ],
)
def test_the_platform_is_known_by_its_address(name: str, base_url: str, own: bool) -> None:
    assert is_own(name, base_url) is own

"""Whether the name of a domain leads here."""

import pytest

from trunkline.messaging.links.validate_dns import ValidateDns

ADDRESSES = {
    "trunkline.example": {"192.0.2.1", "2001:db8::1"},
    "go.example": {"192.0.2.1"},
    "elsewhere.example": {"192.0.2.9"},
}


async def resolve(host: str) -> set[str]:
    if host not in ADDRESSES:
        raise OSError("no such host")
    return ADDRESSES[host]


@pytest.mark.parametrize(
    ("name", "own", "reason"),
    [
        ("go.example", "trunkline.example", ""),
        ("go.example:8443", "trunkline.example:444", ""),
        (
            "elsewhere.example",
            "trunkline.example",
            "elsewhere.example leads elsewhere than to trunkline.example.",
        ),
        ("gone.example", "trunkline.example", "gone.example has no address."),
        (
            "go.example",
            "unknown.example",
            "unknown.example, the address of this platform, cannot be resolved.",
        ),
    ],
)
async def test_the_reason(name: str, own: str, reason: str) -> None:
    assert await ValidateDns(lambda: f"https://{own}/", asks=True, resolve=resolve)(name) == reason


async def test_in_development_nobody_is_asked() -> None:
    validate = ValidateDns(lambda: "http://127.0.0.1", asks=False, resolve=resolve)
    assert await validate("gone.example") == ""

"""The layout of a sealed value, which later programs have to read."""

from __future__ import annotations

import hashlib

import pytest

from trunkline.gateway.vault import Bound, MasterKeys, Vault, VaultError
from trunkline.gateway.vault.envelope import Envelope
from trunkline.store import Database

BOUND = Bound("t", "c", "p")
GOLDEN = (
    "010000000712b3720dc6ba66105b746a6130b8b4f0a8993e1150bfd44ee0c644191cb118086e6e6e"
    "6e6e6e6e6e6e6e6e6ec9357907db32d991054204348725b9e0911080524c36af9fbeb0b1c5dc8d8c"
    "c54eeb49cf22e27459e987061a91ef1a856e6e6e6e6e6e6e6e6e6e6e6e0e44a035febdacb866e9c6"
    "c9deae17dd5296fc2a1d7c6d83f0c1e0a871d25b492abc"
)


def counting() -> Vault:
    """A vault whose random bytes are known."""
    return Vault(MasterKeys({7: bytes(range(32))}), entropy=lambda n: b"n" * n)


def test_a_value_sealed_by_the_first_program_still_opens() -> None:
    assert counting().open(bytes.fromhex(GOLDEN), BOUND) == {"token": "secret"}
    assert counting().seal({"token": "secret"}, BOUND).hex() == GOLDEN


def test_the_parts_are_where_the_layout_says() -> None:
    sealed = bytes.fromhex(GOLDEN)
    lengths = b"".join((1).to_bytes(8) + part for part in (b"t", b"c", b"p"))
    assert sealed[:5] == b"\x01\x00\x00\x00\x07"
    assert sealed[5:37] == hashlib.sha256(b"trunkline vault 1" + lengths).digest()
    assert sealed[37:49] == sealed[97:109] == b"n" * 12
    assert Envelope.parse(sealed).pack() == sealed


async def test_the_database_reads_the_version_of_the_master_key(database: Database) -> None:
    async def version(sealed: bytes) -> int:
        found: int = await database.fetchval("SELECT gateway_master_version($1::bytea)", sealed)
        return found

    assert await version(bytes.fromhex(GOLDEN)) == 7
    assert await version(b"\x01\x12\x34\x56\x78") == 0x12345678
    # What no node has: rows with it are never sealed under a version that exists.
    assert [await version(bad) for bad in (b"", b"\x01\0\0\0", b"\x01\xff\0\0\1")] == [0, 0, 0]


def test_a_format_of_a_later_program_is_told() -> None:
    with pytest.raises(VaultError, match="format that this program does not know"):
        counting().open(b"\x02" + bytes.fromhex(GOLDEN)[1:], BOUND)

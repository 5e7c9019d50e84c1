"""Codes, and what they open."""

import pytest

from trunkline.messaging.links.link_keys import LinkKeys, is_code, new_code
from trunkline.messaging.links.read_codes import codes_in
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database

URL = "https://shop.example/sale?to=+14155550123"


def test_codes_differ_also_within_a_millisecond() -> None:
    sids = SidFactory(lambda: 1_700_000_000_000)
    codes = {new_code(sids) for _ in range(5_000)}

    assert len(codes) == 5_000
    assert all(is_code(code) for code in codes)
    # No place of a code is always the same, as it would be if it counted.
    assert all(len({code[n] for code in codes}) > 50 for n in range(10))


def test_a_code_opens_its_own_url_alone() -> None:
    keys = LinkKeys(b"secret")
    sealed = keys.seal("aaaaaaaaaa", URL)

    assert keys.open("aaaaaaaaaa", sealed) == URL
    assert keys.open("aaaaaaaaab", sealed) is None
    assert keys.open("aaaaaaaaaa", sealed[:-1]) is None
    assert keys.open("aaaaaaaaaa", b"") is None
    assert b"shop" not in sealed


def test_another_platform_neither_finds_nor_opens_it() -> None:
    one, other = LinkKeys(b"one"), LinkKeys(b"other")

    assert one.link_id("aaaaaaaaaa") != other.link_id("aaaaaaaaaa")
    assert other.open("aaaaaaaaaa", one.seal("aaaaaaaaaa", URL)) is None


def test_nothing_works_before_the_secret_is_there() -> None:
    with pytest.raises(RuntimeError):
        LinkKeys().link_id("aaaaaaaaaa")


async def test_the_secret_is_made_once_and_kept_sealed(database: Database) -> None:
    box = SecretBox(bytes(32))
    first, second = LinkKeys(), LinkKeys()
    await first.load(database, box)
    await second.load(database, box)

    assert first.link_id("aaaaaaaaaa") == second.link_id("aaaaaaaaaa")


def test_codes_are_found_in_texts() -> None:
    keys = LinkKeys(b"secret")
    text = "see https://go.example/aaaaaaaaaa, go.example/BBBBBBBBBB not /short or /aaaaaaaaaaa"

    assert codes_in(text, keys) == {
        keys.link_id(code): code for code in ("aaaaaaaaaa", "BBBBBBBBBB")
    }
    assert codes_in("", keys) == {}

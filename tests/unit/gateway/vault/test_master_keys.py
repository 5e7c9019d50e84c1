"""How master keys are written down, and which one is used."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.vault import MasterKeys, MasterKeyUnknown, VaultError
from trunkline.gateway.vault.master_keys import parse_master_keys, write_master_keys

FIRST, SECOND = bytes(range(32)), bytes(range(100, 132))
ONE = f"1:{base64.b64encode(FIRST).decode()}"
TWO = f"2:{base64.b64encode(SECOND).decode()}"


def test_keys_are_separated_by_blanks_or_lines() -> None:
    assert parse_master_keys(f"{ONE} {TWO}", "It") == {1: FIRST, 2: SECOND}
    assert parse_master_keys(f"\n{ONE}\r\n\t{TWO}\n", "It") == {1: FIRST, 2: SECOND}


@given(st.dictionaries(st.integers(1, 999_999_999), st.binary(min_size=32, max_size=32)))
def test_what_is_written_is_read_again(keys: dict[int, bytes]) -> None:
    keys = {version: key for key, version in {k: v for v, k in keys.items()}.items()}
    if keys:
        assert parse_master_keys(write_master_keys(keys), "It") == keys


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "It has no master key"),
        (" \n", "It has no master key"),
        (base64.b64encode(FIRST).decode(), "at place 1: VERSION:BASE64 is expected"),
        (f"{ONE} x", "at place 2"),
        (ONE[:-2] + "=", "at place 1"),
        (f"0{ONE}", "at place 1"),
        (ONE.replace("1:", "0:", 1), "at place 1"),
        (ONE.replace("1:", "-1:", 1), "at place 1"),
        (ONE.replace("1:", "9999999999:", 1), "at place 1"),
        (ONE + "\0", "at place 1"),
        (f"{TWO} {ONE}", "version 1 out of order"),
        (f"{ONE} {ONE}", "version 1 out of order"),
        (f"{ONE} 2{ONE[1:]}", "the same master key under two versions"),
    ],
)
def test_what_are_no_keys_is_told_without_being_quoted(text: str, why: str) -> None:
    with pytest.raises(VaultError, match=why) as caught:
        parse_master_keys(text, "It")
    assert ONE[2:20] not in repr(caught.value)
    assert caught.value.__context__ is None


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(VaultError):
        parse_master_keys(text, "It")


def test_the_newest_is_used_unless_another_was_named() -> None:
    keys = MasterKeys({1: FIRST, 2: SECOND})
    assert (keys.current, keys.newest) == (2, 2)
    keys.use(1)
    assert (keys.current, keys.newest) == (1, 2)
    keys.use(2)
    keys.use(1)  # an older notice
    assert keys.current == 2
    with pytest.raises(MasterKeyUnknown):
        keys.use(3)


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(VaultError, match="version 3 does not have 32 bytes"):
        MasterKeys({3: bytes(31)})
    with pytest.raises(VaultError, match="no master key"):
        MasterKeys({})


class Source:
    kind = "test"
    quick = True

    def __init__(self, keys: dict[int, bytes]) -> None:
        self.keys = keys

    def read(self) -> dict[int, bytes]:
        return self.keys


def test_a_version_that_came_later_is_found() -> None:
    source = Source({1: FIRST})
    keys = MasterKeys(source.read(), source)
    source.keys = {2: SECOND}
    keys.cipher(2)
    # What was known stays known: it may be needed for what was read before.
    assert 1 in keys
    assert repr(keys) == "MasterKeys(versions=[1, 2], current=2)"


def test_a_proof_differs_by_key_and_version_and_tells_nothing() -> None:
    keys, others = MasterKeys({1: FIRST, 2: SECOND}), MasterKeys({1: SECOND, 2: FIRST})
    proofs = {holder.proof(version) for holder in (keys, others) for version in (1, 2)}
    assert len(proofs) == 4
    assert MasterKeys({1: FIRST}).proof(1) == keys.proof(1)
    assert all(FIRST not in proof and len(proof) == 16 for proof in proofs)

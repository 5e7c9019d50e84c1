"""How keys are written."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.development import development_key
from trunkline.gateway.keys.key_text import hash_of, hint_of, new_key_text, token_of


def test_a_key_has_256_random_bits() -> None:
    key = new_key_text(lambda size: bytes(range(size)))
    assert key == "tlk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert len({new_key_text(os.urandom) for _ in range(100)}) == 100


@given(st.binary(min_size=32, max_size=32))
def test_a_key_and_its_token_are_looked_up_alike(data: bytes) -> None:
    key = new_key_text(lambda _: data)
    assert token_of(key).startswith("pat-")
    assert hash_of(key) == hash_of(token_of(key)) == hashlib.sha256(key[4:].encode()).digest()


def test_a_hint_is_four_letters_behind_the_prefix() -> None:
    assert hint_of("tlk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8") == "tlk_AAEC"


def test_a_key_that_was_derived_is_written_in_the_same_way() -> None:
    assert hash_of(development_key("token of the control API", "a world")) is not None


@pytest.mark.parametrize(
    "text", ["", "tlk_", "A" * 43, "tlk_" + "A" * 42, "tlk_" + "A" * 44, "tlk_" + "é" * 43]
)
def test_what_is_written_otherwise_is_no_key(text: str) -> None:
    assert hash_of(text) is None
    assert hash_of(text + "\n") is None

"""What is sealed opens for its own row alone."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.vault import Bound, MasterKeys, MasterKeyUnknown, Vault, VaultError

KEYS = {1: bytes(range(32)), 2: bytes(range(1, 33))}
BOUND = Bound("tenant", "connection", "credentials")
SECRET = "s3cr3t-of-the-provider"
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


@pytest.fixture
def vault() -> Vault:
    return Vault(MasterKeys(KEYS))


def everything_told(error: BaseException) -> str:
    """All that a log could show of an exception, its causes included."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        parts += [repr(seen), str(seen), repr(seen.args), repr(getattr(seen, "__dict__", {}))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join([*parts, *traceback.format_exception(error)])


@given(st.dictionaries(TEXTS, TEXTS))
def test_what_is_sealed_comes_back_as_it_was(value: dict[str, str]) -> None:
    vault = Vault(MasterKeys(KEYS))
    assert vault.open(vault.seal(value, BOUND), BOUND) == value


def test_the_same_value_is_sealed_differently_each_time(vault: Vault) -> None:
    first, second = (vault.seal({"a": SECRET}, BOUND) for _ in range(2))
    # Nothing but the head and the digest is the same: neither data key nor nonces.
    assert first[:37] == second[:37]
    assert first[37:49] != second[37:49]
    assert first[97:109] != second[97:109]
    assert SECRET.encode() not in first


@pytest.mark.parametrize(
    "other",
    [
        Bound("another tenant", "connection", "credentials"),
        Bound("tenant", "another connection", "credentials"),
        Bound("tenant", "connection", "state"),
        Bound("tenantconnection", "", "credentials"),
        Bound("", "tenant", "connectioncredentials"),
    ],
)
def test_a_row_that_was_moved_elsewhere_does_not_open(vault: Vault, other: Bound) -> None:
    sealed = vault.seal({"a": SECRET}, BOUND)
    with pytest.raises(VaultError, match="belongs to another row"):
        vault.open(sealed, other)


def test_the_digest_of_another_row_put_into_a_value_does_not_help(vault: Vault) -> None:
    other = Bound("tenant", "another connection", "credentials")
    sealed, theirs = vault.seal({"a": SECRET}, BOUND), vault.seal({"a": "x"}, other)
    forged = sealed[:5] + theirs[5:37] + sealed[37:]
    with pytest.raises(VaultError):
        vault.open(forged, other)
    with pytest.raises(VaultError):
        vault.rewrap(forged)


def test_a_data_key_of_another_value_does_not_open(vault: Vault) -> None:
    first, second = vault.seal({"a": SECRET}, BOUND), vault.seal({"a": "other"}, BOUND)
    with pytest.raises(VaultError):
        vault.open(first[:97] + second[97:], BOUND)


@given(st.data())
def test_no_flipped_bit_goes_unnoticed(data: st.DataObject) -> None:
    vault = Vault(MasterKeys(KEYS))
    sealed = bytearray(vault.seal({"a": SECRET}, BOUND))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    in_the_digest = 5 <= place // 8 < 37
    if in_the_digest:  # it is not believed when a value is opened, and noticed when it is rewrapped
        assert vault.open(bytes(sealed), BOUND) == {"a": SECRET}
        with pytest.raises(VaultError):
            vault.rewrap(bytes(sealed))
        return
    with pytest.raises(VaultError):
        vault.open(bytes(sealed), BOUND)


@given(st.integers(0, 200), st.binary(max_size=300))
def test_what_is_cut_off_or_is_no_sealed_value_does_not_open(length: int, other: bytes) -> None:
    vault = Vault(MasterKeys(KEYS))
    sealed = vault.seal({"a": SECRET * 10}, BOUND)
    for bad in (sealed[:length], other, sealed + b"\0"):
        with pytest.raises(VaultError):
            vault.open(bad, BOUND)


def test_a_value_is_sealed_under_the_current_master_key(vault: Vault) -> None:
    assert vault.seal({}, BOUND)[1:5] == (2).to_bytes(4)
    old = Vault(MasterKeys({1: KEYS[1]})).seal({"a": SECRET}, BOUND)
    assert vault.open(old, BOUND) == {"a": SECRET}


def test_a_value_wrapped_anew_opens_without_the_old_master_key(vault: Vault) -> None:
    old = Vault(MasterKeys({1: KEYS[1]})).seal({"a": SECRET}, BOUND)
    rewrapped = vault.rewrap(old)
    assert rewrapped[1:5] == (2).to_bytes(4)
    assert rewrapped[97:] == old[97:]  # its content is the same
    assert Vault(MasterKeys({2: KEYS[2]})).open(rewrapped, BOUND) == {"a": SECRET}
    with pytest.raises(VaultError):
        vault.open(rewrapped, Bound("tenant", "other", "credentials"))


def test_a_master_key_that_is_not_there_is_named() -> None:
    sealed = Vault(MasterKeys(KEYS)).seal({"a": SECRET}, BOUND)
    with pytest.raises(MasterKeyUnknown, match="master key version 2, which this node does not"):
        Vault(MasterKeys({1: KEYS[1]})).open(sealed, BOUND)


def test_another_master_key_of_the_same_version_does_not_open() -> None:
    sealed = Vault(MasterKeys({1: KEYS[1]})).seal({"a": SECRET}, BOUND)
    with pytest.raises(VaultError, match="another master key of the same version"):
        Vault(MasterKeys({1: KEYS[2]})).open(sealed, BOUND)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": SECRET + "\ud800"}, "no Unicode text"),
        ({SECRET + "\ud800": "a"}, "no Unicode text"),
        ({"a": SECRET * 100_000}, "larger than"),
        ({"a": SECRET.encode()}, "no text"),
    ],
)
def test_what_cannot_be_sealed_is_told_without_being_quoted(
    vault: Vault, value: dict[str, str], why: str
) -> None:
    with pytest.raises(VaultError, match=why) as caught:
        vault.seal(value, BOUND)
    assert caught.value.__context__ is None
    assert SECRET not in everything_told(caught.value).replace(repr(value), "")


def test_a_nul_character_is_a_character(vault: Vault) -> None:
    assert vault.open(vault.seal({"a\0": "\0b"}, BOUND), BOUND) == {"a\0": "\0b"}


def test_nothing_secret_is_shown_of_a_vault(vault: Vault) -> None:
    shown = repr(vault) + str(vault) + repr(vault.keys) + repr(vars(vault.keys))
    for key in KEYS.values():
        assert key.hex() not in shown
        assert repr(key) not in shown


class Later:
    """A slow source that has version 2 from some time on."""

    kind = "test"
    quick = False

    def __init__(self) -> None:
        self.keys = {1: KEYS[1]}
        self.reads = 0

    def read(self) -> dict[int, bytes]:
        self.reads += 1
        return self.keys


async def test_a_slow_source_is_asked_only_by_those_who_can_wait() -> None:
    source, now = Later(), [0.0]
    vault = Vault(MasterKeys(source.read(), source), monotonic=lambda: now[0])
    sealed = Vault(MasterKeys(KEYS)).seal({"a": SECRET}, BOUND)
    source.keys = KEYS
    with pytest.raises(MasterKeyUnknown):
        vault.open(sealed, BOUND)
    assert source.reads == 1
    await vault.learn(sealed)
    assert vault.open(sealed, BOUND) == {"a": SECRET}


async def test_a_slow_source_is_not_asked_again_and_again_for_what_it_does_not_have() -> None:
    source, now = Later(), [0.0]
    vault = Vault(MasterKeys(source.read(), source), monotonic=lambda: now[0])
    sealed = Vault(MasterKeys(KEYS)).seal({"a": SECRET}, BOUND)
    for _ in range(3):
        await vault.learn(sealed)
    assert source.reads == 2
    source.keys, now[0] = KEYS, 10.0
    await vault.learn(sealed)
    assert vault.open(sealed, BOUND) == {"a": SECRET}
    await vault.learn(b"no sealed value")
    assert source.reads == 3

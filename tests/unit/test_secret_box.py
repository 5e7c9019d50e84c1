"""The key file, and values sealed under it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.secret_box import SecretBox, SecretBoxError

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "secret key"


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_a_sealed_text_comes_back_as_it_was(text: str) -> None:
    box = SecretBox(KEY)
    assert box.unseal(box.seal(text)) == text


def test_the_same_text_is_sealed_differently_each_time() -> None:
    box = SecretBox(KEY)
    assert box.seal("token") != box.seal("token")


def test_the_envelope_is_version_nonce_and_ciphertext() -> None:
    sealed = SecretBox(KEY, entropy=lambda n: b"n" * n).seal("token")
    assert sealed[:1] == b"\x01"
    assert sealed[1:13] == b"n" * 12
    assert len(sealed) == 1 + 12 + len("token") + 16
    assert b"token" not in sealed


def test_a_value_sealed_by_an_earlier_program_still_opens() -> None:
    sealed = "016e6e6e6e6e6e6e6e6e6e6e6ed3347c0cdb3fe9a5ab4ff66aaf8f9f528c7a22440d"
    assert SecretBox(KEY).unseal(bytes.fromhex(sealed)) == "token"


@pytest.mark.parametrize("position", [1, 13, -1])
def test_a_damaged_value_does_not_open(position: int) -> None:
    box = SecretBox(KEY)
    damaged = bytearray(box.seal("token"))
    damaged[position] ^= 1
    with pytest.raises(SecretBoxError, match="damaged or sealed with another key"):
        box.unseal(bytes(damaged))


def test_another_key_does_not_open_a_value() -> None:
    sealed = SecretBox(KEY).seal("token")
    with pytest.raises(SecretBoxError, match="is this the key file of this database"):
        SecretBox(bytes(32)).unseal(sealed)


def test_a_value_of_an_unknown_version_is_told() -> None:
    with pytest.raises(SecretBoxError, match="version"):
        SecretBox(KEY).unseal(b"\x02" + bytes(40))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(27)])
def test_a_value_that_is_cut_off_is_told(sealed: bytes) -> None:
    with pytest.raises(SecretBoxError):
        SecretBox(KEY).unseal(sealed)


def test_the_key_file_is_made_once_and_only_its_owner_may_read_it(path: Path) -> None:
    sealed = SecretBox.open(path).seal("token")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert path.stat().st_size == 32
    assert os.listdir(path.parent) == [path.name]
    assert SecretBox.open(path).unseal(sealed) == "token"


def test_a_missing_key_file_is_not_replaced_when_secrets_exist(path: Path) -> None:
    with pytest.raises(SecretBoxError, match="is missing and the database holds secrets"):
        SecretBox.open(path, create=False)
    assert not path.exists()


def test_a_key_file_of_the_wrong_size_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(bytes(31))
    path.chmod(0o400)
    with pytest.raises(SecretBoxError, match="has 31 bytes instead of 32"):
        SecretBox.open(path)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420])
def test_a_key_file_that_others_may_open_is_told(path: Path, mode: int) -> None:
    SecretBox.open(path)
    path.chmod(mode)
    with pytest.raises(SecretBoxError, match=rf"mode {mode:04o}.*chmod 400"):
        SecretBox.open(path)


def test_a_key_file_that_is_a_folder_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SecretBoxError, match="cannot be read: Is a directory"):
        SecretBox.open(path)


def test_a_broken_link_in_place_of_the_key_file_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("gone")
    with pytest.raises(SecretBoxError, match="cannot be read"):
        SecretBox.open(path)


def test_a_key_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SecretBoxError, match="cannot be made"):
        SecretBox.open(tmp_path / "file" / "key")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_key_file_that_may_not_be_read_is_told(path: Path) -> None:
    SecretBox.open(path)
    path.chmod(0)
    with pytest.raises(SecretBoxError, match="cannot be read: Permission denied"):
        SecretBox.open(path)

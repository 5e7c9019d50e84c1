"""The key file and the database belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.accounts import open_secrets
from trunkline.secret_box import SecretBox, SecretBoxError
from trunkline.store import Database


class EmptyDatabase:
    async def fetch(self, query: str) -> list[object]:
        return []


async def test_the_first_start_makes_the_key_file(tmp_path: Path) -> None:
    box = await open_secrets(EmptyDatabase(), tmp_path / "key")  # type: ignore[arg-type]
    assert SecretBox.open(tmp_path / "key", create=False).unseal(box.seal("token")) == "token"


@pytest.mark.usefixtures("account_set")
async def test_a_lost_key_file_is_told_and_not_replaced(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SecretBoxError, match="missing"):
        await open_secrets(database, tmp_path / "key")
    assert not (tmp_path / "key").exists()


@pytest.mark.usefixtures("account_set")
async def test_the_key_file_of_another_database_is_told(database: Database, tmp_path: Path) -> None:
    SecretBox.open(tmp_path / "key")
    with pytest.raises(SecretBoxError, match="is this the key file of this database"):
        await open_secrets(database, tmp_path / "key")

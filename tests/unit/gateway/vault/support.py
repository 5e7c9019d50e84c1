"""Settings, and rows with sealed values, for the tests of the vault."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from trunkline.gateway.vault import Bound, SealedColumn, Vault
from trunkline.sids import SidFactory
from trunkline.store import Database

ROWS = SealedColumn("sealed_rows", "id", "sealed")
STATES = SealedColumn("sealed_states", "hash", "state")
COLUMNS = [ROWS, STATES]


@dataclass
class Settings:
    """The settings that the vault reads."""

    data: Path
    gateway_master_key: SecretStr | None = None
    gateway_master_key_file: Path | None = None
    gateway_master_key_command: str | None = None

    @property
    def file(self) -> Path:
        return self.data / "vault.keys"


def bound(row: str) -> Bound:
    return Bound("tenant", row, "credentials")


@dataclass
class Sealed:
    """Rows of both tables, and what they are to open to."""

    store: Database
    sids: SidFactory
    rows: dict[str, str] = field(default_factory=dict)
    states: dict[bytes, str] = field(default_factory=dict)

    async def add(self, vault: Vault, count: int = 1) -> list[str]:
        """`count` rows in each table; the ids of the first."""
        made = [self.sids.new_id() for _ in range(count)]
        for row in made:
            self.rows[row] = self.states[row.encode()] = text = f"secret of {row}"
            value = vault.seal({"token": text}, bound(row))
            state = vault.seal({"token": text}, bound(row))
            await self.store.execute("INSERT INTO sealed_rows VALUES ($1, $2)", row, value)
            await self.store.execute(
                "INSERT INTO sealed_states VALUES ($1, $2)", row.encode(), state
            )
        return made

    async def write(self, vault: Vault, row: str, text: str) -> None:
        """Another value in a row, as a refreshed token is."""
        value = vault.seal({"token": text}, bound(row))
        await self.store.execute("UPDATE sealed_rows SET sealed = $2 WHERE id = $1", row, value)
        self.rows[row] = text

    async def open_all(self, vault: Vault) -> None:
        """Every row opens to what was last written."""
        rows = await self.store.fetch("SELECT id, sealed FROM sealed_rows")
        found = {row["id"].hex: vault.open(row["sealed"], bound(row["id"].hex)) for row in rows}
        assert found == {row: {"token": text} for row, text in self.rows.items()}
        rows = await self.store.fetch("SELECT hash, state FROM sealed_states")
        states = {r["hash"]: vault.open(r["state"], bound(r["hash"].decode())) for r in rows}
        assert states == {row: {"token": text} for row, text in self.states.items()}

    async def versions(self) -> set[int]:
        """The master keys under which anything is sealed."""
        rows = await self.store.fetch(
            "SELECT gateway_master_version(sealed) AS v FROM sealed_rows"
            " UNION SELECT gateway_master_version(state) FROM sealed_states"
        )
        return {row["v"] for row in rows}

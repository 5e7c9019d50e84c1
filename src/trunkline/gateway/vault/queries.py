"""The SQL of the vault. Names of tables and columns come from `SealedColumn`, which checks them."""

from __future__ import annotations

from typing import Final

# Those that a node has shown to have.
MASTER_KEYS: Final = """
SELECT version, proof FROM gateway_master_keys WHERE proof IS NOT NULL ORDER BY version
"""

# One at a time; rows that refer to a version are written all the same.
LOCK_MASTER_KEYS: Final = "LOCK TABLE gateway_master_keys IN SHARE ROW EXCLUSIVE MODE"

CLAIM_MASTER_KEY: Final = """
INSERT INTO gateway_master_keys AS k (version, proof, created_at) VALUES ($1, $2, $3)
ON CONFLICT (version) DO UPDATE SET proof = excluded.proof, created_at = excluded.created_at
"""

DELETE_MASTER_KEY: Final = "DELETE FROM gateway_master_keys WHERE version = $1 RETURNING version"

# The rows that are written are read again before the version that they had can go: until then the
# disk need not be waited for, and a later commit that is waited for takes these with it.
WAIT_FOR_NO_DISK: Final = "SET synchronous_commit = off"

WAIT_FOR_LOCKS: Final = "SET LOCAL lock_timeout = '5s'"


def stale_rows(table: str, identity: str, sealed: str, *, beyond: bool) -> str:
    """Rows that are sealed under an older version than $1: at most $2, behind the id $3 if
    `beyond`."""
    behind = f"AND {identity} > $3" if beyond else ""
    return f"""
        SELECT {identity} AS id, {sealed} AS sealed FROM {table}
        WHERE gateway_master_version({sealed}) < $1 {behind} ORDER BY {identity} LIMIT $2
    """


def rewrap_row(table: str, identity: str, sealed: str) -> str:
    """Put $3 where $2 is still what the row of $1 has."""
    return f"UPDATE {table} SET {sealed} = $3 WHERE {identity} = $1 AND {sealed} = $2"


def count_version(table: str, sealed: str) -> str:
    """How many rows are sealed under version $1."""
    return f"SELECT count(*) FROM {table} WHERE gateway_master_version({sealed}) = $1"


def lock_table(table: str) -> str:
    """Nobody writes a row until the transaction ends."""
    return f"LOCK TABLE {table} IN SHARE MODE"


def count_versions(table: str, sealed: str) -> str:
    """How many rows are sealed under which version."""
    return (
        f"SELECT gateway_master_version({sealed}) AS version, count(*) AS count FROM {table} "
        f"WHERE {sealed} IS NOT NULL GROUP BY 1"
    )

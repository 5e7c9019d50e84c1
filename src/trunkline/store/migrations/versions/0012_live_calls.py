"""Calls that are going on, and whose they are.

A row is there from the call's first commit to its last. `frames` is the engine time since its
answer, as of the last beat (null: not answered); `beat_at` is real time.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = """
CREATE TABLE live_calls (
    call_id uuid PRIMARY KEY,
    world_id uuid NOT NULL,
    account_id uuid NOT NULL,
    owner uuid NOT NULL,
    frames integer,
    beat_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX live_calls_owner ON live_calls (owner);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

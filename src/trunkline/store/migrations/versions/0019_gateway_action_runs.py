"""Runs of actions: when, which, and how they ended.

Nothing of what went in or came out. It refers to no table: a log outlives what it speaks of.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

TABLES = """
CREATE TABLE gateway_action_runs (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    action text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'success', 'error')),
    error_code text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Requests that change something at a provider, from before they are sent until it is known what
became of them.

A row blocks an equal request until `blocks_until`; one without `ended_at` is under way, or was when
its process died. It is changed once in its life, in a column without an index, so that the change
finds room in the row's own page.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

TABLES = """
CREATE TABLE gateway_sends (
    fingerprint bytea PRIMARY KEY,
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    method text NOT NULL,
    started_at timestamptz NOT NULL,
    blocks_until timestamptz NOT NULL,
    ended_at timestamptz,
    status integer
) WITH (fillfactor = 80);
CREATE INDEX gateway_sends_started ON gateway_sends (started_at);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

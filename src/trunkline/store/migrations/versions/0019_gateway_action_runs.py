"""Runs of actions: when, which, and how they ended."""

from alembic import op

revision = "0019"
down_revision = "0018"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

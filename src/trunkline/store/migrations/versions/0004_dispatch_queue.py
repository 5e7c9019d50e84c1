"""How the queue of messages is read: fairly by queue, and without what is far off."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Who wants whose messages, and how that is known."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

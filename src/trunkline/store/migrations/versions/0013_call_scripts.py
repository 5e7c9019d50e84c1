"""What virtual phones do in calls."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

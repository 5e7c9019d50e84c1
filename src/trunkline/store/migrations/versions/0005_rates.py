"""What worlds limit, and when the next message of a sender may go."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Programs that people sign in with: clients, codes, tokens."""

from alembic import op

revision = "0017"
down_revision = "0016"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""OAuth flows towards providers that are under way."""

from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Requests that change something at a provider, from before they are sent until it is known what became of them."""

from alembic import op

revision = "0018"
down_revision = "0017"

TABLES = """
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""How the queue of messages is read: line by line, and without what is far off.

A line is what an account sends from one sender or by one service. `dispatch_line` finds the first
row of each without a look at the others, and the next ones in due order; `dispatch_claimed` finds
what may be in doubt among a million that wait.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
ALTER TABLE dispatch ADD COLUMN line text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (coalesce(encode(uuid_send(service_id), 'hex'), sender)) STORED;
DROP INDEX dispatch_owner;
CREATE INDEX dispatch_line ON dispatch (owner, world_id, account_id, line, due_at);
CREATE INDEX dispatch_claimed ON dispatch (owner) WHERE claimed_at IS NOT NULL;
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""What worlds limit, and when the next message of a sender may go.

`sender_leases` has a row for each sender whose rate is held to: from when on it has credit again
(written with the submissions that used it up), and which node sends for it. `timeline` says whose
time `next_free` is: the world's for virtual phones, real time for real carriers. `term` counts the
owners, so that what a former one began is refused. `lease_until` is the server's real time.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
ALTER TABLE worlds ADD COLUMN limit_values jsonb;

CREATE TABLE sender_leases (
    world_id uuid NOT NULL,
    sender text NOT NULL,
    timeline text NOT NULL CHECK (timeline IN ('world', 'real')),
    next_free timestamptz NOT NULL,
    owner uuid NOT NULL,
    term bigint NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (world_id, sender, timeline)
) WITH (fillfactor = 70);
CREATE INDEX sender_leases_owner ON sender_leases (owner);

CREATE TABLE account_mms_rates (
    world_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    timeline text NOT NULL CHECK (timeline IN ('world', 'real')),
    next_free timestamptz NOT NULL,
    PRIMARY KEY (account_id, timeline)
) WITH (fillfactor = 70);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

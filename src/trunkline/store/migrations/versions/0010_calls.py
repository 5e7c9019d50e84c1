"""Calls and their events.

`started_at` is when it was dialled or came in, `answered_at` when it was answered: world times.
`duration` is seconds of engine time. `told` counts the status callbacks that were requested, which
is the number of the next one. `queue_ms` is how long it waited to be dialled.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = """
CREATE TABLE calls (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    world_id uuid NOT NULL,
    parent_id uuid,
    direction text NOT NULL,
    status text NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    number_id uuid,
    forwarded_from text,
    caller_name text,
    answered_by text,
    error_code integer,
    sip_code smallint,
    price numeric(12, 5),
    document jsonb NOT NULL,
    status_callback jsonb,
    told smallint NOT NULL,
    options jsonb,
    queue_ms integer NOT NULL,
    duration integer,
    started_at timestamptz,
    answered_at timestamptz,
    ended_at timestamptz,
    event_seq integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX calls_account ON calls (account_id, id);
CREATE INDEX calls_recipient ON calls (account_id, recipient, id);
CREATE INDEX calls_sender ON calls (account_id, sender, id);
CREATE INDEX calls_parent ON calls (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX calls_world ON calls (world_id, id);

CREATE TABLE call_events (
    subject_id uuid NOT NULL,
    seq integer NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    data jsonb,
    world_time timestamptz NOT NULL,
    real_time timestamptz NOT NULL,
    PRIMARY KEY (subject_id, seq)
) PARTITION BY RANGE (subject_id);
"""

PARTITIONED = ("calls", "call_events")


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in PARTITIONED:
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

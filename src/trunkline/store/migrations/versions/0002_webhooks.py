"""The tables of webhooks: what is to be requested of the customer's app, what was, and alerts.

`deliveries_due` is the queue: a row is deleted when its request has ended, in the commit that
writes the outcome to `deliveries`. Neither holds the text of a message: parameters are rendered
from the message when they are sent or shown. `response_body` can hold a text (TwiML), so it is
emptied with the message that it belongs to. `finished_at` is real time, `ended_at` world time.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE deliveries_due (
    id uuid PRIMARY KEY,
    token uuid NOT NULL,
    subject_id uuid NOT NULL,
    subject_kind text NOT NULL,
    account_id uuid NOT NULL,
    world_id uuid NOT NULL,
    kind text NOT NULL,
    host text NOT NULL,
    url text NOT NULL,
    method text NOT NULL,
    data jsonb,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    real_time timestamptz NOT NULL,
    owner uuid NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX deliveries_due_line ON deliveries_due (owner, account_id, host, id);
CREATE INDEX deliveries_due_subject ON deliveries_due (subject_id);

CREATE TABLE deliveries (
    id uuid NOT NULL,
    token uuid NOT NULL,
    subject_id uuid NOT NULL,
    subject_kind text NOT NULL,
    account_id uuid NOT NULL,
    world_id uuid NOT NULL,
    kind text NOT NULL,
    url text NOT NULL,
    method text NOT NULL,
    data jsonb,
    outcome text NOT NULL CHECK (outcome IN ('delivered', 'failed', 'dropped')),
    status integer,
    error_code integer,
    attempts jsonb NOT NULL,
    response_headers jsonb,
    response_body bytea,
    created_at timestamptz NOT NULL,
    real_time timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX deliveries_world ON deliveries (world_id, id);
CREATE INDEX deliveries_subject ON deliveries (subject_id, id);
CREATE INDEX deliveries_failed ON deliveries (world_id, id) WHERE outcome = 'failed';

CREATE TABLE alerts (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    world_id uuid NOT NULL,
    code integer NOT NULL,
    level text NOT NULL CHECK (level IN ('error', 'warning', 'notice', 'debug')),
    message text NOT NULL,
    details jsonb,
    resource text,
    service text,
    delivery_id uuid,
    url text,
    method text,
    created_at timestamptz NOT NULL,
    real_time timestamptz NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX alerts_account ON alerts (account_id, id);
CREATE INDEX alerts_level ON alerts (account_id, level, id);
CREATE INDEX alerts_world ON alerts (world_id, id);

CREATE TABLE webhook_accounts (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    debugger_url text,
    allowed jsonb NOT NULL
);

CREATE TABLE webhook_worlds (
    world_id uuid PRIMARY KEY REFERENCES worlds (id),
    chaos jsonb,
    maps jsonb NOT NULL
);

CREATE TABLE conversation_cookies (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sender text NOT NULL,
    recipient text NOT NULL,
    world_id uuid NOT NULL,
    cookies jsonb NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, sender, recipient)
);
"""

PARTITIONED = ("deliveries", "alerts")


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in PARTITIONED:
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Recordings of calls.

`call_id` is the call that a recording is listed under: the parent, whichever leg is recorded.
`owner` is the node that has its file until it is a blob. `duration` is in seconds, `size` in bytes.
A deleted recording has no blob any more and stays for a while; `deleted_at` is world time. Events
of recordings are in `call_events`.

Blobs: see 0007.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = """
CREATE TABLE recordings (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    world_id uuid NOT NULL,
    call_id uuid NOT NULL,
    conference_id uuid,
    status text NOT NULL,
    source text NOT NULL,
    track text NOT NULL,
    channels smallint NOT NULL,
    trim boolean NOT NULL,
    duration integer,
    error_code integer,
    callback jsonb,
    owner uuid NOT NULL,
    blob_id uuid,
    size bigint,
    event_seq integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX recordings_account ON recordings (account_id, id);
CREATE INDEX recordings_call ON recordings (call_id, id);
CREATE INDEX recordings_conference ON recordings (conference_id, id)
    WHERE conference_id IS NOT NULL;
CREATE INDEX recordings_world ON recordings (world_id, id);
CREATE INDEX recordings_blob ON recordings (blob_id) WHERE blob_id IS NOT NULL;
CREATE INDEX recordings_deleted ON recordings (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX recordings_unfinished ON recordings (owner)
    WHERE status IN ('in-progress', 'paused', 'stopped', 'processing');

CREATE TRIGGER recording_deleted AFTER DELETE ON recordings FOR EACH ROW
    WHEN (OLD.blob_id IS NOT NULL) EXECUTE FUNCTION let_go_of_blob();

CREATE TRIGGER recording_emptied AFTER UPDATE OF blob_id ON recordings FOR EACH ROW
    WHEN (OLD.blob_id IS NOT NULL AND OLD.blob_id IS DISTINCT FROM NEW.blob_id)
    EXECUTE FUNCTION let_go_of_blob();
"""

PARTITIONED = ("recordings",)


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in PARTITIONED:
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

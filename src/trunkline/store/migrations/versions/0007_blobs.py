"""Media files outside the database: which rows refer to them, and which may have lost their last
reference.

A file may belong to several rows: what one number of a world sends to another has its own row at
either. So no row's end is a file's end: a trigger notes each that a row let go of, whatever made it
do so, and the files that are noted are removed after the commit, if nothing refers to them.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
ALTER TABLE message_content ADD COLUMN blob_id uuid;
ALTER TABLE message_content ADD COLUMN size integer;
CREATE INDEX message_content_blob ON message_content (blob_id) WHERE blob_id IS NOT NULL;

CREATE TABLE blobs_let_go (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    blob_id uuid NOT NULL
);

CREATE TABLE blob_place (
    only_one boolean PRIMARY KEY CHECK (only_one),
    id uuid NOT NULL
);

CREATE TABLE media_accounts (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    basic_auth boolean NOT NULL
);

CREATE FUNCTION let_go_of_blob() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO blobs_let_go (blob_id) VALUES (OLD.blob_id); \
    PERFORM pg_notify('trunkline_changes', 'blobs:'); \
    RETURN NULL; \
END $$;

CREATE TRIGGER content_deleted AFTER DELETE ON message_content FOR EACH ROW
    WHEN (OLD.blob_id IS NOT NULL) EXECUTE FUNCTION let_go_of_blob();

CREATE TRIGGER content_emptied AFTER UPDATE OF blob_id ON message_content FOR EACH ROW
    WHEN (OLD.blob_id IS NOT NULL AND OLD.blob_id IS DISTINCT FROM NEW.blob_id)
    EXECUTE FUNCTION let_go_of_blob();
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""What virtual phones do in calls.

A row of `call_scripts` is the script of one phone, `*` that of all which have none. `steps` are
those of `voice/phones/script.py`; `audio` holds which file (SHA-256, in hexadecimal) a name in them
stands for. The files are here, 8 kHz, 16 bit, mono, so that every node has them.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = """
CREATE TABLE call_scripts (
    world_id uuid NOT NULL,
    phone text NOT NULL,
    steps jsonb NOT NULL,
    audio jsonb NOT NULL,
    PRIMARY KEY (world_id, phone)
);

CREATE TABLE call_script_audio (
    world_id uuid NOT NULL,
    phone text NOT NULL,
    digest text NOT NULL,
    wave bytea NOT NULL,
    PRIMARY KEY (world_id, phone, digest),
    FOREIGN KEY (world_id, phone) REFERENCES call_scripts ON DELETE CASCADE
);
CREATE INDEX call_script_audio_digest ON call_script_audio (digest);
ALTER TABLE call_script_audio ALTER COLUMN wave SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

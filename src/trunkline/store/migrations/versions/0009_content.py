"""Content templates, and what was asked of WhatsApp for them."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
CREATE TABLE content_templates (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    friendly_name text NOT NULL,
    language text NOT NULL,
    variables jsonb NOT NULL,
    types jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX content_templates_account ON content_templates (account_id, id);

CREATE TABLE content_approvals (
    template_id uuid PRIMARY KEY REFERENCES content_templates (id) ON DELETE CASCADE,
    name text NOT NULL,
    category text NOT NULL,
    content_type text NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'approved')),
    rejection_reason text NOT NULL,
    created_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

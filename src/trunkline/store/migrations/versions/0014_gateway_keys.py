"""Who may use the gateway: tenants, their users, and keys.

A key is kept as its SHA-256. `workspace_secret` is sealed, because tokens that are signed with it
cannot be checked by a hash of it.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
CREATE TABLE gateway_tenants (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE,
    world_id uuid NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE gateway_users (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants,
    key text NOT NULL,
    name text,
    email text,
    created_at timestamptz NOT NULL,
    UNIQUE (tenant_id, key)
);

CREATE TABLE gateway_keys (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants,
    user_id uuid NOT NULL REFERENCES gateway_users,
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    hint text NOT NULL,
    workspace_key text NOT NULL UNIQUE,
    workspace_secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX gateway_keys_tenant ON gateway_keys (tenant_id, id);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

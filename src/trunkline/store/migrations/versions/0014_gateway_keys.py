"""Who may use the gateway: tenants, their users, and keys; and the versions of the vault's master
key, which are named here and never kept here.

A key is kept as its SHA-256. `workspace_secret` is sealed, because tokens that are signed with it
cannot be checked by a hash of it; it goes when the key is revoked.

`workspace_master` is the version of the master key under which the secret is sealed. The foreign
key is what keeps a master key from being taken away while anything uses it, whatever a node that
missed the news seals with it at that moment. Version 1 is there from the beginning and is nobody's
until the first node has one: then `proof` tells whether others have the same.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
CREATE FUNCTION gateway_master_version(sealed bytea) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN octet_length(sealed) < 5 OR get_byte(sealed, 1) > 127 THEN 0
        ELSE (get_byte(sealed, 1) << 24) + (get_byte(sealed, 2) << 16)
            + (get_byte(sealed, 3) << 8) + get_byte(sealed, 4) END;

CREATE TABLE gateway_master_keys (
    version integer PRIMARY KEY CHECK (version > 0),
    proof bytea,
    created_at timestamptz
);
INSERT INTO gateway_master_keys (version) VALUES (1);

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
    fields jsonb NOT NULL,
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
    workspace_secret bytea,
    workspace_master integer GENERATED ALWAYS AS (gateway_master_version(workspace_secret)) STORED
        REFERENCES gateway_master_keys,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX gateway_keys_tenant ON gateway_keys (tenant_id, id);
CREATE INDEX gateway_keys_master ON gateway_keys (workspace_master);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Connections, requests for them, and the sessions of their hosted page.

A connection's credentials are sealed for its tenant and itself (`gateway/vault`); an archived one
has none. A session is kept as the SHA-256 of its token; `tries` counts the credentials that were
entered in it, `busy_until` is set while one of them is tried at the provider. `refresh_owner` and
`refresh_until` are the lease of who refreshes.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

TABLES = """
CREATE TABLE gateway_connections (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants,
    user_id uuid NOT NULL REFERENCES gateway_users,
    connector text NOT NULL,
    key text,
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'active', 'failed', 'archived')),
    method text,
    settings jsonb NOT NULL,
    metadata jsonb NOT NULL,
    error text,
    sealed bytea,
    sealed_master integer GENERATED ALWAYS AS (gateway_master_version(sealed)) STORED
        REFERENCES gateway_master_keys,
    revision bigint NOT NULL,
    redirect_uri text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_used_at timestamptz,
    refresh_at timestamptz,
    refresh_owner text,
    refresh_until timestamptz,
    CHECK (status <> 'archived' OR sealed IS NULL)
);
CREATE INDEX gateway_connections_user
    ON gateway_connections (tenant_id, user_id, created_at, id) WHERE status <> 'archived';
CREATE UNIQUE INDEX gateway_connections_key ON gateway_connections (tenant_id, user_id, key)
    WHERE key IS NOT NULL AND status <> 'archived';

CREATE TABLE gateway_connect_requests (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants,
    user_id uuid NOT NULL REFERENCES gateway_users,
    connector text NOT NULL,
    connection_id uuid NOT NULL REFERENCES gateway_connections,
    status text NOT NULL CHECK (status IN ('pending', 'success', 'cancelled', 'error')),
    error text,
    redirect_uri text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX gateway_connect_requests_connection
    ON gateway_connect_requests (connection_id, created_at);
CREATE INDEX gateway_connect_requests_created ON gateway_connect_requests (created_at);

CREATE TABLE gateway_connect_sessions (
    hash bytea PRIMARY KEY,
    connection_id uuid NOT NULL REFERENCES gateway_connections,
    request_id uuid REFERENCES gateway_connect_requests ON DELETE CASCADE,
    tries int NOT NULL,
    busy_until timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX gateway_connect_sessions_connection ON gateway_connect_sessions (connection_id);
CREATE INDEX gateway_connect_sessions_request ON gateway_connect_sessions (request_id);
CREATE INDEX gateway_connect_sessions_expires ON gateway_connect_sessions (expires_at);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

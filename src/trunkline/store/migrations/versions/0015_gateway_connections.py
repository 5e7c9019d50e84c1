"""Connections, requests for them, and the sessions of their hosted page.

A connection's credentials are sealed for its tenant and itself (`gateway/vault`). A session is kept
as the SHA-256 of its token. `refresh_owner` and `refresh_until` are the lease of who refreshes.
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
    status text NOT NULL,
    method text,
    settings jsonb NOT NULL,
    metadata jsonb NOT NULL,
    error text,
    sealed bytea,
    revision bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_used_at timestamptz,
    refresh_at timestamptz,
    refresh_owner text,
    refresh_until timestamptz
);
CREATE INDEX gateway_connections_user ON gateway_connections (tenant_id, user_id, id);
CREATE UNIQUE INDEX gateway_connections_key ON gateway_connections (tenant_id, user_id, key)
    WHERE key IS NOT NULL AND status <> 'archived';

CREATE TABLE gateway_connect_requests (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants,
    user_id uuid NOT NULL REFERENCES gateway_users,
    connector text NOT NULL,
    connection_id uuid NOT NULL REFERENCES gateway_connections,
    status text NOT NULL,
    error text,
    redirect_uri text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);

CREATE TABLE gateway_connect_sessions (
    hash bytea PRIMARY KEY,
    connection_id uuid NOT NULL REFERENCES gateway_connections,
    request_id uuid REFERENCES gateway_connect_requests,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX gateway_connect_sessions_connection ON gateway_connect_sessions (connection_id);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""Programs that people sign in with: clients, codes, grants, tokens, and the key that signs.

Every code and every token is kept as its SHA-256; a signing key is sealed. A grant is one sign-in:
what is revoked, and what each of its tokens names. `parent_id` is the grant by whose token it was
made.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

TABLES = """
CREATE TABLE gateway_signing_keys (
    id uuid PRIMARY KEY,
    sealed bytea NOT NULL,
    master integer GENERATED ALWAYS AS (gateway_master_version(sealed)) STORED
        REFERENCES gateway_master_keys,
    created_at timestamptz NOT NULL
);

CREATE TABLE gateway_clients (
    id text PRIMARY KEY,
    name text NOT NULL,
    redirect_uris text[] NOT NULL,
    grant_types text[] NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX gateway_clients_age ON gateway_clients (created_at);

CREATE TABLE gateway_grants (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES gateway_grants ON DELETE CASCADE,
    client_id text,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES gateway_users ON DELETE CASCADE,
    key_id uuid REFERENCES gateway_keys ON DELETE CASCADE,
    is_admin boolean NOT NULL,
    scope text NOT NULL,
    resource text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_because text
);
CREATE INDEX gateway_grants_parent ON gateway_grants (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX gateway_grants_client ON gateway_grants (client_id);
CREATE INDEX gateway_grants_end ON gateway_grants (expires_at);

CREATE TABLE gateway_refresh_tokens (
    hash bytea PRIMARY KEY,
    grant_id uuid NOT NULL REFERENCES gateway_grants ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX gateway_refresh_tokens_grant ON gateway_refresh_tokens (grant_id);
CREATE INDEX gateway_refresh_tokens_end ON gateway_refresh_tokens (expires_at);

CREATE TABLE gateway_authorization_codes (
    hash bytea PRIMARY KEY,
    client_id text NOT NULL,
    redirect_uri text NOT NULL,
    challenge text NOT NULL,
    nonce text,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES gateway_users ON DELETE CASCADE,
    key_id uuid REFERENCES gateway_keys ON DELETE CASCADE,
    is_admin boolean NOT NULL,
    scope text NOT NULL,
    resource text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    grant_id uuid REFERENCES gateway_grants ON DELETE SET NULL
);
CREATE INDEX gateway_authorization_codes_end ON gateway_authorization_codes (expires_at);
CREATE INDEX gateway_authorization_codes_grant ON gateway_authorization_codes (grant_id);

CREATE TABLE gateway_device_codes (
    hash bytea PRIMARY KEY,
    user_code text NOT NULL UNIQUE,
    client_id text NOT NULL,
    scope text NOT NULL,
    resource text,
    status text NOT NULL,
    seconds integer NOT NULL,
    polled_at timestamptz,
    tenant_id uuid REFERENCES gateway_tenants ON DELETE CASCADE,
    user_id uuid REFERENCES gateway_users ON DELETE CASCADE,
    key_id uuid REFERENCES gateway_keys ON DELETE CASCADE,
    is_admin boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    grant_id uuid REFERENCES gateway_grants ON DELETE SET NULL
);
CREATE INDEX gateway_device_codes_end ON gateway_device_codes (expires_at);
CREATE INDEX gateway_device_codes_grant ON gateway_device_codes (grant_id);

CREATE TABLE gateway_sign_in_codes (
    hash bytea PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES gateway_tenants ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES gateway_users ON DELETE CASCADE,
    key_id uuid REFERENCES gateway_keys ON DELETE CASCADE,
    is_admin boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX gateway_sign_in_codes_end ON gateway_sign_in_codes (expires_at);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

"""OAuth flows towards providers that are under way, and renewals of tokens that did not work yet.

A flow is found by the SHA-256 of its `state`; `browser` is the SHA-256 of what the browser that
began it must show. `sealed` has the PKCE verifier and the entered client's id and secret.
`revision` is that of the credentials that could not be renewed: once they change, the row says
nothing any more.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = """
CREATE TABLE gateway_oauth_states (
    hash bytea PRIMARY KEY,
    browser bytea NOT NULL,
    connection_id uuid NOT NULL REFERENCES gateway_connections ON DELETE CASCADE,
    method text NOT NULL,
    redirect_uri text NOT NULL,
    sealed bytea NOT NULL,
    master integer GENERATED ALWAYS AS (gateway_master_version(sealed)) STORED
        REFERENCES gateway_master_keys,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX gateway_oauth_states_expires ON gateway_oauth_states (expires_at);
CREATE INDEX gateway_oauth_states_connection ON gateway_oauth_states (connection_id);

CREATE TABLE gateway_oauth_delays (
    connection_id uuid PRIMARY KEY REFERENCES gateway_connections ON DELETE CASCADE,
    revision bigint NOT NULL,
    failures int NOT NULL,
    doubt boolean NOT NULL,
    not_before timestamptz NOT NULL
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

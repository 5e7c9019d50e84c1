"""Who wants whose messages, and how that is known: `consents` is how it is now, `consent_events`
everything that led there, which is only ever added to. And the opt-out words of services.

`scope` is a sender, or the SID of a messaging service for all of its senders. Rows outlive the
service or number that they name: they are evidence.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE consents (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    scope text NOT NULL,
    recipient text NOT NULL,
    status text NOT NULL CHECK (status IN ('blocked', 'allowed')),
    method text NOT NULL CHECK (method IN ('keyword', 'api', 'import')),
    keyword text,
    source text,
    ip text,
    user_agent text,
    consented_at timestamptz,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, scope, recipient)
);
CREATE INDEX consents_recipient ON consents (account_id, recipient, scope);

CREATE TABLE consent_events (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    scope text NOT NULL,
    recipient text NOT NULL,
    status text NOT NULL,
    method text NOT NULL,
    keyword text,
    source text,
    ip text,
    user_agent text,
    consented_at timestamptz,
    changed_at timestamptz NOT NULL
);
CREATE INDEX consent_events_pair ON consent_events (account_id, scope, recipient, id);

CREATE TABLE service_opt_outs (
    service_id uuid PRIMARY KEY REFERENCES messaging_services (id) ON DELETE CASCADE,
    settings jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);

INSERT INTO consents (account_id, scope, recipient, status, method, keyword, source, changed_at)
SELECT account_id, scope, recipient, 'blocked', 'keyword', keyword, 'opt-out-message', created_at
FROM opt_outs;

INSERT INTO consent_events (id, account_id, scope, recipient, status, method, keyword, source,
                            changed_at)
SELECT (lpad(to_hex((extract(epoch FROM changed_at) * 1000)::bigint), 12, '0')
        || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid,
       account_id, scope, recipient, status, method, keyword, source, changed_at
FROM consents;

DROP TABLE opt_outs;
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

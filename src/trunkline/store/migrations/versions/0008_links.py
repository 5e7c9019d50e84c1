"""Short links, their domains and clicks.

Neither the code of a link nor the URL that it leads to is in these tables: `links.id` is a keyed
digest of the code, and `target` is sealed with a key that the code is needed for. Who forgets the
text of a message, where its code is, forgets the URL with it.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = """
CREATE TABLE link_domains (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    world_id uuid NOT NULL REFERENCES worlds (id),
    domain_name text NOT NULL,
    config_id uuid,
    fallback_url text,
    callback_url text,
    continue_on_failure boolean NOT NULL,
    disable_https boolean NOT NULL,
    config_created_at timestamptz,
    config_updated_at timestamptz,
    certificate_id uuid,
    certificate text,
    certificate_expires_at timestamptz,
    certificate_created_at timestamptz,
    certificate_updated_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (world_id, domain_name)
);
CREATE INDEX link_domains_account ON link_domains (account_id, id);

CREATE TABLE link_domain_services (
    service_id uuid PRIMARY KEY REFERENCES messaging_services (id) ON DELETE CASCADE,
    domain_id uuid NOT NULL REFERENCES link_domains (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL
);
CREATE INDEX link_domain_services_domain ON link_domain_services (domain_id);

CREATE TABLE links (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL,
    world_id uuid NOT NULL,
    domain_id uuid,
    target bytea,
    part smallint,
    clicks bigint NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX links_message ON links (message_id);

CREATE TABLE link_clicks (
    id uuid PRIMARY KEY,
    link_id uuid NOT NULL,
    message_id uuid NOT NULL,
    world_id uuid NOT NULL,
    user_agent text NOT NULL,
    clicked_at timestamptz NOT NULL
);
CREATE INDEX link_clicks_message ON link_clicks (message_id, id);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

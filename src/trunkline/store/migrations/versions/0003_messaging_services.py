"""Messaging services: their settings, the senders of their pools, and which sender a recipient is
used to. A message of a service waits in `dispatch` without a sender until one is chosen.

A number is in one pool at most. It leaves it when it is released, by its foreign key, and when it
is given to another account, by a trigger: no code that gives numbers away has to know of pools.
With a sender goes what recipients were used to (behaviour 5.2), whatever took it out of its pool.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE messaging_services (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    world_id uuid NOT NULL REFERENCES worlds (id),
    friendly_name text NOT NULL,
    inbound_request_url text,
    inbound_method text NOT NULL,
    fallback_url text,
    fallback_method text NOT NULL,
    status_callback text,
    sticky_sender boolean NOT NULL,
    mms_converter boolean NOT NULL,
    smart_encoding boolean NOT NULL,
    scan_message_content text NOT NULL,
    fallback_to_long_code boolean NOT NULL,
    area_code_geomatch boolean NOT NULL,
    validity_period integer NOT NULL,
    synchronous_validation boolean NOT NULL,
    usecase text NOT NULL,
    use_inbound_webhook_on_number boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX messaging_services_account ON messaging_services (account_id, id);

CREATE TABLE short_codes (
    id uuid PRIMARY KEY,
    world_id uuid NOT NULL REFERENCES worlds (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    short_code text NOT NULL,
    friendly_name text NOT NULL,
    iso_country text NOT NULL,
    mms_capable boolean NOT NULL,
    api_version text NOT NULL,
    sms_url text,
    sms_method text NOT NULL,
    sms_fallback_url text,
    sms_fallback_method text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (world_id, short_code)
);
CREATE INDEX short_codes_account ON short_codes (account_id, id);

CREATE TABLE channel_senders (
    id uuid PRIMARY KEY,
    world_id uuid NOT NULL REFERENCES worlds (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    address text NOT NULL,
    friendly_name text,
    status text NOT NULL,
    configuration jsonb,
    webhook jsonb,
    profile jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (world_id, address)
);
-- Whether a phone reads what arrives on a channel that tells so.
ALTER TABLE phone_behaviours ADD COLUMN read boolean;
CREATE INDEX channel_senders_account ON channel_senders (account_id, id);

CREATE TABLE service_senders (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES messaging_services (id) ON DELETE CASCADE,
    kind text NOT NULL
        CHECK (kind IN ('number', 'short_code', 'alpha', 'destination_alpha', 'channel')),
    number_id uuid REFERENCES phone_numbers (id) ON DELETE CASCADE,
    short_code_id uuid REFERENCES short_codes (id) ON DELETE CASCADE,
    channel_sender_id uuid REFERENCES channel_senders (id) ON DELETE CASCADE,
    sender text NOT NULL,
    iso_country text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX service_senders_once
    ON service_senders (service_id, kind, sender, (coalesce(iso_country, '')));
CREATE INDEX service_senders_service ON service_senders (service_id, kind, id);
CREATE UNIQUE INDEX service_senders_number ON service_senders (number_id);
CREATE UNIQUE INDEX service_senders_short_code ON service_senders (short_code_id);
CREATE UNIQUE INDEX service_senders_channel ON service_senders (channel_sender_id);

CREATE TABLE sticky_senders (
    service_id uuid NOT NULL REFERENCES messaging_services (id) ON DELETE CASCADE,
    recipient text NOT NULL,
    sender text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, recipient)
);

ALTER TABLE dispatch ALTER COLUMN sender DROP NOT NULL;
ALTER TABLE dispatch ADD COLUMN service_id uuid;
ALTER TABLE dispatch DROP CONSTRAINT dispatch_step_check;
ALTER TABLE dispatch ADD CONSTRAINT dispatch_step_check
    CHECK (step IN ('media', 'choose', 'submit', 'deliver', 'in_doubt'));
"""

# A statement for all rows at once, so that the deletion of a pool reads sticky_senders once; in the
# order in which senders are kept, so that neither waits for the other for ever.
TRIGGERS = (
    """
    CREATE FUNCTION forget_sticky_senders() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM sticky_senders AS sticky USING (
            SELECT known.service_id, known.recipient
            FROM sticky_senders AS known JOIN gone USING (service_id, sender)
            ORDER BY known.service_id, known.recipient COLLATE "C" FOR UPDATE OF known
        ) AS doomed
        WHERE sticky.service_id = doomed.service_id AND sticky.recipient = doomed.recipient;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER service_senders_gone AFTER DELETE ON service_senders
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION forget_sticky_senders()
    """,
    """
    CREATE FUNCTION leave_pool_with_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM service_senders WHERE number_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER phone_numbers_given_away AFTER UPDATE OF account_id ON phone_numbers
    FOR EACH ROW WHEN (OLD.account_id IS DISTINCT FROM NEW.account_id)
    EXECUTE FUNCTION leave_pool_with_account()
    """,
)


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

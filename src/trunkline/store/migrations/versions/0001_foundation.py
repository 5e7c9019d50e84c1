"""The tables of the foundation: worlds, accounts, numbers, messages and their queue.

Ids are 128-bit values made by the application (48 bits of real milliseconds, then 80 random
bits), kept as uuid. Tables that grow are range-partitioned on that id, so a fetch by SID prunes
to one partition and retention drops whole partitions. Times are written by the application:
nothing here has a default that reads the server's clock, but for leases.
"""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE worlds (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    clock_offset_us bigint NOT NULL,
    clock_movable boolean NOT NULL,
    limits text NOT NULL CHECK (limits IN ('off', 'twilio', 'custom')),
    created_at timestamptz NOT NULL
);

CREATE TABLE nodes (
    id uuid PRIMARY KEY,
    lease_until timestamptz NOT NULL
);

CREATE TABLE platform_secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    world_id uuid NOT NULL REFERENCES worlds (id),
    owner_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('live', 'test')),
    type text NOT NULL CHECK (type IN ('Trial', 'Full')),
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
    friendly_name text NOT NULL,
    auth_token bytea NOT NULL,
    balance numeric(14, 5) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX accounts_owner ON accounts (owner_id, id);
CREATE INDEX accounts_world ON accounts (world_id);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('main', 'standard')),
    friendly_name text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX api_keys_account ON api_keys (account_id, id);

CREATE TABLE applications (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    friendly_name text,
    api_version text NOT NULL,
    voice_url text,
    voice_method text NOT NULL,
    voice_fallback_url text,
    voice_fallback_method text NOT NULL,
    voice_caller_id_lookup boolean NOT NULL,
    status_callback text,
    status_callback_method text NOT NULL,
    sms_url text,
    sms_method text NOT NULL,
    sms_fallback_url text,
    sms_fallback_method text NOT NULL,
    sms_status_callback text,
    message_status_callback text,
    public_application_connect_enabled boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX applications_account ON applications (account_id, id);

CREATE TABLE phone_numbers (
    id uuid PRIMARY KEY,
    world_id uuid NOT NULL REFERENCES worlds (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    phone_number text NOT NULL,
    friendly_name text NOT NULL,
    iso_country text NOT NULL,
    type text NOT NULL CHECK (type IN ('local', 'mobile', 'tollfree')),
    voice_capable boolean NOT NULL,
    sms_capable boolean NOT NULL,
    mms_capable boolean NOT NULL,
    fax_capable boolean NOT NULL,
    api_version text NOT NULL,
    sms_url text,
    sms_method text NOT NULL,
    sms_fallback_url text,
    sms_fallback_method text NOT NULL,
    sms_application_id uuid,
    voice_url text,
    voice_method text NOT NULL,
    voice_fallback_url text,
    voice_fallback_method text NOT NULL,
    voice_application_id uuid,
    voice_caller_id_lookup boolean NOT NULL,
    voice_receive_mode text NOT NULL,
    status_callback text,
    status_callback_method text NOT NULL,
    trunk_id uuid,
    address_id uuid,
    identity_id uuid,
    bundle_id uuid,
    emergency_status text NOT NULL,
    emergency_address_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (world_id, phone_number)
);
CREATE INDEX phone_numbers_account ON phone_numbers (account_id, id);

CREATE TABLE opt_outs (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    scope text NOT NULL,
    recipient text NOT NULL,
    keyword text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, scope, recipient)
);

CREATE TABLE automatic_replies (
    id uuid PRIMARY KEY,
    world_id uuid NOT NULL REFERENCES worlds (id),
    sender text NOT NULL,
    recipient text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX automatic_replies_recipient ON automatic_replies (world_id, recipient, id);

CREATE TABLE phone_behaviours (
    world_id uuid NOT NULL REFERENCES worlds (id),
    phone text NOT NULL,
    deliver_after_ms bigint,
    fail_code integer,
    reject_code integer,
    no_receipt boolean,
    auto_reply text,
    PRIMARY KEY (world_id, phone)
);

CREATE TABLE messages (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    world_id uuid NOT NULL,
    mms boolean NOT NULL,
    direction text NOT NULL,
    status text NOT NULL,
    sender text,
    recipient text NOT NULL,
    num_segments smallint NOT NULL,
    num_media smallint NOT NULL,
    error_code integer,
    price numeric(12, 5),
    service_id uuid,
    carrier text,
    carrier_message_id text,
    status_callback text,
    options jsonb,
    event_seq integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sent_at timestamptz,
    handset_at timestamptz,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX messages_account ON messages (account_id, id);
CREATE INDEX messages_recipient ON messages (account_id, recipient, id);
CREATE INDEX messages_sender ON messages (account_id, sender, id);

CREATE TABLE message_content (
    message_id uuid NOT NULL,
    part smallint NOT NULL,
    media_id uuid,
    content_type text,
    body text,
    data bytea,
    source_url text,
    created_at timestamptz,
    PRIMARY KEY (message_id, part)
) PARTITION BY RANGE (message_id);

CREATE TABLE message_events (
    subject_id uuid NOT NULL,
    seq integer NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    data jsonb,
    world_time timestamptz NOT NULL,
    real_time timestamptz NOT NULL,
    PRIMARY KEY (subject_id, seq)
) PARTITION BY RANGE (subject_id);

CREATE TABLE message_feedback (
    message_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    outcome text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE dispatch (
    message_id uuid PRIMARY KEY,
    world_id uuid NOT NULL,
    account_id uuid NOT NULL,
    sender text NOT NULL,
    carrier text NOT NULL,
    step text NOT NULL CHECK (step IN ('media', 'submit', 'deliver', 'in_doubt')),
    due_at timestamptz NOT NULL,
    priority smallint NOT NULL,
    owner uuid NOT NULL,
    attempt smallint NOT NULL,
    claimed_at timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX dispatch_owner ON dispatch (owner, due_at);
"""

PARTITIONED = ("messages", "message_content", "message_events")


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in PARTITIONED:
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    raise NotImplementedError("the first migration is not taken back: drop the database instead")

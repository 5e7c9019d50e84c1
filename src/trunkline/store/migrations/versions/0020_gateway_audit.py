"""The audit log: append-only, each entry chained to the one before by its hash.

`gateway_audit_head` is one row: the number and the hash of the newest entry. Whoever appends holds
its lock, so that there is one chain across nodes, and an entry that is missing at the end is found
out. Triggers refuse what is no append; who disables them is found out by the chain. Rows that wait
in the default partition for their month are moved, which is the one deletion that is allowed.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

TABLES = """
CREATE TABLE gateway_audit (
    id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    tenant_id uuid,
    user_id uuid,
    key_id uuid,
    connection_id uuid,
    kind text NOT NULL,
    method text,
    path_template text,
    status integer,
    milliseconds double precision,
    bytes_in bigint NOT NULL,
    bytes_out bigint NOT NULL,
    code text,
    hash bytea NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX gateway_audit_seq ON gateway_audit (seq);
CREATE INDEX gateway_audit_tenant ON gateway_audit (tenant_id, seq);
CREATE TABLE gateway_audit_default PARTITION OF gateway_audit DEFAULT;

CREATE TABLE gateway_audit_head (
    only_one boolean PRIMARY KEY CHECK (only_one),
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO gateway_audit_head VALUES (true, 0, decode(repeat('00', 32), 'hex'));
"""

FUNCTIONS = (
    """
CREATE FUNCTION gateway_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('trunkline.moving_rows', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
""",
    """
CREATE FUNCTION gateway_audit_head_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.seq > OLD.seq THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
""",
)

TRIGGERS = """
CREATE TRIGGER gateway_audit_keep BEFORE UPDATE OR DELETE ON gateway_audit
    FOR EACH ROW EXECUTE FUNCTION gateway_audit_keep();
CREATE TRIGGER gateway_audit_keep_all BEFORE TRUNCATE ON gateway_audit
    FOR EACH STATEMENT EXECUTE FUNCTION gateway_audit_keep();
CREATE TRIGGER gateway_audit_head_keep BEFORE UPDATE OR DELETE ON gateway_audit_head
    FOR EACH ROW EXECUTE FUNCTION gateway_audit_head_keep();
CREATE TRIGGER gateway_audit_head_keep_all BEFORE TRUNCATE ON gateway_audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION gateway_audit_head_keep();
"""


def upgrade() -> None:
    for statement in (*TABLES.split(";\n"), *FUNCTIONS, *TRIGGERS.split(";\n")):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a migration is not taken back: restore a backup instead")

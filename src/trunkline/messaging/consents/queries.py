"""The SQL of consents: all of it."""

from __future__ import annotations

__all__ = [
    "BLOCKED",
    "BLOCKS_OF",
    "CHANGE",
    "HISTORY",
    "LIST",
    "LIST_OF_RECIPIENT",
    "LOAD_SERVICE_OPT_OUTS",
    "READ_SERVICE_OPT_OUTS",
    "RESET_CONSENTS",
    "SET_SERVICE_OPT_OUT",
]

# By primary key, as many as are asked for.
BLOCKED = """
SELECT u.n FROM unnest($1::uuid[], $2::text[], $3::text[])
    WITH ORDINALITY AS u(account_id, scope, recipient, n)
JOIN consents c USING (account_id, scope, recipient) WHERE c.status = 'blocked'
"""

BLOCKS_OF = """
SELECT scope FROM consents
WHERE account_id = $1 AND recipient = $2 AND scope = ANY ($3::text[]) AND status = 'blocked'
"""

# What changes nothing is written nowhere: the same import a second time adds no history. An
# opt-in of somebody who never opted out is news, too: it is the evidence of a first consent.
# Of two changes of one pair in one statement the later stays (a pair is in `u` once: see works).
#
# A list that is told late does not undo what a person has said since: what says when it was said
# has to be newer than what is known, and an imported opt-in that does not say it lifts no block.
# The person's own word counts always, and what an API says without a date is said now.
CHANGE = """
WITH u AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[]
    ) AS u(id, account_id, scope, recipient, status, method, keyword, source, ip, user_agent,
           consented_at, changed_at)
),
changed AS (
    INSERT INTO consents AS c (account_id, scope, recipient, status, method, keyword, source, ip,
                               user_agent, consented_at, changed_at)
    SELECT account_id, scope, recipient, status, method, keyword, source, ip, user_agent,
           consented_at, changed_at
    FROM u ORDER BY account_id, scope, recipient
    ON CONFLICT (account_id, scope, recipient) DO UPDATE SET
        status = excluded.status, method = excluded.method, keyword = excluded.keyword,
        source = excluded.source, ip = excluded.ip, user_agent = excluded.user_agent,
        consented_at = excluded.consented_at, changed_at = excluded.changed_at
    WHERE c.status <> excluded.status AND CASE
        WHEN excluded.method = 'keyword' THEN true
        WHEN excluded.consented_at IS NOT NULL
            THEN excluded.consented_at > least(c.consented_at, c.changed_at)
        ELSE excluded.method = 'api' OR excluded.status = 'blocked'
    END
    RETURNING account_id, scope, recipient
)
INSERT INTO consent_events (id, account_id, scope, recipient, status, method, keyword, source, ip,
                            user_agent, consented_at, changed_at)
SELECT u.* FROM u JOIN changed USING (account_id, scope, recipient)
RETURNING id
"""

COLUMNS = """scope, recipient, status, method, keyword, source, ip, user_agent, consented_at,
       changed_at"""

# Pages follow the key, so that each costs the same, however many come before it.
LIST = f"""
SELECT {COLUMNS} FROM consents
WHERE account_id = $1 AND (scope, recipient) > ($2, $3)
  AND ($4::text IS NULL OR scope = $4) AND ($5::text IS NULL OR status = $5)
  AND ($6::text IS NULL OR method = $6)
ORDER BY scope, recipient LIMIT $7
"""
LIST_OF_RECIPIENT = f"""
SELECT {COLUMNS} FROM consents
WHERE account_id = $1 AND recipient = $8 AND (scope, recipient) > ($2, $3)
  AND ($4::text IS NULL OR scope = $4) AND ($5::text IS NULL OR status = $5)
  AND ($6::text IS NULL OR method = $6)
ORDER BY scope LIMIT $7
"""

HISTORY = """
SELECT scope, recipient, status, method, keyword, source, ip, user_agent, consented_at, changed_at
FROM consent_events WHERE account_id = $1 AND scope = $2 AND recipient = $3 ORDER BY id
"""

# --- the words of services ------------------------------------------------------------------
LOAD_SERVICE_OPT_OUTS = "SELECT service_id, settings FROM service_opt_outs"
READ_SERVICE_OPT_OUTS = f"{LOAD_SERVICE_OPT_OUTS} WHERE service_id = ANY ($1::uuid[])"
SET_SERVICE_OPT_OUT = """
INSERT INTO service_opt_outs (service_id, settings, updated_at)
SELECT id, $2, $3 FROM messaging_services WHERE id = $1
ON CONFLICT (service_id) DO UPDATE SET settings = excluded.settings,
                                       updated_at = excluded.updated_at
RETURNING service_id
"""

# --- reset ----------------------------------------------------------------------------------
RESET_CONSENTS = (
    "DELETE FROM consents WHERE account_id IN (SELECT id FROM accounts WHERE world_id = $1)",
    "DELETE FROM consent_events WHERE account_id IN (SELECT id FROM accounts WHERE world_id = $1)",
)

"""The SQL of sticky senders."""

FIND = """
SELECT s.service_id, s.recipient, s.sender
FROM unnest($1::uuid[], $2::text[]) AS u(service_id, recipient)
JOIN sticky_senders s USING (service_id, recipient)
"""

# Of a service that is being deleted nothing is kept: a foreign key that fails would take the
# whole commit with it. Who wrote first ($5) is only met where nobody knows it yet.
KEEP = """
INSERT INTO sticky_senders (service_id, recipient, sender, created_at)
SELECT u.service_id, u.recipient, u.sender, u.moment
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::boolean[])
    AS u(service_id, recipient, sender, moment, met)
JOIN (
    SELECT id FROM messaging_services WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE
) AS s ON s.id = u.service_id
WHERE NOT u.met OR NOT EXISTS (
    SELECT FROM sticky_senders k WHERE (k.service_id, k.recipient) = (u.service_id, u.recipient)
)
ORDER BY u.service_id, u.recipient COLLATE "C"
ON CONFLICT (service_id, recipient) DO UPDATE SET sender = excluded.sender
WHERE sticky_senders.sender <> excluded.sender
"""

"""The SQL of rates."""

# The term counts up when another node takes over: what the former one began is refused.
ACQUIRE = """
INSERT INTO sender_leases AS l
    (world_id, sender, timeline, next_free, owner, term, lease_until)
SELECT u.world_id, u.sender, u.timeline, 'epoch', $4::uuid, 1, now() + make_interval(secs => $5)
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u(world_id, sender, timeline)
ORDER BY 1, 2, 3
ON CONFLICT (world_id, sender, timeline) DO UPDATE
SET owner = excluded.owner, lease_until = excluded.lease_until,
    term = l.term + (l.owner <> excluded.owner)::int
WHERE l.owner = excluded.owner OR l.lease_until < now()
"""

READ_LEASES = """
SELECT l.world_id, l.sender, l.timeline, l.next_free, l.owner, l.term
FROM sender_leases l
JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS u(world_id, sender, timeline)
USING (world_id, sender, timeline)
"""

RENEW = """
UPDATE sender_leases l SET lease_until = now() + make_interval(secs => $5)
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u(world_id, sender, timeline)
WHERE (l.world_id, l.sender, l.timeline) = (u.world_id, u.sender, u.timeline) AND l.owner = $4
RETURNING l.world_id, l.sender, l.timeline, l.term
"""

END_LEASES = """
UPDATE sender_leases l SET lease_until = now() - interval '1 second'
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u(world_id, sender, timeline)
WHERE (l.world_id, l.sender, l.timeline) = (u.world_id, u.sender, u.timeline) AND l.owner = $4
"""

# Nobody has used it for a day of real time, which is a day of every world's at least: whatever was
# used up then, there is credit again.
FORGET_LEASES = "DELETE FROM sender_leases WHERE lease_until < now() - interval '1 day'"

END_ALL_LEASES = """
UPDATE sender_leases SET lease_until = now() - interval '1 second'
WHERE owner = $1 AND lease_until > now()
"""

# Locked in one order, whoever writes.
KEEP_TURNS = """
WITH u AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[])
        AS t(world_id, sender, timeline, term, next_free)
), mine AS (
    SELECT l.world_id, l.sender, l.timeline, u.next_free
    FROM sender_leases l JOIN u USING (world_id, sender, timeline)
    WHERE l.owner = $6 AND l.term = u.term
    ORDER BY 1, 2, 3 FOR UPDATE OF l
)
UPDATE sender_leases l SET next_free = greatest(l.next_free, mine.next_free)
FROM mine
WHERE (l.world_id, l.sender, l.timeline) = (mine.world_id, mine.sender, mine.timeline)
RETURNING l.world_id, l.sender, l.timeline, l.term
"""

KEEP_ACCOUNT_MMS = """
INSERT INTO account_mms_rates AS a (world_id, account_id, timeline, next_free)
SELECT u.world_id, u.account_id, u.timeline, u.next_free
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
    AS u(world_id, account_id, timeline, next_free)
JOIN accounts ON accounts.id = u.account_id
ORDER BY 2, 3
ON CONFLICT (account_id, timeline) DO UPDATE
SET next_free = greatest(a.next_free, excluded.next_free)
"""

LOAD_ACCOUNT_MMS = "SELECT world_id, account_id, timeline, next_free FROM account_mms_rates"

# Only what nobody has claimed: a claim may be in the carrier's hands. And only to a node that
# lives: else they stay ours, and are read again.
GIVE_TO = """
UPDATE dispatch SET owner = $2
WHERE message_id = ANY ($1::uuid[]) AND owner = $3 AND claimed_at IS NULL
  AND EXISTS (SELECT FROM nodes WHERE id = $2 AND lease_until > now())
"""

# What waits for its sender. A message of a service has none in the table until it is on its way.
COUNT_WAITING = """
SELECT d.sender,
       sum(CASE WHEN m.num_media > 0 THEN 1 ELSE greatest(m.num_segments, 1) END) AS units
FROM dispatch d JOIN messages m ON m.id = d.message_id
WHERE d.world_id = $1 AND d.sender <> '' AND d.step IN ('media', 'submit')
  AND d.claimed_at IS NULL
GROUP BY d.sender
"""

RESET_WORLD = (
    "DELETE FROM sender_leases WHERE world_id = $1",
    "DELETE FROM account_mms_rates WHERE world_id = $1",
)

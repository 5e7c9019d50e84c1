"""The SQL of blobs, of who may read media, and of reading them."""

# What refers to a blob: the content of a message, or a recording of a call.
_USERS = """
    (SELECT message_id AS id FROM message_content c WHERE c.blob_id = {blob} LIMIT 1)
    UNION ALL (SELECT id FROM recordings r WHERE r.blob_id = {blob} LIMIT 1) LIMIT 1
"""

# What a transaction has let go of is seen once it is committed, and with it everything that refers
# to the same blob: who copies a row holds it until then.
LET_GO = f"""
SELECT n, blob_id, used.id IS NULL AS free
FROM (SELECT n, blob_id FROM blobs_let_go ORDER BY n LIMIT $1) AS gone
LEFT JOIN LATERAL ({_USERS.format(blob="gone.blob_id")}) AS used ON true
"""
# By their numbers: the same blob may have been let go of once more meanwhile.
FORGET_LET_GO = "DELETE FROM blobs_let_go WHERE n = ANY ($1::bigint[])"

ORPHANS = f"""
SELECT u.blob_id FROM unnest($1::uuid[]) AS u(blob_id)
LEFT JOIN LATERAL ({_USERS.format(blob="u.blob_id")}) AS used ON true
WHERE used.id IS NULL
"""

MAKE_PLACE = "INSERT INTO blob_place (only_one, id) VALUES (true, $1) ON CONFLICT DO NOTHING"
PLACE = "SELECT id FROM blob_place"

FILE = """
SELECT content_type, blob_id, size, data FROM message_content
WHERE message_id = $1 AND media_id = $2
"""

MEDIA_ACCOUNT = "SELECT basic_auth FROM media_accounts WHERE account_id = $1"
SET_MEDIA_ACCOUNT = """
INSERT INTO media_accounts (account_id, basic_auth)
SELECT id, $2 FROM accounts WHERE id = $1 AND kind = 'live'
ON CONFLICT (account_id) DO UPDATE SET basic_auth = excluded.basic_auth
RETURNING account_id
"""

"""The SQL of short links: all of it, but for the columns that works.py copies in."""

from __future__ import annotations

KEEP_SECRET = """
INSERT INTO platform_secrets (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value
"""

# --- domains --------------------------------------------------------------------------------
LOAD_DOMAINS = """
SELECT id, account_id, world_id, domain_name, fallback_url, callback_url, disable_https
FROM link_domains ORDER BY id
"""
LOAD_SERVICES = "SELECT service_id, domain_id FROM link_domain_services"
FETCH_DOMAIN = "SELECT * FROM link_domains WHERE id = $1 AND account_id = $2"
LIST_DOMAINS = """
SELECT d.id, d.account_id, d.domain_name, d.created_at,
       array(SELECT s.service_id FROM link_domain_services s WHERE s.domain_id = d.id
             ORDER BY s.service_id) AS services
FROM link_domains d WHERE d.world_id = $1 ORDER BY d.id
"""
ADD_DOMAIN = """
INSERT INTO link_domains (id, account_id, world_id, domain_name, continue_on_failure,
                          disable_https, created_at)
VALUES ($1, $2, $3, $4, false, false, $5)
ON CONFLICT (world_id, domain_name) DO NOTHING RETURNING id
"""
DELETE_DOMAIN = "DELETE FROM link_domains WHERE id = $1 AND world_id = $2 RETURNING id"
# An absent value stays as it is, an empty one clears the setting.
CONFIGURE_DOMAIN = """
UPDATE link_domains SET
    config_id = coalesce(config_id, $3),
    fallback_url = CASE WHEN $4::text IS NULL THEN fallback_url ELSE nullif($4, '') END,
    callback_url = CASE WHEN $5::text IS NULL THEN callback_url ELSE nullif($5, '') END,
    continue_on_failure = coalesce($6, continue_on_failure),
    disable_https = coalesce($7, disable_https),
    config_created_at = coalesce(config_created_at, $8),
    config_updated_at = $8
WHERE id = $1 AND account_id = $2 RETURNING *
"""
SET_CERTIFICATE = """
UPDATE link_domains SET certificate_id = coalesce(certificate_id, $3), certificate = $4,
    certificate_expires_at = $5, certificate_created_at = coalesce(certificate_created_at, $6),
    certificate_updated_at = $6
WHERE id = $1 AND account_id = $2 RETURNING *
"""
# One that was uploaded stays until there is another.
REQUEST_CERTIFICATE = """
UPDATE link_domains SET certificate_id = coalesce(certificate_id, $3),
    certificate_created_at = coalesce(certificate_created_at, $4), certificate_updated_at = $4
WHERE id = $1 AND account_id = $2 RETURNING *
"""
DELETE_CERTIFICATE = """
UPDATE link_domains SET certificate_id = NULL, certificate = NULL, certificate_expires_at = NULL,
    certificate_created_at = NULL, certificate_updated_at = NULL
WHERE id = $1 AND account_id = $2 AND certificate_id IS NOT NULL RETURNING id
"""

# --- domains of services --------------------------------------------------------------------
OWN_SERVICE = "SELECT id FROM messaging_services WHERE id = $1 AND account_id = $2"
ASSOCIATE = """
INSERT INTO link_domain_services (service_id, domain_id, created_at) VALUES ($1, $2, $3)
ON CONFLICT (service_id) DO UPDATE SET domain_id = link_domain_services.domain_id
RETURNING domain_id
"""
DISSOCIATE = """
DELETE FROM link_domain_services WHERE service_id = $1 AND domain_id = $2 RETURNING service_id
"""
DOMAIN_OF_SERVICE = """
SELECT d.* FROM link_domain_services s JOIN link_domains d ON d.id = s.domain_id
WHERE s.service_id = $1 AND d.account_id = $2
"""

# --- links ----------------------------------------------------------------------------------
FIND = """
SELECT l.id, l.message_id, l.world_id, l.domain_id, l.target, l.part, l.created_at, l.expires_at,
       m.account_id, m.mms, m.sender, m.recipient, m.service_id
FROM links l JOIN messages m ON m.id = l.message_id WHERE l.id = $1
"""
MEDIA_ID = "SELECT media_id FROM message_content WHERE message_id = $1 AND part = $2"
COUNT_CLICKS = """
UPDATE links l SET clicks = l.clicks + u.clicks
FROM unnest($1::uuid[], $2::bigint[]) AS u(id, clicks)
WHERE l.id = u.id RETURNING l.id, l.clicks - u.clicks AS before
"""
CLICKS = """
SELECT k.id AS click_id, k.user_agent, k.clicked_at, l.id, l.target, l.message_id, m.account_id,
       m.mms, m.sender, m.recipient, m.service_id, c.body
FROM link_clicks k JOIN links l ON l.id = k.link_id JOIN messages m ON m.id = l.message_id
LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
WHERE k.id = ANY ($1::uuid[])
"""
LINKS_OF_MESSAGE = """
SELECT l.id, l.clicks, l.part, l.created_at, l.expires_at, l.target, c.body
FROM links l JOIN messages m ON m.id = l.message_id
LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
WHERE l.message_id = $1 AND m.world_id = $2 AND m.mms = $3 ORDER BY l.part NULLS FIRST, l.id
"""
CLICKS_OF_MESSAGE = """
SELECT link_id, user_agent, clicked_at FROM link_clicks WHERE message_id = $1 ORDER BY id LIMIT $2
"""

# --- the end of a message, of a world, of their time ----------------------------------------
DELETE_LINKS = "DELETE FROM links WHERE message_id = $1"
DELETE_CLICKS = "DELETE FROM link_clicks WHERE message_id = $1"
RESET_WORLD = (
    "DELETE FROM link_clicks WHERE world_id = $1",
    "DELETE FROM links WHERE world_id = $1",
)
# A batch of those that were made long ago, by the index on the message that they belong to.
DROP_OLD = (
    """
    DELETE FROM links WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM links WHERE message_id < $1 ORDER BY message_id LIMIT $2))
    """,
    """
    DELETE FROM link_clicks WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM link_clicks WHERE message_id < $1 ORDER BY message_id LIMIT $2))
    """,
)

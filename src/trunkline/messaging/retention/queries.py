"""The SQL of forgetting.

The text of a message is in `message_content` alone; links are sealed with codes that are in the
text (`messaging/links/link_keys.py`), so who forgets the text forgets where they lead, too.
"""

# Media go with the text: their rows stay, so that the parts keep their numbers.
DISCARD_CONTENT = """
UPDATE message_content
SET body = CASE WHEN part = 0 THEN '' END, data = NULL, blob_id = NULL, source_url = NULL
WHERE message_id = ANY ($1::uuid[])
"""
# Where a location or a button is part of what was sent.
DISCARD_OPTIONS = """
UPDATE messages SET options = options - '{persistent_action,buttons}'::text[]
WHERE id = ANY ($1::uuid[]) AND options ?| '{persistent_action,buttons}'::text[]
"""

# Which sender a recipient is used to, where nobody knew before this message. Before the address
# of the message itself is masked.
FORGET_STICKY = """
DELETE FROM sticky_senders s USING messages m
WHERE m.id = ANY ($1::uuid[]) AND s.service_id = m.service_id AND s.recipient = m.recipient
  AND s.created_at >= m.created_at
"""
OBFUSCATE_ADDRESS = """
UPDATE messages SET recipient = left(recipient, -4) || 'XXXX'
WHERE id = ANY ($1::uuid[]) AND right(recipient, 4) <> 'XXXX'
"""

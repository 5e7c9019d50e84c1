"""The SQL of virtual phones."""

LIST = """
SELECT world_id, phone, deliver_after_ms, fail_code, reject_code, no_receipt, auto_reply, read
FROM phone_behaviours
"""
FETCH = """
SELECT deliver_after_ms, fail_code, reject_code, no_receipt, auto_reply, read
FROM phone_behaviours
WHERE world_id = $1 AND phone = $2
"""
PUT = """
INSERT INTO phone_behaviours
    (world_id, phone, deliver_after_ms, fail_code, reject_code, no_receipt, auto_reply, read)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (world_id, phone) DO UPDATE SET
    deliver_after_ms = excluded.deliver_after_ms, fail_code = excluded.fail_code,
    reject_code = excluded.reject_code, no_receipt = excluded.no_receipt,
    auto_reply = excluded.auto_reply, read = excluded.read
"""
FORGET = "DELETE FROM phone_behaviours WHERE world_id = $1 AND phone = $2"

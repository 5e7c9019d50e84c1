"""Rows of messages that wait, as creates would have left them: put in by the million."""

from __future__ import annotations

from benchmarks.bench import Bench

__all__ = ["fill_campaign", "fill_schedule"]

# $1 how many, $2 account, $3 status, $4 sender, $5 service, $6 step, $7 first time, $8 last one
FILL = """
WITH made AS (
    INSERT INTO messages (id, account_id, world_id, mms, direction, status, sender, recipient,
        num_segments, num_media, service_id, carrier, options, event_seq, created_at, updated_at)
    SELECT encode(substring(int8send(
               (extract(epoch FROM now()) * 1000)::bigint) FROM 3) || uuid_send(gen_random_uuid()),
           'hex')::varchar(32)::uuid,
           $2::uuid, (SELECT id FROM worlds LIMIT 1), false, 'outbound-api', $3::text, $4::text,
           '+1415556' || lpad((n % 5000)::text, 4, '0'), 1, 0, $5::uuid, 'virtual',
           jsonb_build_object('send_at', due_at), 1, now(), now()
    FROM generate_series(1, $1::int) n, LATERAL (
        SELECT $7::timestamptz + ($8::timestamptz - $7) * ((n * 7919) % $1::int) / $1::int
            AS due_at) t
    RETURNING id, account_id, world_id, sender, service_id, options
), content AS (
    INSERT INTO message_content (message_id, part, body)
    SELECT id, 0, 'Your appointment is tomorrow at 10:30. Reply C to confirm.' FROM made
), events AS (
    INSERT INTO message_events (subject_id, seq, account_id, kind, world_time, real_time)
    SELECT id, 1, account_id, 'message.' || $3::text, now(), now() FROM made
)
INSERT INTO dispatch (message_id, world_id, account_id, sender, service_id, carrier, step, due_at,
    priority, owner, attempt)
SELECT id, world_id, account_id, sender, service_id, 'virtual', $6::text,
       (options->>'send_at')::timestamptz, 0,
       (SELECT id FROM nodes ORDER BY lease_until DESC LIMIT 1), 0
FROM made
"""
CHUNK = 100_000  # rows in one statement


async def fill_schedule(bench: Bench, count: int, service: str, first: str, last: str) -> None:
    """So many scheduled messages of a service, spread evenly between two times, which are told as
    intervals from now."""
    await _fill(bench, count, bench.account["account_sid"], "scheduled", None, service, first, last)


async def fill_campaign(bench: Bench, count: int) -> None:
    """So many messages of one sender that are due at once."""
    sender = bench.account["numbers"][0]
    await _fill(bench, count, bench.account["account_sid"], "queued", sender, None, "0", "0")


async def _fill(
    bench: Bench,
    count: int,
    account: str,
    status: str,
    sender: str | None,
    service: str | None,
    first: str,
    last: str,
) -> None:
    times = await bench.database.fetchrow(
        "SELECT now() + $1::text::interval, now() + $2::text::interval", first, last
    )
    assert times is not None
    for start in range(0, count, CHUNK):
        await bench.database.execute(
            FILL,
            min(CHUNK, count - start),
            account[2:],
            status,
            sender,
            None if service is None else service[2:],
            "choose" if service is not None else "submit",
            *times,
            timeout=600,
        )

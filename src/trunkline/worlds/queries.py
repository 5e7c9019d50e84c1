"""The SQL of worlds."""

LIST = "SELECT id, name, clock_offset_us, clock_movable, limits, created_at FROM worlds ORDER BY id"

FETCH = (
    "SELECT id, name, clock_offset_us, clock_movable, limits, created_at FROM worlds WHERE id = $1"
)

INSERT = """
INSERT INTO worlds (id, name, clock_offset_us, clock_movable, limits, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""

SET_OFFSET = "UPDATE worlds SET clock_offset_us = $2 WHERE id = $1"

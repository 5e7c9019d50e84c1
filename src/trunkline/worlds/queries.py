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

# --- limits ---------------------------------------------------------------------------------
LIST_LIMITS = "SELECT id, limits, limit_values FROM worlds"

FETCH_LIMITS = "SELECT limits, limit_values FROM worlds WHERE id = $1"

SET_LIMITS = "UPDATE worlds SET limits = $2, limit_values = $3 WHERE id = $1"

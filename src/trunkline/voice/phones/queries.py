"""The SQL of phones' scripts."""

from __future__ import annotations

LIST = "SELECT world_id, phone, steps, audio FROM call_scripts"
FETCH = "SELECT steps, audio FROM call_scripts WHERE world_id = $1 AND phone = $2"
PUT = "INSERT INTO call_scripts (world_id, phone, steps, audio) VALUES ($1, $2, $3, $4)"
FORGET = "DELETE FROM call_scripts WHERE world_id = $1 AND phone = $2"
PUT_AUDIO = """
INSERT INTO call_script_audio (world_id, phone, digest, wave) VALUES ($1, $2, $3, $4)
"""
WAVE = "SELECT wave FROM call_script_audio WHERE digest = $1 LIMIT 1"
OF_WORLD = "SELECT id FROM calls WHERE world_id = $1 AND id = ANY ($2::uuid[])"

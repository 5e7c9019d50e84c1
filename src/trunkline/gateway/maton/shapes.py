"""What the Maton contract shows of a connection."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trunkline.gateway.connectors import Catalogue
from trunkline.gateway.model import Connection, Status

__all__ = ["EVERY_METHOD", "STATUSES", "connection_shape"]

STATUSES = {Status.ACTIVE: "ACTIVE", Status.PENDING: "PENDING", Status.FAILED: "FAILED"}
# The contract knows no method for an account of this platform: nothing is entered, as with BASIC.
METHODS = {"BASIC": "BASIC", "API_KEY": "API_KEY", "OAUTH2": "OAUTH2", "PLATFORM": "BASIC"}
EVERY_METHOD = ("API_KEY", "BASIC", "JWT", "OAUTH1", "OAUTH2", "MCP")  # of the contract


def moment(value: datetime) -> str:
    """`2026-02-09T23:18:44.243582Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def connection_shape(connection: Connection, catalogue: Catalogue, url: str) -> dict[str, Any]:
    """A superset: the SDK's own quick start reads `id`, the contract says `connection_id`."""
    connector = catalogue.get(connection.connector)
    method = connector.method(connection.method) if connector else None
    return {
        "connection_id": connection.id,
        "id": connection.id,
        "status": STATUSES.get(connection.status, "FAILED"),
        "creation_time": moment(connection.created_at),
        "last_updated_time": moment(connection.updated_at),
        "url": url,
        "app": connection.connector,
        "method": METHODS[method.kind] if method else "BASIC",
        "name": connection.name,
        "metadata": dict(connection.metadata),
        **({"error": connection.error} if connection.error else {}),
    }

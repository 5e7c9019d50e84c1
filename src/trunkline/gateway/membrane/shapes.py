"""What the Membrane contract shows: connections, connectors, requests, actions.

Answers hold what newer and older clients read: `connectorKey` and `connectionId` beside the fields
of the SDK's schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from trunkline.gateway.actions import Action
from trunkline.gateway.connections import ConnectRequest
from trunkline.gateway.connectors import Connector
from trunkline.gateway.model import Connection, Status

__all__ = ["action_shape", "connection_shape", "connector_shape", "request_shape"]

_STATES = {
    Status.PENDING: "CLIENT_ACTION_REQUIRED",
    Status.ACTIVE: "READY",
    Status.FAILED: "CLIENT_ACTION_REQUIRED",
    Status.ARCHIVED: "DISCONNECTING",
}


def moment(value: datetime) -> str:
    """ISO 8601 with milliseconds, in UTC."""
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def connection_shape(
    connection: Connection, connector: Connector | None, url: str | None = None
) -> dict[str, Any]:
    """`url` is the hosted page that makes it ready, where it is not."""
    method = connector.method(connection.method) if connector else None
    shape: dict[str, Any] = {
        "id": connection.id,
        "connectionId": connection.id,
        "name": connection.name,
        "connectorId": connector.id if connector else connection.connector,
        "connectorKey": connection.connector,
        "integrationId": connector.id if connector else connection.connector,
        "connected": connection.status is Status.ACTIVE,
        "disconnected": connection.status is not Status.ACTIVE,
        "state": _STATES[connection.status],
        "createdAt": moment(connection.created_at),
        "updatedAt": moment(connection.updated_at),
        "userId": connection.user_id,
        "tenantId": connection.user_id,
        "canTest": bool(connector and method and connector.probes(method)),
        "canRefreshCredentials": bool(method and method.oauth),
        "meta": dict(connection.metadata),
    }
    if connection.key is not None:
        shape["key"] = connection.key
    if connection.method is not None:
        shape["authOptionKey"] = connection.method
    if connection.last_used_at is not None:
        shape["lastActiveAt"] = moment(connection.last_used_at)
    if connection.refresh_at is not None:
        shape["nextCredentialsRefreshAt"] = moment(connection.refresh_at)
    if connection.error is not None:
        shape["error"] = {"type": "connection", "message": connection.error}
    if connection.status in (Status.PENDING, Status.FAILED):
        action = {"type": "connect", "description": f"Connect {connection.name} in a browser."}
        shape["clientAction"] = {**action, **({"uiUrl": url} if url else {})}
    return shape


def connector_shape(connector: Connector, logo: str) -> dict[str, Any]:
    """A connector as search and lists show it; `logo` is where its picture is."""
    return {
        "id": connector.id,
        "key": connector.key,
        "uuid": str(uuid5(NAMESPACE_URL, f"trunkline:connector:{connector.key}")),
        "name": connector.name,
        "logoUri": logo,
        "description": connector.description,
        "appUrl": connector.app_url,
    }


def request_shape(request: ConnectRequest, connector: Connector | None, url: str) -> dict[str, Any]:
    """A request for a connection; `url` is where a person fulfils it."""
    shape: dict[str, Any] = {
        "requestId": request.id,
        "tenantId": request.user_id,
        "connectorId": connector.id if connector else request.connector,
        "connectorKey": request.connector,
        "status": request.status,
        "createdAt": moment(request.created_at),
        "url": url,
    }
    if request.status == "success":
        shape |= {
            "resultConnectionId": request.connection_id,
            "connectionId": request.connection_id,
        }
    if request.error is not None:
        shape["resultError"] = {"type": "connection", "message": request.error}
    return shape


def action_shape(
    action: Action, connection: Connection | None, app: str | None = None
) -> dict[str, Any]:
    """An action of a connection's connector, else of `app`'s; input and output as JSON Schema."""
    app = connection.connector if connection else app or action.connectors[0]
    shape: dict[str, Any] = {
        "id": action.id,
        "key": action.key,
        "name": action.name,
        "description": action.description,
        "type": "api-request-to-external-app",
        "inputSchema": _plain(action.input_schema),
        "outputSchema": _plain(action.output_schema),
        "integrationId": f"cnt_{app}",
        "state": "READY",
    }
    if connection is not None:
        shape["connectionId"] = connection.id
    return shape


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    return dict(schema)

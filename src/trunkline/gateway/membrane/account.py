"""Who asks, what their workspace is, and search."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.connectors import Connector
from trunkline.gateway.errors import NotFound
from trunkline.gateway.keys.signed_tokens import read_token
from trunkline.gateway.membrane.shapes import action_shape, connector_shape, moment
from trunkline.gateway.model import Caller
from trunkline.gateway.parts import Parts
from trunkline.gateway.sign_in import shown_email
from trunkline.gateway.web import answer_json, bearer_of, caller_of, query_of, read_json
from trunkline.sids import id_time

__all__ = ["Account"]

MOST = 100
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" '
    'rx="12" fill="#334"/><text x="32" y="43" font-family="sans-serif" font-size="32" fill="#fff" '
    'text-anchor="middle">{}</text></svg>'
)


class Sought(msgspec.Struct, rename="camel"):
    """What is searched for."""

    q: str = ""
    element_type: str | None = None
    limit: int = 10
    cursor: str | None = None


class Minted(msgspec.Struct, rename="camel"):
    """Whom an access token is to be for."""

    is_admin: bool | None = None
    tenant_id: str | None = None
    tenant_key: str | None = None
    name: str | None = None


class Account:
    """See the module. A user of ours is a tenant in this contract, a tenant a workspace."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def self_(self, request: Request) -> Response:
        """The user."""
        return answer_json(_user(await caller_of(request, self._parts.let_in)))

    async def account(self, request: Request) -> Response:
        """The user, the workspace, and the organisation, which is the workspace again."""
        caller = await caller_of(request, self._parts.let_in)
        workspace = _workspace(caller)
        org = {name: workspace[name] for name in ("id", "key", "name", "createdAt", "updatedAt")}
        user = {**_user(caller), "email": shown_email(caller), "trialRequested": False}
        return answer_json({"user": user, "workspace": workspace, "orgs": [org]})

    async def workspaces(self, request: Request) -> Response:
        """The one workspace that a key or a token is for."""
        caller = await caller_of(request, self._parts.let_in)
        return answer_json({"items": [_workspace(caller)]})

    async def access_token(self, request: Request) -> Response:
        """A token for a user of the workspace."""
        caller = await caller_of(request, self._parts.let_in)
        asked = await read_json(request, Minted)
        signed = read_token(bearer_of(request))  # by a workspace's secret: it names its key
        own = (caller.tenant_id, caller.tenant_key, signed and signed.workspace_key)
        if request.path_params["id"] not in own:
            raise NotFound("There is no such workspace, or it is not yours.")
        token = await self._parts.sign_in.mint(
            caller,
            user_key=asked.tenant_key or asked.tenant_id,
            name=asked.name,
            is_admin=bool(asked.is_admin),
            bearer=bearer_of(request),
            issuer=f"{self._parts.base_url()}/membrane",
        )
        return answer_json({"token": token})

    async def search(self, request: Request) -> Response:
        """Connectors, and actions, that fit a text."""
        await caller_of(request, self._parts.let_in)
        asked = query_of(request, Sought)
        kind = (asked.element_type or "").lower()
        limit = max(1, min(asked.limit, MOST))
        items: list[dict[str, object]] = []
        if kind in ("", "connector", "app", "externalapp", "integration"):
            items += [
                {"elementType": "connector", "element": self._shape(found)}
                for found in self._parts.catalogue.search(asked.q, limit)
            ]
        if kind in ("", "action"):
            page = await self._parts.actions.list(
                intent=asked.q[:200] or None, limit=limit, connector=None, search=None, cursor=None
            )
            items += [
                {"elementType": "action", "element": action_shape(action, None)}
                for action in page.items
            ]
        return answer_json({"items": items[:limit]})

    async def connectors(self, request: Request) -> Response:
        """Every connector."""
        await caller_of(request, self._parts.let_in)
        return answer_json({"items": [self._shape(found) for found in self._parts.catalogue.all()]})

    async def connector(self, request: Request) -> Response:
        """One connector."""
        await caller_of(request, self._parts.let_in)
        found = self._parts.catalogue.get(request.path_params["id"])
        if found is None:
            raise NotFound("There is no such connector.")
        return answer_json(self._shape(found))

    async def logo(self, request: Request) -> Response:
        """Its first letter, for lists: providers' own marks are not ours to show."""
        found = self._parts.catalogue.get(request.path_params["id"])
        if found is None:
            raise NotFound("There is no such connector.")
        headers = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return Response(LOGO.format(found.name[0]), 200, headers, media_type="image/svg+xml")

    def _shape(self, connector: Connector) -> dict[str, object]:
        base = f"{self._parts.base_url()}/membrane/connectors/{connector.id}"
        return connector_shape(connector, f"{base}/logo")


def _user(caller: Caller) -> dict[str, object]:
    return {
        "id": caller.user_id,
        "name": caller.user_key,
        "internalId": caller.user_key,
        "workspaceKey": caller.tenant_key,
        **({"email": caller.email} if caller.email else {}),
    }


def _workspace(caller: Caller) -> dict[str, object]:
    made = moment(id_time(caller.tenant_id.replace("-", "")))
    return {
        "id": caller.tenant_id,
        "orgId": caller.tenant_id,
        "key": caller.tenant_key,
        "name": caller.tenant_key,
        "secret": "",  # the SDK's schema wants a text; it was told once, to who made the key
        "createdAt": made,
        "updatedAt": made,
    }

"""What the faces are made of: the gateway's core, as one value to hand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from trunkline.clock import Clock
from trunkline.gateway.actions import Actions
from trunkline.gateway.audit import Audit, Entry, template_path
from trunkline.gateway.connections import Connections, EnterCredentials, Requests, Sessions
from trunkline.gateway.connections import TestConnection as CheckConnection
from trunkline.gateway.connectors import Catalogue, Upstreams
from trunkline.gateway.errors import GatewayError
from trunkline.gateway.keys import Tenants
from trunkline.gateway.model import Caller
from trunkline.gateway.oauth import Authorise
from trunkline.gateway.proxy import Forward
from trunkline.gateway.sign_in import SignIn
from trunkline.gateway.web import Authenticating

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The core of a node's gateway."""

    base_url: Callable[[], str]  # of the platform, without a slash at its end
    authenticate: Authenticating
    let_in: Authenticating  # the same, counted: for what no rate of the proxy's holds for
    tenants: Tenants
    catalogue: Catalogue
    upstreams: Upstreams
    connections: Connections
    requests: Requests
    sessions: Sessions
    enter: EnterCredentials
    check: CheckConnection
    authorise: Authorise
    forward: Forward
    actions: Actions
    audit: Audit
    clock: Clock
    sign_in: SignIn
    new_id: Callable[[], str]  # 32 hex digits
    development: bool  # whether this platform's own account may stand in for a provider's

    def page_url(self, token: str) -> str:
        """The hosted page of a session."""
        return f"{self.base_url()}/gateway/connect?session_token={token}"

    def note(self, caller: Caller, kind: str, connection_id: str) -> None:
        """Write down what was done with a connection, beside what was asked of its provider."""
        self.audit.record(
            Entry(
                at=self.clock.now(),
                kind=kind,
                tenant_id=caller.tenant_id,
                user_id=caller.user_id,
                key_id=caller.key_id,
                connection_id=connection_id,
            )
        )

    def refused(self, caller: Caller, request: Request, error: GatewayError) -> None:
        """Write down a refusal that came before anything was asked of a provider."""
        self.audit.record(
            Entry(
                at=self.clock.now(),
                kind="refused",
                tenant_id=caller.tenant_id,
                user_id=caller.user_id,
                key_id=caller.key_id,
                method=request.method,
                path_template=template_path(request.scope["path"]),
                status=error.status,
                code=error.code,
            )
        )

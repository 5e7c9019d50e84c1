"""In development each world has a key of the gateway without anybody making one, and with it a
connection for `twilio` that leads to the world's own account: scripts and `trunkline exec` need no
step before their first."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.gateway.model import Caller

__all__ = ["DevelopmentKeys", "development_key"]

PREFIX = "tlk_"
TOKEN_PREFIX = "pat-"  # of the same key where a client wants a token


def development_key(control_token: str, world_id: str) -> str:
    """The same for as long as the data folder lives; whoever has the control token could make a
    key anyway."""
    digest = hmac.digest(control_token.encode(), f"gateway:{world_id}".encode(), hashlib.sha256)
    return PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


class DevelopmentKeys:
    """Lets callers in as `authenticate` does, and a world's own key, which comes to be at its
    first use: `adopt` makes it when a text is one, and says whether."""

    def __init__(
        self,
        authenticate: Callable[[str], Awaitable[Caller]],
        adopt: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._authenticate = authenticate
        self._adopt = adopt

    async def __call__(self, bearer: str) -> Caller:
        """The caller. Raises NotAuthenticated."""
        from trunkline.gateway.errors import NotAuthenticated

        try:
            return await self._authenticate(bearer)
        except NotAuthenticated:
            key = bearer
            if bearer.startswith(TOKEN_PREFIX):
                key = PREFIX + bearer.removeprefix(TOKEN_PREFIX)
            if not await self._adopt(key):
                raise
        return await self._authenticate(bearer)

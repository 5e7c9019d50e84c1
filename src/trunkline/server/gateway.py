"""The gateway's way in: which requests are its, and its parts, which are loaded when the first
one comes. A platform whose gateway nobody uses neither waits for them nor holds them in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from trunkline.faults import fault
from trunkline.gateway.development import development_key
from trunkline.redirect.hosts import fits
from trunkline.server.core import Core
from trunkline.worlds import World

if TYPE_CHECKING:
    from trunkline.server.gateway_parts import GatewayParts

__all__ = ["Gateway"]

log = structlog.get_logger(__name__)

MATON, MEMBRANE, COMMON = "/maton", "/membrane", ""
WELL_KNOWN = ("/.well-known/oauth-", "/.well-known/openid-configuration")
MATON_HOSTS = ("maton.ai", "*.maton.ai")
MEMBRANE_HOSTS = ("getmembrane.com", "*.getmembrane.com")
OWN_HOSTS = {
    "ctrl": MATON,
    "gateway": MATON,
    "connect": COMMON,
    "api": MATON,
    "membrane": MEMBRANE,
}
SIGNING_IN = re.compile(r"/oauth/(?!v[0-9])")  # versions are of Twilio's product of that name
VERSION = b"membrane-api-version"  # a header of every request of Membrane's SDK
ASKED = b"access-control-request-headers"


class Gateway:
    """One node's gateway. `control_token` is known once the platform has started."""

    def __init__(self, core: Core, control_token: Callable[[], str]) -> None:
        self._core = core
        self._control_token = control_token
        self._domain = (core.settings.gateway_domain or "").lower().rstrip(".")
        self._loading: asyncio.Task[GatewayParts] | None = None
        self._stopped = False

    def face_of(self, scope: Any) -> tuple[str, str] | None:
        """The face that a request is for, by its prefix, and the prefix that its path has. None:
        it is not for the gateway."""
        path: str = scope["path"]
        for prefix in (MATON, MEMBRANE):
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return prefix, prefix
        if path.startswith(("/gateway/", *WELL_KNOWN)) or SIGNING_IN.match(path):
            return COMMON, COMMON
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        name = host.decode("latin-1").partition(":")[0].lower().rstrip(".")
        face = self._by_host(name)
        if face == MATON and name.startswith("api.") and _speaks_membrane(scope):
            face = MEMBRANE
        if face == COMMON and path == "/":
            return COMMON, COMMON
        return None if face is None else (face, COMMON)

    def _by_host(self, name: str) -> str | None:
        if fits(name, MATON_HOSTS):
            return COMMON if name.startswith("connect.") else MATON
        if fits(name, MEMBRANE_HOSTS):
            return MEMBRANE
        label, _, domain = name.partition(".")
        if self._domain and domain == self._domain:
            return OWN_HOSTS.get(label)
        return None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            parts = await self.parts()
        except Exception as error:  # the database is away, master keys are missing
            log.error("gateway.not_loaded", **fault(error))
            await _not_loaded(send)
            return
        face = self.face_of(scope)
        assert face is not None
        await parts.serve(face[0], face[1], scope, receive, send)

    async def parts(self) -> GatewayParts:
        """The gateway itself, loaded."""
        while True:
            if self._loading is None:
                if self._stopped:
                    raise RuntimeError("stopped")
                self._loading = asyncio.create_task(self._load())
            loading = self._loading
            try:
                return await asyncio.shield(loading)
            except Exception:
                if self._loading is loading:
                    self._loading = None  # the database was away: the next one tries again
                raise

    async def stop(self) -> None:
        """Finish what is under way, write what waits, close connections."""
        self._stopped = True
        if self._loading is not None:
            (parts,) = await asyncio.gather(self._loading, return_exceptions=True)
            if not isinstance(parts, BaseException):
                await parts.stop()

    def key(self, world: World) -> str | None:
        """The key that a world has in development."""
        if self._core.settings.mode == "production":
            return None
        return development_key(self._control_token(), world.id)

    async def _load(self) -> GatewayParts:
        # Reading some hundred modules takes most of a second: in a thread, others go on meanwhile.
        module = await asyncio.to_thread(import_module, "trunkline.server.gateway_parts")
        parts: GatewayParts = await module.GatewayParts.open(self._core, self.key)
        return parts


async def _not_loaded(send: Any) -> None:
    """An answer that both faces' clients read: nothing was done, and may be asked again."""
    message = "The gateway cannot be loaded now: the platform's log tells why."
    body = {"code": "unavailable", "type": "internal", "key": "unavailable", "message": message}
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})


def _speaks_membrane(scope: Any) -> bool:
    """A browser that asks whether it may send the header has not sent it yet."""
    return any(
        name == VERSION or (name == ASKED and VERSION in value.lower())
        for name, value in scope["headers"]
    )

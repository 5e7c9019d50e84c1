"""The gateway, as tests ask it: keys, JSON requests, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.support.platform import World

__all__ = ["SID", "TOKEN", "Answered", "Gateway", "gateway_key"]

SID = "AC" + "5" * 32
TOKEN = "f00dfacef00dfacef00dfacef00dface"
"""An account of the provider that stands in for Twilio."""


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A platform's gateway with a key."""

    base_url: str
    key: dict[str, Any] = field(repr=False)  # as `trunkline keys create --json` prints it
    world: World | None = field(default=None, repr=False)

    @property
    def api_key(self) -> str:
        """What Maton's clients send."""
        return str(self.key["api_key"])

    @property
    def token(self) -> str:
        """What Membrane's clients send."""
        return str(self.key["token"])

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        seconds: float = 60,
    ) -> Answered:
        """One request, with the key unless another (or "" for none) is given; a body that is not
        bytes is sent as JSON. Nothing is followed."""
        given = {"Authorization": f"Bearer {self.api_key if key is None else key}"}
        if key == "":
            given = {}
        data = body
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
            given["Content-Type"] = "application/json"
        place = urlsplit(self.base_url)
        connection = HTTPConnection(place.hostname or "", place.port, timeout=seconds)
        try:
            connection.request(method, path, data, {**given, **(headers or {})})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, told, answer.read())
        finally:
            connection.close()

    def connect(self, app: str, secrets: Mapping[str, str], method: str | None = None) -> str:
        """An active connection whose credentials are given by API; its id."""
        wanted = {"connectorKey": app, "authOptionKey": method, "credentials": dict(secrets)}
        answer = self.ask("POST", "/membrane/connections", wanted, key=self.token)
        assert answer.status == 201, answer.body
        return str(answer.json["id"])


def gateway_key(world: World, tenant: str | None = None, **more: Any) -> Gateway:
    """A new key, of a tenant of a world."""
    wanted = {"tenant": tenant or world.name, **more}
    made = world.control("POST", "/gateway/keys", wanted)
    return Gateway(base_url=world.base_url, key=made, world=world)

"""The world of one test: its credentials, and the two APIs of the platform about it."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from trunkline.testing.connections import Answer, Connections
from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["Credentials", "World", "create_world"]

__tracebackhide__ = hidden

PREFIX = "/trunkline/v1"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MOST_NAME = 40  # characters of a test's name in that of its world
HIDDEN = "[secret]"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a client of a world needs. Secrets are in no `repr`."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_key: str
    api_secret: str = field(repr=False)
    gateway_key: str = field(default="", repr=False)
    numbers: tuple[str, ...]


class World:
    """A world of the platform, with an account and numbers of its own."""

    def __init__(
        self, connections: Connections, control_token: str, name: str, credentials: Credentials
    ) -> None:
        self.connections = connections
        self.name = name
        self.credentials = credentials
        self.loops: set[asyncio.AbstractEventLoop] = set()  # that serve apps of this world
        self.has_calls = False  # which a test leads: they are to end with it
        self._control_token = control_token
        pair = f"{credentials.account_sid}:{credentials.auth_token}".encode()
        self._basic = {"Authorization": f"Basic {b64encode(pair).decode()}"}
        self._bearer = {"Authorization": f"Bearer {control_token}"}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control API about this world: the answer's JSON, or None.

        `path` is below /trunkline/v1. Raises TrunklineError with the platform's sentence.
        """
        return _control(self.connections, self._bearer, method, self._target(path), body)

    def twilio(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        """Ask Twilio's API as the account: the answer's JSON. Raises TrunklineError."""
        body = None if form is None else urlencode(form).encode()
        answer = self.connections.request(method, path, {**self._basic, **FORM}, body)
        if answer.status // 100 != 2:
            raise _refused(answer)
        return answer.json

    def twilio_file(self, path: str) -> bytes:
        """A file of Twilio's API. Raises TrunklineError."""
        answer = self.connections.request("GET", path, self._basic)
        if answer.file is None:
            raise _refused(answer)
        return answer.file

    def control_file(self, path: str) -> bytes:
        """A file of the control API. Raises TrunklineError."""
        target = PREFIX + self._target(path)
        answer = self.connections.request("GET", target, self._bearer)
        if answer.file is None:
            raise _refused_by_control(self.connections, answer)
        return answer.file

    def advance(self, by: str | float) -> Any:
        """Move the clock; return when nothing of the world is due or under way any more, requests
        to apps included. Raises TrunklineError."""
        self.may_wait()
        return self.control("POST", "/clock/advance", {"by": by})

    def may_wait(self) -> None:
        """Raises TrunklineError where the world's apps could not answer meanwhile."""
        if asyncio._get_running_loop() in self.loops:
            raise TrunklineError(
                "This would wait for an app that runs on this very event loop: use what "
                "async_trunkline has instead, and await it."
            )

    def settle(self) -> None:
        """Do what is due, and move no clock. Raises TrunklineError."""
        self.advance(0)

    def events(self, kind: str = "message.") -> Any:
        """The events of messages, or of another kind, as a stream, for a `with` block."""
        return self.connections.stream(PREFIX + self._target(f"/events?kind={kind}"), self._bearer)

    def without_secrets(self, text: str) -> str:
        """The text without what opens the world or the platform."""
        known = self.credentials
        for secret in (
            known.auth_token,
            known.api_secret,
            known.gateway_key,
            self._control_token,
        ):
            text = text.replace(secret, HIDDEN) if secret else text
        return text

    def _target(self, path: str) -> str:
        return f"{path}{'&' if '?' in path else '?'}world={quote(self.name)}"


def create_world(connections: Connections, control_token: str, title: str, unique: str) -> World:
    """A new world, named after a test. Raises TrunklineError."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:MOST_NAME].rstrip("-") or "test"
    name = f"{name}-{unique}"
    bearer = {"Authorization": f"Bearer {control_token}"}
    made = _control(connections, bearer, "POST", "/worlds", {"name": name})["credentials"]
    credentials = Credentials(
        account_sid=made["account_sid"],
        auth_token=made["auth_token"],
        api_key=made["api_key"] or "",
        api_secret=made["api_secret"] or "",
        gateway_key=made["gateway_key"] or "",
        numbers=tuple(made["numbers"]),
    )
    return World(connections, control_token, name, credentials)


def _control(
    connections: Connections, bearer: dict[str, str], method: str, target: str, body: Any
) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = bearer if data is None else {**bearer, **JSON}
    answer = connections.request(method, PREFIX + target, headers, data)
    if answer.status // 100 == 2:
        return answer.json
    raise _refused_by_control(connections, answer)


def _refused_by_control(connections: Connections, answer: Answer) -> TrunklineError:
    try:
        sentence = answer.json["error"]["message"]
    except (KeyError, TypeError):
        sentence = f"What answers at {connections.base_url} is no Trunkline platform."
    return TrunklineError(str(sentence))


def _refused(answer: Answer) -> TrunklineError:
    """What Twilio's API refused, in its own words."""
    told = answer.json if isinstance(answer.json, dict) else {}
    code, message = told.get("code"), told.get("message", f"HTTP {answer.status}")
    return TrunklineError(f"{message} (error {code})" if code else str(message))

"""A client of the REST application, without sockets, for the tests of accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from tests.unit.rest.asgi_driver import Driver, basic
from trunkline.rest.app import TwilioApi

BORN = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """A response: its status, its text, and what the text says."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def refusal(self) -> tuple[int, int, str]:
        """Status, code and message of a refusal."""
        return self.status, self.json["code"], self.json["message"]


@dataclass(frozen=True)
class Client:
    """Speaks to the application with one pair of credentials."""

    app: TwilioApi
    username: str
    password: str
    host: str = "api.twilio.com"

    async def ask(self, method: str, target: str, body: bytes = b"") -> Answer:
        driver = Driver(self.app, basic(self.username, self.password))
        response = await driver.request(method, target, body=body, headers={"host": self.host})
        return Answer(response.status, response.body.decode())

    async def get(self, path: str, **query: str) -> Answer:
        return await self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    async def post(self, path: str, **form: str) -> Answer:
        return await self.ask("POST", path, urlencode(form).encode())

    async def delete(self, path: str) -> Answer:
        return await self.ask("DELETE", path)


Connect = Callable[..., Client]

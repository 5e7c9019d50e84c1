"""Clients whose messages have status callbacks, and phones that write to an app."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import aiohttp

from tests.crash.app_log import ASKED_ON, INBOUND, REDIRECTED, STATUS
from tests.crash.load import SLOW, WIRE, Load
from tests.crash.timed_connection import TimedConnection
from tests.support.platform import World
from tests.support.raw_http import FORM, head, messages

PATIENCE = 20.0  # seconds for one answer
ANSWERED = "answered"  # last word of a text that the app just answers


@dataclass
class WebhookLoad(Load):
    """What clients and phones saw. `accepted` holds the messages of both.

    `creates` is the part of all requests that clients make; phones write the others.
    """

    app: str = ""  # where the app is
    creates: float = 0.5
    written: dict[str, int] = field(default_factory=dict)  # SID: when its 201 was there
    texts: set[str] = field(default_factory=set)  # SIDs of what phones wrote

    def __post_init__(self) -> None:
        super().__post_init__()
        self._idle: list[TimedConnection] = []

    async def connect_number(self, world: World) -> None:
        """Let a number of the world ask the app."""
        number = world.numbers[1]
        path = f"/2010-04-01/Accounts/{world.account_sid}/IncomingPhoneNumbers"
        query = urlencode({"PhoneNumber": number})
        listed = await asyncio.to_thread(world.get, f"{path}.json?{query}")
        (found,) = listed["incoming_phone_numbers"]
        async with (
            aiohttp.ClientSession(headers={"Authorization": world.basic}) as session,
            session.post(
                f"{world.base_url}{path}/{found['sid']}.json", data={"SmsUrl": self.app + INBOUND}
            ) as answer,
        ):
            assert (await answer.json())["sms_url"] == self.app + INBOUND

    @contextlib.asynccontextmanager
    async def on(self, world: World) -> AsyncIterator[None]:
        """Send for the length of an `async with` block."""
        try:
            async with super().on(world):
                yield
        finally:
            while self._idle:
                self._idle.pop().close()

    async def _request(self, session: aiohttp.ClientSession, world: World) -> str | None:
        if self._random.random() < self.creates:
            return await asyncio.wait_for(self._create(world), PATIENCE)
        return await self._write(session, world)

    async def _create(self, world: World) -> str | None:
        form = {**self._form(world), "StatusCallback": self.app + STATUS}
        body = urlencode(form).encode()
        headers = {"Content-Type": FORM, "Content-Length": str(len(body))}
        connection = await self._connection(world)
        try:
            answer = await connection.ask(head(world, "POST", messages(world), headers) + body)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        told = json.loads(answer.body)
        if answer.status != 201:
            return f"{told['status']}/{told['code']}"
        self.accepted[told["sid"]] = form["Body"]
        self.written[told["sid"]] = answer.at
        return None

    async def _connection(self, world: World) -> TimedConnection:
        if self._idle:
            return self._idle.pop()
        place = urlsplit(world.base_url)
        assert place.hostname is not None
        assert place.port is not None
        connection = TimedConnection(place.hostname, place.port)
        try:
            await connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection

    async def _write(self, session: aiohttp.ClientSession, world: World) -> str | None:
        last_word = self._random.choice([*[ANSWERED] * 6, REDIRECTED, REDIRECTED, ASKED_ON])
        text = f"text {next(self._numbers)} of load {self.seed} {last_word}"
        async with session.post(
            f"{world.base_url}/trunkline/v1/phones/{self._phone()}/messages?world={world.name}",
            json={"to": world.numbers[1], "body": text},
            headers={"Authorization": f"Bearer {world.control_token}"},
        ) as answer:
            told = await answer.json()
        if answer.status != 201:
            return f"{answer.status}/{told['error']['code']}"
        self.accepted[told["sid"]] = text
        self.texts.add(told["sid"])
        return None

    def _recipient(self) -> str:
        """A quarter takes its time, so that its callbacks become due in two commits."""
        return SLOW if self._random.random() < 0.25 else super()._recipient()

    def _phone(self) -> str:
        """One that the platform plays, or, so that a reply leaves the platform, one beyond."""
        if self._random.random() < 0.3:
            return f"{WIRE}{self._random.randrange(10**8):08d}"
        return f"+1415557{self._random.randrange(10**4):04d}"

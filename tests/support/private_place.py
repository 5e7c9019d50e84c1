"""A world of a platform that logs all that it can, and all places where a text may be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from twilio.rest import Client

from tests.support.app_server import Asked, CustomerApp, Reply, customer_app
from tests.support.control import make_world, settle, text_from
from tests.support.inside import database_url, files_with, rows_with
from tests.support.platform import RunningPlatform, World, read_credentials
from tests.support.python_client import connect

__all__ = [
    "CONTENT",
    "NUMBER",
    "PHONE",
    "Place",
    "delete",
    "private_place",
    "private_platform",
    "quoting",
    "redact",
]

PHONE = "+14155550123"
NUMBER = "+12065550100"
TEXT = "Zwiebelfisch"
CONTENT = "message_content.body"


@dataclass
class Place:
    """A world, its app, and all that the platform keeps."""

    world: World
    app: CustomerApp
    data: Path
    text: str  # of this test alone

    @property
    def client(self) -> Client:
        return connect(self.world)

    def kept(self) -> set[str]:
        """The columns and files in which the text is."""
        return {*rows_with(database_url(self.data), self.text), *files_with(self.data, self.text)}

    def configure(self, url: str, **more: str) -> None:
        number = self.client.incoming_phone_numbers.list(phone_number=NUMBER)[0]
        number.update(sms_url=url, **more)

    def write(self, **more: object) -> str:
        """Let a phone write the text; the SID, once nothing more follows."""
        sid = text_from(self.world, PHONE, NUMBER, f"say {self.text}!")
        settle(self.world)
        return sid

    def debug(self, url: str) -> None:
        path = f"/webhooks/accounts/{self.world.account_sid}"
        self.world.control("PUT", path, {"debugger_url": url})

    def forget_all(self, how: Callable[[Client, str], object]) -> None:
        for message in self.client.messages.list():
            how(self.client, str(message.sid))


@contextmanager
def private_platform(data: Path) -> Iterator[tuple[World, Path]]:
    """A platform on a data folder: its default world, and the folder."""
    process = RunningPlatform(data, environment={"TRUNKLINE_LOG_LEVEL": "debug"})
    runtime = process.start()
    try:
        yield read_credentials(runtime["base_url"], runtime["control_token"], "default"), data
    finally:
        assert process.stop() == 0


@contextmanager
def private_place(running: tuple[World, Path]) -> Iterator[Place]:
    """A world of it that one test alone uses, with its app."""
    default, data = running
    world = make_world(default, "private")
    with customer_app(world.auth_token) as app:
        yield Place(world, app, data, TEXT + world.account_sid[-12:])


def redact(client: Client, sid: str) -> None:
    client.messages(sid).update(body="")


def delete(client: Client, sid: str) -> None:
    client.messages(sid).delete()


def quoting(asked: Asked) -> Reply:
    """An error page that repeats what was asked, in its text and in a header."""
    said = f"500: {asked.target} {asked.form}"
    return Reply(500, said.encode(), "text/plain", (("X-Asked", said),))

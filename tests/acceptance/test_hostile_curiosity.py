"""What was to be forgotten is nowhere: not in the database, and not in a log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest_asyncio

from tests.acceptance.conftest import read_credentials
from tests.support.control import advance, bodies, set_phone, settle, text_from
from tests.support.media_server import File, media_server
from tests.support.platform import RunningPlatform, World
from tests.support.raw_http import ask, form, messages

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
PHONE = "+14155550123"
SLOW = "+14155550124"
FAILING = "+14155550125"


class Watched:
    """A platform of this module's own, whose database and logs are searched."""

    def __init__(self, process: RunningPlatform, world: World) -> None:
        self.process = process
        self.world = world

    async def finds(self, text: str) -> list[str]:
        """Where `text` is: tables and log files."""
        found = []
        connection = await asyncpg.connect(self.process.database_url())
        try:
            await connection.execute("SET bytea_output = 'escape'")
            for (table,) in await connection.fetch(TABLES):
                count = f"SELECT count(*) FROM ONLY {table} t WHERE strpos(t::text, $1) > 0"
                if await connection.fetchval(count, text):
                    found.append(table)
        finally:
            await connection.close()
        logs = await asyncio.to_thread(
            lambda: {p: p.read_bytes() for p in (self.process.data / "logs").iterdir()}
        )
        assert {path.name for path in logs} == {"trunkline.log", "postgres.log"}
        return found + [path.name for path, data in logs.items() if text.encode() in data]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(short_tmp: Path) -> AsyncIterator[Watched]:
    process = RunningPlatform(short_tmp / "watched", environment={"TRUNKLINE_LOG_LEVEL": "debug"})
    runtime = await asyncio.to_thread(process.start)
    world = await asyncio.to_thread(
        read_credentials, runtime["base_url"], runtime["control_token"], "default"
    )
    yield Watched(process, world)
    assert await asyncio.to_thread(process.stop) == 0


def send(world: World, text: str, **changes: object) -> str:
    answer = ask(world, "POST", messages(world), form(world, Body=text, **changes))
    assert answer.status == 201, answer
    return str(answer.told["sid"])


async def test_the_search_finds_what_is_kept(watched: Watched) -> None:
    await asyncio.to_thread(send, watched.world, "a word that is kept")
    (place,) = await watched.finds("a word that is kept")
    assert place.startswith("message_content")


async def test_a_text_that_was_redacted(watched: Watched) -> None:
    world, text = watched.world, "redacted-Zwiebelfisch"

    def act() -> None:
        sid = send(world, text)
        settle(world)
        assert text in bodies(world, PHONE)
        assert ask(world, "POST", messages(world, f"/{sid}.json"), b"Body=").status == 200
        assert text not in bodies(world, PHONE)

    await asyncio.to_thread(act)
    assert await watched.finds(text) == []


async def test_a_text_that_was_deleted(watched: Watched) -> None:
    world, text = watched.world, "deleted-Zwiebelfisch"

    def act() -> None:
        sid = send(world, text)
        settle(world)
        assert ask(world, "DELETE", messages(world, f"/{sid}.json")).status == 204

    await asyncio.to_thread(act)
    assert await watched.finds(text) == []


async def test_a_text_that_was_deleted_before_it_was_delivered(watched: Watched) -> None:
    world, text = watched.world, "sent-Zwiebelfisch"

    def act() -> None:
        set_phone(world, SLOW, deliver_after="1h")
        sid = send(world, text, To=SLOW)
        settle(world)
        assert ask(world, "DELETE", messages(world, f"/{sid}.json")).status == 204
        advance(world, "2h")
        assert bodies(world, SLOW) == []

    await asyncio.to_thread(act)
    assert await watched.finds(text) == []


async def test_texts_that_are_not_to_be_retained(watched: Watched) -> None:
    world, text = watched.world, "discarded-Zwiebelfisch"

    def act() -> None:
        set_phone(world, FAILING, fail=30003)
        set_phone(world, SLOW, deliver_after="1h")
        for to in (PHONE, FAILING, SLOW):
            send(world, text, To=to, ContentRetention="discard")
        with media_server() as serving:
            picture = serving.add(f"{text}.png", File("image/png", f"{text}-picture".encode()))
            for url in (picture, f"{picture}-which-is-not-there"):
                send(world, text, ContentRetention="discard", MediaUrl=url)
            settle(world)
        advance(world, "2h")

    await asyncio.to_thread(act)
    assert await watched.finds(text) == []


async def test_a_recipient_that_is_to_be_masked(watched: Watched) -> None:
    world, to = watched.world, "+14155557391"

    def act() -> None:
        sid = send(world, "to somebody", To=to, AddressRetention="obfuscate")
        settle(world)
        shown = ask(world, "GET", messages(world, f"/{sid}.json")).told["to"]
        assert shown == "+1415555XXXX"

    await asyncio.to_thread(act)
    assert await watched.finds(to) == []


async def test_a_text_that_came_in_and_was_redacted(watched: Watched) -> None:
    world, text = watched.world, "inbound-Zwiebelfisch"

    def act() -> None:
        sid = text_from(world, PHONE, world.numbers[0], text)
        assert ask(world, "POST", messages(world, f"/{sid}.json"), b"Body=").status == 200

    await asyncio.to_thread(act)
    assert await watched.finds(text) == []


async def test_texts_of_requests_that_were_refused(watched: Watched) -> None:
    world, text = watched.world, "refused-Zwiebelfisch"

    def act() -> None:
        for body in (
            form(world, Body=text, To="1"),
            form(world, Body=text, From="+15005550006"),
            form(world, Body=text * 100),
            form(world, Body=text) + b"%00",
            form(world, Body=text) + b"%FF",
            form(world, Body=text, StatusCallback=f"nonsense-{text}"),
            form(world, Body=text, MediaUrl=f"nonsense-{text}"),
            form(world, Body=text, ContentVariables=text),
        ):
            assert 400 <= ask(world, "POST", messages(world), body).status < 500
        odd = {"Content-Type": "application/json"}
        assert ask(world, "POST", messages(world), text.encode(), odd).status == 415
        assert ask(world, "GET", messages(world, f"/{text}.json")).status == 404
        assert ask(world, "GET", messages(world, f".json?PageToken={text}")).status == 400

    await asyncio.to_thread(act)
    assert await watched.finds(text) == []


async def test_texts_that_met_a_database_in_trouble(watched: Watched) -> None:
    world, text = watched.world, "unlucky-Zwiebelfisch"
    # A row that cannot be stored: the driver and the server both quote values in such errors.
    connection = await asyncpg.connect(watched.process.database_url())
    try:
        await connection.execute(
            "ALTER TABLE message_content ADD CONSTRAINT no_luck CHECK (body NOT LIKE 'unlucky%')"
        )
        answer = await asyncio.to_thread(
            ask, world, "POST", messages(world), form(world, Body=text)
        )
        assert answer.refusal == (500, 20500)
        token = f"Bearer {world.control_token}"
        target = f"/trunkline/v1/phones/{quote(PHONE)}/messages"
        told = {"Authorization": token, "Content-Type": "application/json"}
        body = f'{{"to": "{world.numbers[0]}", "body": "{text}"}}'.encode()
        received = await asyncio.to_thread(ask, world, "POST", target, body, told)
        assert received.status == 500
        await connection.execute("ALTER TABLE message_content DROP CONSTRAINT no_luck")
    finally:
        await connection.close()
    assert await watched.finds(text) == []
    assert (await asyncio.to_thread(ask, world, "GET", messages(world))).status == 200

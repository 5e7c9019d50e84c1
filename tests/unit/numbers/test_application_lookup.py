"""Where messaging finds the URLs of an application."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.numbers.support import Numbers, until
from trunkline.numbers import ApplicationLookup
from trunkline.rest.errors import ApiError
from trunkline.store import Database


async def test_the_message_callback_comes_before_the_older_one(numbers: Numbers) -> None:
    account = numbers.account.account_sid
    for form, expected in (
        ({}, None),
        ({"SmsStatusCallback": "https://a.example"}, "https://a.example"),
        (
            {
                "SmsStatusCallback": "https://a.example",
                "MessageStatusCallback": "https://b.example",
            },
            "https://b.example",
        ),
    ):
        made = await numbers.application(**form)
        found = await numbers.applications.message_status_callback(account, made["sid"])
        assert found == expected


async def test_an_application_that_the_account_does_not_have_is_refused(numbers: Numbers) -> None:
    made, sub = await numbers.application(), await numbers.subaccount()
    for account, sid in (
        (sub["sid"], made["sid"]),
        (numbers.account.account_sid, "AP" + "0" * 32),
    ):
        assert await numbers.applications.find(account, sid) is None
        with pytest.raises(ApiError) as refusal:
            await numbers.applications.message_status_callback(account, sid)
        assert (refusal.value.status, refusal.value.code) == (400, 21218)


async def test_a_change_is_seen_at_once_here_and_soon_elsewhere(numbers: Numbers) -> None:
    account = numbers.account.account_sid
    elsewhere = ApplicationLookup(numbers.database)
    made = await numbers.application(MessageStatusCallback="https://a.example")
    for lookup in (numbers.applications, elsewhere):
        found = await lookup.message_status_callback(account, made["sid"])
        assert found == "https://a.example"
    await numbers.client.post(made["uri"], MessageStatusCallback="https://b.example")
    found = await numbers.applications.message_status_callback(account, made["sid"])
    assert found == "https://b.example"

    async def followed() -> bool:
        found = await elsewhere.message_status_callback(account, made["sid"])
        return found == "https://b.example"

    await until(followed)
    await numbers.client.delete(made["uri"])
    assert await numbers.applications.find(account, made["sid"]) is None


class WaitingDatabase:
    """A database that counts what is asked of it, and holds an answer back."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reads = 0
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()

    def on_change(self, *_: object) -> None: ...

    def on_reconnect(self, *_: object) -> None: ...

    async def fetchrow(self, *args: object) -> object:
        self.reads += 1
        row = await self.database.fetchrow(*args)  # type: ignore[arg-type]
        self.started.set()
        await self.go_on.wait()
        return row


async def test_an_application_is_read_once(numbers: Numbers) -> None:
    waiting = WaitingDatabase(numbers.database)
    waiting.go_on.set()
    lookup = ApplicationLookup(waiting, most=2)  # type: ignore[arg-type]
    made = await numbers.application()
    for _ in range(3):
        assert await lookup.find(numbers.account.account_sid, made["sid"]) is not None
    assert waiting.reads == 1


async def test_what_changed_while_it_was_read_is_not_remembered(numbers: Numbers) -> None:
    waiting = WaitingDatabase(numbers.database)
    lookup = ApplicationLookup(waiting)  # type: ignore[arg-type]
    made = await numbers.application(SmsStatusCallback="https://a.example")
    reading = asyncio.create_task(lookup.find(numbers.account.account_sid, made["sid"]))
    await waiting.started.wait()
    await numbers.client.post(made["uri"], SmsStatusCallback="https://b.example")
    lookup.forget(made["sid"])
    waiting.go_on.set()
    await reading
    found = await lookup.message_status_callback(numbers.account.account_sid, made["sid"])
    assert found == "https://b.example"

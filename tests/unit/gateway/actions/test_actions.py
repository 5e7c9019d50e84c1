"""Runs: noted before anything is sent, and how they ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.unit.gateway.actions.stand_ins import NOW, UNSENT, Answer, Provider, caller, connection
from trunkline.gateway.actions import Actions
from trunkline.gateway.errors import (
    ConnectionNotActive,
    GatewayError,
    InputInvalid,
    NotFound,
    OutcomeUnknown,
    ProviderRefused,
    Unavailable,
)
from trunkline.gateway.model import Status
from trunkline.sids import SidFactory
from trunkline.store import Database, StoreUnavailable

SENT = {"to": "+1", "from": "+2", "body": "my secret is 12345"}
DONE = Answer(201, {"sid": "SM1", "status": "queued", "body": "my secret is 12345"})


class Steps:
    """A clock that goes on by a second each time."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def make(database: Database, sids: SidFactory) -> Callable[..., Actions]:
    return lambda provider: Actions(database, provider, Steps(), sids)


async def rows(database: Database, tenant: str) -> list[dict[str, Any]]:
    found = await database.fetch(
        "SELECT * FROM gateway_action_runs WHERE tenant_id = $1 ORDER BY id", tenant
    )
    return [dict(row) for row in found]


async def test_a_run(database: Database, make: Callable[..., Actions]) -> None:
    asking = caller()
    used = connection(asking)
    actions = make(Provider([DONE]))
    result = await actions.run(asking, used, "send-message", SENT)
    assert result.output == DONE.data
    assert result.run_id == str(UUID(result.run_id))
    run = await actions.run_of(asking, result.run_id)
    assert (run.id, run.connection_id) == (result.run_id, used.id)
    assert (run.action_id, run.action) == ("act_twilio_send-message", "send-message")
    assert (run.status, run.code) == ("success", None)
    assert (run.started_at, run.ended_at) == (
        NOW + timedelta(seconds=1),
        NOW + timedelta(seconds=2),
    )
    (row,) = await rows(database, asking.tenant_id)
    assert str(row["user_id"]) == asking.user_id
    assert "secret" not in str(row)


async def test_by_id(make: Callable[..., Actions]) -> None:
    asking = caller()
    actions = make(Provider([DONE]))
    result = await actions.run(asking, connection(asking), "act_twilio_send-message", SENT)
    assert result.output == DONE.data


async def test_a_run_is_noted_before_anything_is_sent(
    database: Database, make: Callable[..., Actions]
) -> None:
    asking = caller()
    noted: list[dict[str, Any]] = []

    class Looking(Provider):
        async def __call__(self, *given: Any, **named: Any) -> Answer:
            noted.extend(await rows(database, asking.tenant_id))
            return await super().__call__(*given, **named)

    await make(Looking([DONE])).run(asking, connection(asking), "send-message", SENT)
    assert [(row["status"], row["ended_at"]) for row in noted] == [("running", None)]


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer(400, {"code": 21211, "message": "No"}), ProviderRefused, "provider_refused"),
        (OutcomeUnknown(data={"first": "x"}), OutcomeUnknown, "outcome_unknown"),
        (RuntimeError("a mistake of ours"), RuntimeError, "internal"),
    ],
)
async def test_a_run_that_fails(
    make: Callable[..., Actions],
    database: Database,
    answer: Any,
    error: type[Exception],
    code: str,
) -> None:
    asking = caller()
    actions = make(Provider([answer]))
    with pytest.raises(error) as caught:
        await actions.run(asking, connection(asking), "send-message", SENT)
    (row,) = await rows(database, asking.tenant_id)
    assert (row["status"], row["error_code"]) == ("error", code)
    assert row["ended_at"] is not None
    if isinstance(caught.value, GatewayError):
        assert caught.value.data is not None
        assert caught.value.data["action_run_id"] == str(row["id"])
        assert caught.value.data.get("first", "x") == "x"


async def test_a_client_that_goes_away(database: Database, make: Callable[..., Actions]) -> None:
    asking = caller()
    sending = asyncio.Event()

    class Hanging(Provider):
        async def __call__(self, *given: Any, **named: Any) -> Answer:
            sending.set()
            await asyncio.Event().wait()
            raise AssertionError

    run = asyncio.create_task(
        make(Hanging([])).run(asking, connection(asking), "send-message", SENT)
    )
    await sending.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    (row,) = await rows(database, asking.tenant_id)
    assert (row["status"], row["error_code"]) == ("error", "cancelled")


@pytest.mark.parametrize(
    ("key", "given", "changes", "error"),
    [
        ("send-message", {"to": "\0"}, {}, InputInvalid),
        ("make-coffee", {}, {}, NotFound),
        ("send-message", SENT, {"connector": "slack"}, NotFound),
        ("send-message", SENT, {"status": Status.PENDING}, ConnectionNotActive),
        ("send-message", SENT, {"status": Status.FAILED}, ConnectionNotActive),
        ("send-message", SENT, {"status": Status.ARCHIVED}, ConnectionNotActive),
    ],
)
async def test_what_is_refused_before_is_no_run(
    database: Database,
    make: Callable[..., Actions],
    key: str,
    given: Any,
    changes: dict[str, Any],
    error: type[GatewayError],
) -> None:
    asking = caller()
    provider = Provider([])
    with pytest.raises(error):
        await make(provider).run(asking, connection(asking, **changes), key, given)
    assert provider.asked == []
    assert await rows(database, asking.tenant_id) == []


async def test_runs_are_the_users_own(make: Callable[..., Actions]) -> None:
    asking = caller()
    actions = make(Provider([DONE]))
    result = await actions.run(asking, connection(asking), "send-message", SENT)
    for other in (
        replace(asking, user_id=caller().user_id),
        replace(asking, tenant_id=caller().tenant_id),
    ):
        with pytest.raises(NotFound):
            await actions.run_of(other, result.run_id)


@pytest.mark.parametrize("run_id", ["", "x", "\0", "\ud800", "1" * 100_000, "' OR 1=1"])
async def test_a_run_that_is_none(make: Callable[..., Actions], run_id: str) -> None:
    with pytest.raises(NotFound):
        await make(Provider([])).run_of(caller(), run_id)


async def test_without_a_database_nothing_is_sent(sids: SidFactory) -> None:
    class Gone:
        async def execute(self, *_: Any) -> str:
            raise StoreUnavailable("gone")

    asking = caller()
    provider = Provider([DONE])
    actions = Actions(Gone(), provider, Steps(), sids)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        await actions.run(asking, connection(asking), "send-message", SENT)
    assert provider.asked == []


async def test_an_output_survives_a_database_that_goes(sids: SidFactory) -> None:
    class Going:
        def __init__(self) -> None:
            self.statements = 0

        async def execute(self, *_: Any) -> str:
            self.statements += 1
            if self.statements > 1:
                raise StoreUnavailable("gone")
            return "INSERT 0 1"

    asking = caller()
    actions = Actions(Going(), Provider([DONE]), Steps(), sids)  # type: ignore[arg-type]
    result = await actions.run(asking, connection(asking), "send-message", SENT)
    assert result.output == DONE.data


# Requests that no action declares ----------------------------------------------------------------


async def test_a_request_of_the_api(database: Database, make: Callable[..., Actions]) -> None:
    asking = caller()
    provider = Provider([Answer(200, [1, 2])])
    actions = make(provider)
    asked = {
        "method": "post",
        "path": "/v1/Services",
        "query": {"a": 1, "b": [True, "x"], "c": None},
        "body": {"Name": "x"},
        "headers": {},
    }
    result = await actions.run_api(asking, connection(asking), asked)
    assert result.output == [1, 2]
    (sent,) = provider.asked
    assert (sent.method, sent.path, sent.json) == ("POST", "/v1/Services", {"Name": "x"})
    assert sent.query == [("a", "1"), ("b", "true"), ("b", "x")]
    (row,) = await rows(database, asking.tenant_id)
    assert (row["action"], row["status"]) == ("api", "success")


async def test_a_request_without_a_body_has_none(make: Callable[..., Actions]) -> None:
    asking = caller()
    provider = Provider([Answer(200, {})])
    await make(provider).run_api(asking, connection(asking), {"path": "/v1/x", "body": None})
    (sent,) = provider.asked
    assert (sent.method, sent.query, sent.json) == ("GET", None, UNSENT)


async def test_a_request_of_the_api_that_is_refused(make: Callable[..., Actions]) -> None:
    asking = caller()
    with pytest.raises(ProviderRefused) as caught:
        await make(Provider([Answer(404, {"code": 20404, "message": "Not there"})])).run_api(
            asking, connection(asking), {"path": "/v1/x"}
        )
    assert caught.value.message == "The provider refused (404, error 20404): Not there."


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({}, "path"),
        ({"path": ""}, "path"),
        ({"path": 5}, "path"),
        ({"path": "/", "method": "TRACE"}, "method"),
        ({"path": "/", "method": 5}, "method"),
        ({"path": "/", "query": "a=b"}, "query"),
        ({"path": "/", "query": {"a": {"b": "c"}}}, "query"),
        ({"path": "/", "query": {str(n): n for n in range(2000)}}, "query"),
        ({"path": "/", "headers": {"Authorization": "x"}}, "proxy"),
    ],
)
async def test_a_request_that_cannot_be_made(
    make: Callable[..., Actions], asked: dict[str, Any], word: str
) -> None:
    asking = caller()
    provider = Provider([])
    with pytest.raises(InputInvalid, match=word):
        await make(provider).run_api(asking, connection(asking), asked)
    with pytest.raises(ConnectionNotActive):
        await make(provider).run_api(asking, connection(asking, status=Status.FAILED), asked)
    assert provider.asked == []

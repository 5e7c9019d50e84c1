"""Credentials come, are renewed, are refused; several things at once."""

from __future__ import annotations

import asyncio
import inspect
import random
from datetime import timedelta

import pytest

from tests.unit.gateway.connections.stand_ins import RIGHT, WRONG, Core
from trunkline.gateway.connections import SessionGone, bound_of, queries
from trunkline.gateway.errors import NotFound
from trunkline.gateway.model import CONNECTION_LIFECYCLE, Caller, Connection, Status
from trunkline.gateway.vault import VaultError


async def test_credentials_make_it_active(core: Core, caller: Caller) -> None:
    request = await core.requests.create(caller, "acme")
    refresh_at = core.clock.now() + timedelta(hours=1)

    made = await core.connections.establish(
        request.connection_id,
        "basic",
        RIGHT,
        {"region": "eu"},
        {"account": "7"},
        refresh_at=refresh_at,
    )

    assert (made.status, made.method, made.revision) == ("active", "basic", 1)
    assert (made.settings, made.metadata) == ({"region": "eu"}, {"account": "7"})
    assert made.refresh_at == refresh_at
    assert core.secrets(made) == RIGHT
    assert await core.connections.get(caller, made.id) == made
    ended = await core.requests.get(caller, request.id)
    assert (ended.status, ended.ended_at is None) == ("success", False)


async def test_of_two_at_once_one_is_whole(core: Core, caller: Caller) -> None:
    """What is kept is one's secrets, settings and metadata, never a mixture."""
    made = await core.connections.create(caller, "acme")
    await asyncio.gather(
        *(
            core.connections.establish(
                made.id, "basic", {"n": str(n)}, {"region": str(n)}, {"n": str(n)}
            )
            for n in range(8)
        )
    )
    found = await core.connections.read(made.id)

    assert found.revision == 8
    n = found.metadata["n"]
    assert found.settings == {"region": n}
    assert core.secrets(found) == {"n": n}


async def test_deleted_and_connected_at_once(core: Core, caller: Caller) -> None:
    for _ in range(10):
        made = await core.connections.create(caller, "acme")
        done = await asyncio.gather(
            core.connections.establish(made.id, "basic", RIGHT, {}, {}),
            core.connections.delete(caller, made.id),
            return_exceptions=True,
        )
        row = await core.database.fetchrow(
            "SELECT * FROM gateway_connections WHERE id = $1", made.id
        )
        assert row is not None
        assert (row["status"], row["sealed"]) == ("archived", None)
        assert isinstance(done[0], (NotFound, Connection))


async def test_a_refusal_of_old_credentials_changes_nothing(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    newer = await core.connections.establish(made.id, "basic", RIGHT, {}, {})

    assert await core.connections.fail(made.id, "Refused.", revision=made.revision) is None
    assert (await core.connections.get(caller, made.id)).status == "active"
    failed = await core.connections.fail(made.id, "Refused.", revision=newer.revision)
    assert failed is not None
    assert (failed.status, failed.error) == ("failed", "Refused.")
    assert await core.connections.get(caller, made.id) == failed
    assert await core.connections.recover(made.id, revision=made.revision) is None
    back = await core.connections.recover(made.id, revision=newer.revision)
    assert back is not None
    assert (back.status, back.error, core.secrets(back)) == ("active", None, RIGHT)


async def test_a_failed_attempt_leaves_what_works_alone(core: Core, caller: Caller) -> None:
    active = await core.active(caller)
    request = await core.requests.create(caller, "acme", connection_id=active.id)
    await core.connections.note_attempt_failed(active.id, "Denied.")

    assert await core.connections.read(active.id) == active
    ended = await core.requests.get(caller, request.id)
    assert (ended.status, ended.error) == ("error", "Denied.")


async def test_a_failed_attempt_fails_what_never_worked(core: Core, caller: Caller) -> None:
    request = await core.requests.create(caller, "acme")
    waiting = asyncio.create_task(core.requests.wait(caller, request.id, 60))
    await asyncio.sleep(0)
    await core.connections.note_attempt_failed(request.connection_id, "Denied.")
    await core.connections.note_attempt_failed(request.connection_id, "Denied again.")

    failed = await core.connections.get(caller, request.connection_id)
    assert (failed.status, failed.error) == ("failed", "Denied again.")
    assert (await asyncio.wait_for(waiting, 20)).error == "Denied."
    active = await core.connections.establish(failed.id, "basic", RIGHT, {}, {})
    assert (active.status, active.error) == ("active", None)


async def test_tokens_are_renewed_for_their_revision(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    soon = core.clock.now()
    renewed = await core.connections.renew(made.id, {"t": "2"}, revision=1, refresh_at=soon)

    assert renewed is not None
    assert (renewed.revision, renewed.refresh_at, core.secrets(renewed)) == (2, soon, {"t": "2"})
    late = await core.connections.renew(made.id, {"t": "3"}, revision=1, refresh_at=soon)
    assert late is None
    assert core.secrets(await core.connections.get(caller, made.id)) == {"t": "2"}
    await core.connections.fail(made.id, "Refused.", revision=2)
    back = await core.connections.renew(made.id, {"t": "4"}, revision=2, refresh_at=None)
    assert back is not None
    assert (back.status, back.error) == ("active", None)
    pending = await core.connections.create(caller, "acme")
    assert await core.connections.renew(pending.id, {}, revision=0, refresh_at=None) is None


async def test_what_is_sealed_is_of_use_to_its_own_row_alone(core: Core, caller: Caller) -> None:
    mine = await core.active(caller)
    other = await core.active(await core.caller())
    await core.database.execute(
        "UPDATE gateway_connections SET sealed = $2 WHERE id = $1", other.id, mine.sealed
    )
    swapped = await core.connections.read(other.id)

    assert swapped.sealed is not None
    with pytest.raises(VaultError):
        core.vault.open(swapped.sealed, bound_of(swapped))


async def test_a_session_that_was_used_connects_nothing(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    mine, others = await core.sessions.open(made), await core.connections.create(caller, "acme")
    of_other = await core.sessions.open(others)
    for token in (of_other, "x" * 43):
        with pytest.raises(SessionGone):
            await core.connections.establish(made.id, "basic", WRONG, {}, {}, session=token)
    await core.sessions.look(of_other)  # it was not used up by that
    assert await core.connections.read(made.id) == made

    done = await asyncio.gather(
        *(
            core.connections.establish(made.id, "basic", RIGHT, {}, {}, session=mine)
            for _ in range(6)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Connection) for each in done) == 1
    assert sum(isinstance(each, SessionGone) for each in done) == 5
    assert (await core.connections.read(made.id)).revision == made.revision + 1


async def test_the_lifecycle_holds_whatever_happens(core: Core, caller: Caller) -> None:
    """Any walk of calls: each step of the status is one that the lifecycle has."""
    chance = random.Random(7)
    for _ in range(6):
        made = await core.connections.create(caller, "acme")
        status = made.status
        for _ in range(12):
            revision = chance.randrange(4)
            step = chance.choice(("establish", "fail", "note", "renew", "recover", "delete"))
            try:
                if step == "establish":
                    await core.connections.establish(made.id, "basic", RIGHT, {}, {})
                elif step == "fail":
                    await core.connections.fail(made.id, "x", revision=revision)
                elif step == "note":
                    await core.connections.note_attempt_failed(made.id, "x")
                elif step == "renew":
                    await core.connections.renew(made.id, RIGHT, revision=revision, refresh_at=None)
                elif step == "recover":
                    await core.connections.recover(made.id, revision=revision)
                elif chance.random() < 0.3:
                    await core.connections.delete(caller, made.id)
            except NotFound:
                assert status is Status.ARCHIVED
            after = Status(
                await core.database.fetchval(
                    "SELECT status FROM gateway_connections WHERE id = $1", made.id
                )
            )
            assert after == status or CONNECTION_LIFECYCLE.allows(status, after)
            if status is Status.PENDING and step in ("renew", "recover", "fail"):
                assert after is Status.PENDING
            status = after


def test_one_statement_writes_the_status() -> None:
    texts = [text for text in vars(queries).values() if isinstance(text, str)]
    assert not any(
        "UPDATE gateway_connections" in t and "status =" in t.split("WHERE")[0] for t in texts
    )
    assert "SET status = $2" in inspect.getsource(queries._change_status)
    with pytest.raises(ValueError, match="tenant_id"):
        queries.change_status(["tenant_id"], new_credentials=False)

"""Testing a connection: what is certain is kept, what is not is told."""

from __future__ import annotations

import pytest

from tests.unit.gateway.connections.stand_ins import Core
from trunkline.gateway.errors import ConnectionNotActive, CredentialsRefused, UpstreamUnreachable
from trunkline.gateway.model import Caller


async def test_one_that_works(core: Core, caller: Caller) -> None:
    made = await core.active(caller, key="k")
    result = await core.test(caller, "k")

    assert (result.success, result.message) == (True, "")
    assert core.provider.asked == [("GET", "/accounts/AC1", {})]
    assert await core.connections.read(made.id) == made


async def test_one_that_is_refused_and_taken_again(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    core.provider.status = 401
    result = await core.test(caller, made.id)

    assert (result.success, result.message) == (False, "Acme does not accept these credentials.")
    failed = await core.connections.get(caller, made.id)
    assert (failed.status, failed.error) == ("failed", result.message)
    core.provider.status = None
    assert (await core.test(caller, made.id)).success
    assert (await core.connections.get(caller, made.id)).status == "active"


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_what_is_not_certain_is_only_told(core: Core, caller: Caller, status: int) -> None:
    made = await core.active(caller)
    core.provider.status = status
    result = await core.test(caller, made.id)

    assert not result.success
    assert result.message
    assert await core.connections.read(made.id) == made


@pytest.mark.parametrize("error", [UpstreamUnreachable(), CredentialsRefused("Again.")])
async def test_a_provider_out_of_reach(core: Core, caller: Caller, error: Exception) -> None:
    made = await core.active(caller)
    core.provider.raises = error
    result = await core.test(caller, made.id)
    assert (result.success, result.message) == (False, str(error))
    assert await core.connections.read(made.id) == made


async def test_one_that_nobody_connected(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    with pytest.raises(ConnectionNotActive):
        await core.test(caller, made.id)


async def test_where_there_is_nothing_to_ask(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "house")
    assert (await core.test(caller, made.id)).success
    assert core.provider.asked == []


async def test_a_row_with_anothers_credentials_sends_nothing(core: Core, caller: Caller) -> None:
    made, other = await core.active(caller), await core.active(await core.caller())
    await core.database.execute(
        "UPDATE gateway_connections SET sealed = $2 WHERE id = $1", made.id, other.sealed
    )
    assert not (await core.test(caller, made.id)).success
    assert core.provider.asked == []

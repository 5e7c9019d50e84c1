import asyncio

import pytest

from tests.unit.rest.notes_api import Service, notes
from trunkline.rest import catalogue


async def cancelled_while_it_runs(service):
    request = service.client().start("POST", notes(rest="/Slow.json"))
    await service.notes.started.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    return request


async def test_a_client_that_goes_away_does_not_stop_what_it_started():
    service = Service()
    await cancelled_while_it_runs(service)
    assert service.notes.finished == []
    assert service.app._concurrency._running == {}
    service.notes.gate.set()
    await service.app.finish()
    assert service.notes.finished == ["slow"]
    assert service.errors == []


async def test_a_failure_that_nobody_waits_for_is_reported():
    service = Service()
    service.notes.failure = RuntimeError("lost")
    await cancelled_while_it_runs(service)
    service.notes.gate.set()
    await service.app.finish()
    await asyncio.sleep(0)
    assert service.errors == [service.notes.failure]


async def test_a_refusal_that_nobody_waits_for_is_no_failure():
    service = Service()
    service.notes.failure = catalogue.BODY_REQUIRED()
    await cancelled_while_it_runs(service)
    service.notes.gate.set()
    await service.app.finish()
    await asyncio.sleep(0)
    assert service.errors == []


async def test_there_may_be_nothing_to_finish():
    await Service().app.finish()

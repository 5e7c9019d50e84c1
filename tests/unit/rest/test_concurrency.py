from tests.unit.rest.notes_api import CHILD, PARENT, STRANGER, Service, notes

SLOW = "/Slow.json"


async def hold(service, *accounts):
    """Requests of these accounts that wait within their operation."""
    tasks = []
    for account in accounts:
        service.notes.started.clear()
        tasks.append(service.client(account).start("POST", notes(account, SLOW)))
        await service.notes.started.wait()
    return tasks


async def test_requests_above_the_limit_are_refused_before_any_effect():
    service = Service(max_concurrent_per_account=2)
    held = await hold(service, PARENT, PARENT)
    answer = await service.client().post(notes(), {"Text": "a"})
    assert (answer.status, answer.json()["code"]) == (429, 20429)
    assert answer.json()["message"] == "Too Many Requests"
    assert answer.headers["twilio-concurrent-requests"] == "2"
    assert not service.notes.calls

    service.notes.gate.set()
    assert [(await task).headers["twilio-concurrent-requests"] for task in held] == ["1", "2"]
    assert (await service.client().post(notes(), {"Text": "a"})).status == 201


async def test_an_account_does_not_use_up_the_limit_of_another():
    service = Service(max_concurrent_per_account=1)
    held = await hold(service, PARENT)
    assert (await service.client(STRANGER).get(notes(STRANGER))).status == 200
    assert (await service.client().get(notes(CHILD))).status == 200
    assert (await service.client().get(notes())).status == 429
    service.notes.gate.set()
    await held[0]


async def test_every_way_out_gives_the_place_back():
    service = Service(max_concurrent_per_account=1)
    client = service.client()
    for failure in (RuntimeError("x"), None):
        service.notes.failure = failure
        await client.post(notes(), {"Text": "a"})  # 500, then 201
    await client.post(notes(), {})  # refused by its parameters
    await client.request("POST", notes(), body=b"Text=%00")
    await client.request("POST", notes(), body=b"{}", headers={"content-type": "text/plain"})
    await client.request("POST", notes(), body=b"a" * (2 << 20))
    await client.request("POST", notes(), body=[b"a"], disconnect=True)
    await client.get(f"{notes()}?PageSize=x")
    await client.get(f"{notes()}?a=%FF")
    assert (await client.get(notes())).status == 200
    assert service.app._concurrency._running == {}

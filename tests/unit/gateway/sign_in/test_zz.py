import time, pytest
from tests.support.waiting import eventually
@pytest.mark.parametrize("n", range(40))
async def test_lat(served, n):
    key = await served.key()
    served.clock.stop()
    caller = await served.authenticate(key.api_key)
    token = await served.sign_in.mint(caller, bearer=key.api_key)
    assert await served.sign_in.verify(token) is not None
    await served.keys.revoke(key.id)
    s=time.perf_counter()
    async def refused(): return await served.sign_in.verify(token) is None
    await eventually(refused)
    d=time.perf_counter()-s
    if d>0.1: print("SLOW", d)

import time
from tests.unit.gateway.sign_in.asking import tokens
async def test_bench(served):
    t=(await tokens(served))["access_token"]
    n=20000
    await served.sign_in.verify(t)
    s=time.perf_counter()
    for _ in range(n): await served.sign_in.verify(t)
    print("verify us", (time.perf_counter()-s)/n*1e6)
    served.sign_in._tokens._seen.clear(); 
    s=time.perf_counter()
    for _ in range(300):
        served.sign_in._tokens._seen.clear(); served.sign_in._tokens._live.clear(); await served.sign_in.verify(t)
    print("cold us", (time.perf_counter()-s)/300*1e6)

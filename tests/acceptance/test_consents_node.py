"""twilio-node and consents, at the host where it looks for them."""

from tests.support.node_clients import run_script
from tests.support.platform import World


async def test_consents(platform: World) -> None:
    phone = "+15558675309"
    seen = await run_script(platform, "consents.js", platform.numbers[0], phone, redirect=True)

    assert seen["items"] == [
        {"correlation_id": "1", "error_code": 0, "error_messages": []},
        {"correlation_id": "2", "error_code": 30646, "error_messages": ["INVALID_STATUS"]},
    ]
    assert (seen["refused"]["status"], seen["refused"]["code"]) == (400, 21610)
    (kept,) = platform.control("GET", "/consents")["consents"]
    assert (kept["recipient"], kept["method"], kept["source"]) == (phone, "api", "website")

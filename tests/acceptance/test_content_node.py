"""twilio-node and content templates."""

from tests.support.node_clients import run_script
from tests.support.platform import World

DOCS = "https://www.twilio.com/docs/errors/"


async def test_templates(platform: World) -> None:
    seen = await run_script(platform, "content.js", platform.numbers[0], "+15558675309")

    created = seen["created"]
    sid = created["sid"]
    assert (sid[:2], created["friendlyName"], created["language"]) == ("HX", "greeting", "en")
    assert created["variables"] == {"1": "Ann"}
    assert created["types"]["twilio/quick-reply"]["actions"] == [
        {"type": "QUICK_REPLY", "title": "Yes", "id": "yes"}
    ]
    assert seen["fetched"] == created
    assert seen["listed"] == [sid]
    assert seen["updated"]["types"] == {"twilio/text": {"body": "Hello {{1}}"}}
    assert seen["body"] == "Hello I'm Bob"
    assert seen["removed"] is True
    assert (seen["gone"]["status"], seen["gone"]["code"]) == (404, 20404)
    assert (seen["wrong"]["status"], seen["wrong"]["code"], seen["wrong"]["moreInfo"]) == (
        400,
        92001,
        f"{DOCS}92001",
    )

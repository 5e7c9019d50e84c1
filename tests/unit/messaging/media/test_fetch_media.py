"""Media of a message are there before it is sent; without them it fails, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.messaging.node import Node
from trunkline.messaging.media.files import MediaFailure, MediaFile
from trunkline.messaging.model import NewMessage

URL = "https://cdn.example/cat.png"
SIGNED = URL + "?signature=s3cret"


async def sent(node: Node) -> NewMessage:
    return await node.sent(
        sid=node.sids.new("MM"),
        carrier="virtual",
        step="media",
        num_media=1,
        media_urls=(SIGNED,),
    )


async def last_event(node: Node, message: NewMessage) -> dict[str, Any]:
    found = await node.database.fetchval(
        "SELECT data FROM message_events WHERE subject_id = $1 ORDER BY seq DESC LIMIT 1",
        message.sid[2:],
    )
    assert isinstance(found, dict)
    return found


async def test_a_message_goes_on_with_its_media(node: Node) -> None:
    node.files[SIGNED] = MediaFile("image/png", b"1")
    message = await sent(node)
    assert (await node.row(message))["status"] == "delivered"
    assert await node.alerts(message) == []


@pytest.mark.parametrize(
    ("failure", "sentence", "response"),
    [
        (MediaFailure(11200, "answered 404", url=URL, status=404), " answered 404.", "404"),
        (MediaFailure(11200, "no address for cdn.example", url=URL), None, "502"),
        (MediaFailure(30019, "larger than 5000000 bytes", url=URL, status=200), None, "200"),
    ],
)
async def test_the_alert_says_which_media_cannot_be_had(
    node: Node, failure: MediaFailure, sentence: str | None, response: str
) -> None:
    node.media_failure = failure
    message = await sent(node)
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", failure.code)
    (alert,) = await node.alerts(message)
    assert (alert.code, alert.level) == (failure.code, "error")
    assert (alert.url, alert.method) == (URL, "GET")
    assert alert.message == f"GET {URL}{sentence or f': {failure}.'}"
    assert alert.details == {"httpResponse": response}


async def test_the_event_says_which_and_why(node: Node) -> None:
    node.media_failure = MediaFailure(11200, "answered 404", url=URL, status=404)
    assert await last_event(node, await sent(node)) == {
        "error_code": 11200,
        "reason": "answered 404",
        "url": URL,
        "http_status": 404,
    }


async def test_media_that_are_too_much_together_are_nobodys_alone(node: Node) -> None:
    node.media_failure = MediaFailure(30019, "the media are larger than 5 MB together")
    message = await sent(node)
    (alert,) = await node.alerts(message)
    assert (alert.url, alert.method, alert.details) == (None, None, {})
    assert alert.message == "Content size exceeds carrier limit"
    assert "url" not in await last_event(node, message)

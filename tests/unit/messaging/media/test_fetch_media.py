"""Media of a message are there before it is sent; without them it fails, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.messaging.node import Node
from trunkline.clock import RealClock
from trunkline.messaging.media.fetch_media import FetchMedia
from trunkline.messaging.media.files import MediaFailure, MediaFile
from trunkline.messaging.model import Dispatch, NewMessage
from trunkline.messaging.works import StoredMedia, StoreMedia, message_transitions
from trunkline.store import Job

URL = "https://cdn.example/cat.png"
SIGNED = URL + "?signature=s3cret"


STEP = "SELECT step FROM dispatch WHERE message_id = $1"


async def sent(node: Node, **changes: Any) -> NewMessage:
    values: dict[str, Any] = {
        "sid": node.sids.new("MM"),
        "carrier": "virtual",
        "step": "media",
        "num_media": 1,
        "media_urls": (SIGNED,),
    }
    return await node.sent(**{**values, **changes})


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


async def test_a_message_of_a_service_is_given_its_sender_next(node: Node) -> None:
    node.files[SIGNED] = MediaFile("image/png", b"1")
    steps: list[tuple[str, str]] = []

    async def choose(batch: list[Dispatch]) -> None:
        for dispatch in batch:
            row = await node.database.fetchrow(STEP, dispatch.sid[2:])
            steps.append((dispatch.step, row["step"]))
            node.dispatcher.finish(dispatch)

    node.dispatcher.add_lane("choose", choose, at_once=1)
    service = node.sids.new_id()
    await sent(node, sender=None, path=("accepted",), service_id=service)
    # One that names its sender as well: it is not queued yet, and the pool may have changed.
    await sent(node, path=("accepted",), service_id=service)
    assert steps == [("choose", "choose")] * 2
    # But not a reply, which is queued from the first.
    reply = await sent(node, service_id=service)
    assert (await node.row(reply))["status"] == "delivered"
    assert len(steps) == 2


async def test_a_schedule_without_its_media_fails_once_it_is_due(node: Node) -> None:
    node.media_failure = MediaFailure(11200, "answered 404", url=URL, status=404)
    message = await sent(node, sender=None, path=("scheduled",), service_id=node.sids.new_id())
    assert await node.history(message) == ["scheduled", "queued", "failed"]
    assert await node.queued(message) is None


async def test_a_schedule_that_was_cancelled_meanwhile_stays_cancelled(node: Node) -> None:
    """Also when its media cannot be had."""
    node.media_failure = MediaFailure(11200, "answered 404", url=URL, status=404)
    message = node.message(
        sid=node.sids.new("MM"),
        sender=None,
        path=("scheduled",),
        carrier="virtual",
        step="media",
        num_media=1,
        media_urls=(SIGNED,),
        service_id=node.sids.new_id(),
    )
    await node.commit.submit(Job(node.create, message))
    await node.database.execute(
        "UPDATE messages SET status = 'canceled' WHERE id = $1", message.sid[2:]
    )
    await node.pick_up()
    assert (await node.row(message))["status"] == "canceled"
    assert await node.queued(message) is None


async def test_what_was_fetched_for_a_row_that_is_gone_is_let_go_of(node: Node) -> None:
    kept = node.kept(MediaFile("image/png", b"1"))
    media = StoredMedia(
        message_sid=node.sids.new("MM"),
        part=1,
        media_id=node.sids.new_id(),
        content_type=kept.content_type,
        blob_id=kept.blob_id,
        size=kept.size,
        moment=node.clock.now(),
    )
    await node.commit.submit(Job(StoreMedia(), media))
    let_go = "SELECT count(*) FROM blobs_let_go WHERE blob_id = $1"
    assert await node.database.fetchval(let_go, kept.blob_id) == 1


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


async def test_of_what_is_canceled_meanwhile_no_media_are_kept(node: Node) -> None:
    async def canceled(*_: Any) -> list[Any]:
        # As a cancel does.
        await node.database.execute("DELETE FROM dispatch WHERE world_id = $1", node.world_id)
        return [node.kept(MediaFile("image/png", b"1"))]

    run = FetchMedia(
        database=node.database,
        commit=node.commit,
        transitions=message_transitions(),
        worlds=node.worlds,
        clock=RealClock(),
        sids=node.sids,
        dispatcher=node.dispatcher,
        fetch=canceled,  # type: ignore[arg-type]
    )
    node.dispatcher.add_lane("media", run, at_once=1)
    message = await sent(node, sender=None, path=("scheduled",), service_id=node.sids.new_id())
    kept = await node.database.fetchval(
        "SELECT count(*) FROM message_content WHERE message_id = $1 AND blob_id IS NOT NULL",
        message.sid[2:],
    )
    assert kept == 0

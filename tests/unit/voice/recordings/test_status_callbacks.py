"""What an app hears of its recordings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.support.app_server import CustomerApp, Reply, customer_app
from tests.support.waiting import eventually
from tests.unit.voice.recordings.conftest import BASE_URL
from tests.unit.voice.recordings.support import Studio
from trunkline.voice.recordings.model import EVENTS, RecordingCallback
from trunkline.voice.recordings.status_callbacks import KIND
from trunkline.webhooks.model import Delivery

ORDER = [
    "RecordingSource",
    "RecordingTrack",
    "RecordingSid",
    "RecordingUrl",
    "RecordingStatus",
    "RecordingChannels",
    "ErrorCode",
    "CallSid",
    "RecordingStartTime",
    "AccountSid",
]


@pytest.fixture
def app(studio: Studio) -> Iterator[CustomerApp]:
    with customer_app(studio.account.auth_token) as app:
        yield app


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def requests(studio: Studio) -> Any:
    stop = asyncio.Event()
    running = await studio.webhooks.start(stop)
    yield
    stop.set()
    await running


async def heard(app: CustomerApp, count: int) -> list[dict[str, str]]:
    asked = await asyncio.to_thread(app.expect, count)
    assert all(each.signed for each in asked)
    return [dict(each.form) for each in asked]


def callback(app: CustomerApp, **options: Any) -> RecordingCallback:
    return RecordingCallback(url=app.url("/recorded"), **{"events": EVENTS, **options})


async def test_its_beginning_and_its_end_are_told(studio: Studio, app: CustomerApp) -> None:
    handle = await studio.recorded(4, channels=2, callback=callback(app))
    begun, ended = await heard(app, 2)
    assert list(begun) == ORDER
    assert list(ended) == [*ORDER, "RecordingDuration"]
    assert begun["RecordingStatus"] == "in-progress"
    row = await studio.row(handle.sid)
    assert parsedate_to_datetime(ended["RecordingStartTime"]) == row["created_at"].replace(
        microsecond=0
    )
    del ended["RecordingStartTime"]
    account = studio.account.account_sid
    assert ended == {
        "RecordingSource": "StartCallRecordingAPI",
        "RecordingTrack": "both",
        "RecordingSid": handle.sid,
        "RecordingUrl": f"{BASE_URL}/2010-04-01/Accounts/{account}/Recordings/{handle.sid}",
        "RecordingStatus": "completed",
        "RecordingChannels": "2",
        "ErrorCode": "0",
        "CallSid": handle.call_sid,
        "AccountSid": account,
        "RecordingDuration": "4",
    }


async def test_only_what_was_asked_for(studio: Studio, app: CustomerApp) -> None:
    call = await studio.call()
    answer = await studio.create(
        call.sid, RecordingStatusCallback=app.url("/r"), RecordingStatusCallbackMethod="GET"
    )
    sid = answer.json["sid"]
    handle = studio.recordings.record.find(sid)
    assert handle is not None
    studio.leg(handle).hears(1)
    await handle.pause()
    await handle.resume()
    await handle.stop()
    await handle.ended()
    [asked] = await asyncio.to_thread(app.expect, 1)
    assert (asked.method, dict(asked.query)["RecordingStatus"]) == ("GET", "completed")


async def test_a_pause_is_not_told(studio: Studio, app: CustomerApp) -> None:
    handle = await studio.start(callback=callback(app))
    studio.leg(handle).hears(1)
    await handle.pause()
    await handle.resume()
    await handle.stop()
    await handle.ended()
    other = await studio.recorded(callback=callback(app, events=("absent", "in-progress")))
    told = await heard(app, 3)
    assert sorted((each["RecordingSid"], each["RecordingStatus"]) for each in told) == [
        (handle.sid, "completed"),
        (handle.sid, "in-progress"),
        (other.sid, "in-progress"),
    ]
    queued = "SELECT count(*) FROM deliveries_due WHERE world_id = $1"
    await studio.webhooks.idle(studio.world_id)
    assert await studio.core.database.fetchval(queued, studio.world_id) == 0
    assert len(app.asked) == 3


async def test_several_events_stand_in_one_value(studio: Studio, app: CustomerApp) -> None:
    call = await studio.call()
    form = {"RecordingStatusCallbackEvent": "in-progress absent"}
    await studio.create(call.sid, RecordingStatusCallback=app.url("/r"), **form)
    studio.legs[call.sid].hangs_up()
    told = await heard(app, 2)
    assert [each["RecordingStatus"] for each in told] == ["in-progress", "absent"]
    assert told[1]["ErrorCode"] == "16101"
    assert "RecordingDuration" not in told[1]


async def test_the_answer_comes_before_the_callback(studio: Studio, app: CustomerApp) -> None:
    call, held = await studio.call(), []
    hold, release = studio.webhooks.deliver.hold, studio.webhooks.deliver.release

    class Noting:
        def hold(self, subject: str) -> None:
            held.append(("hold", subject))
            hold(subject)

        def release(self, subject: str) -> None:
            held.append(("release", subject))
            release(subject)

    begin = studio.recordings.resources[1]._begin  # type: ignore[attr-defined]
    begin._webhooks = Noting()
    answer = await studio.create(call.sid, RecordingStatusCallback=app.url("/r"))
    assert held == [("hold", answer.json["sid"]), ("release", answer.json["sid"])]


async def test_an_app_that_does_not_take_it_is_told_by_an_alert(
    studio: Studio, app: CustomerApp
) -> None:
    app.on("/recorded", Reply(500))
    handle = await studio.recorded(1, callback=callback(app, events=("completed",)))
    await heard(app, 1)

    async def alerts() -> Any:
        return await studio.core.database.fetch(
            "SELECT code FROM alerts WHERE world_id = $1", studio.world_id
        )

    [alert] = await eventually(alerts)
    assert alert["code"] == 11200
    assert (await studio.row(handle.sid))["status"] == "completed"


async def test_it_is_rendered_anew_after_a_restart(studio: Studio, app: CustomerApp) -> None:
    await studio.recorded(4, callback=callback(app))
    told = await heard(app, 2)
    kind = studio.webhooks.kinds[KIND]
    for each in told:
        delivery = studio.webhooks.make(
            subject=each["RecordingSid"],
            account_id=each["AccountSid"][2:],
            world_id=studio.world_id,
            kind=KIND,
            url=app.url("/recorded"),
            data={"status": each["RecordingStatus"]},
        )
        assert dict(await kind.parameters(delivery) or ()) == each


async def test_nothing_is_told_of_what_is_gone(studio: Studio) -> None:
    delivery: Delivery = studio.webhooks.make(
        subject=studio.core.sids.new("RE"),
        account_id=studio.account.account_sid[2:],
        world_id=studio.world_id,
        kind=KIND,
        url="http://127.0.0.1/",
        data={"status": "completed"},
    )
    assert await studio.webhooks.kinds[KIND].parameters(delivery) is None

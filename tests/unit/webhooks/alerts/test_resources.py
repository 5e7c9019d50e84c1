"""Monitor's alerts, as a client sees them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.shapes import assert_shape, official_shape
from tests.unit.webhooks.alerts.support import MESSAGE, AnExchange, World
from trunkline.rest.dates import iso8601

ALERTS = "/v1/Alerts"


async def failed(world: World) -> str:
    """The SID of an alert about a request that was answered 405."""
    exchange = AnExchange(
        url="https://app.example/sms", status=405, error=11200, reason="It answered 405."
    )
    delivery = await world.delivery()
    return (await world.recorded(11200, delivery=delivery, exchange=exchange)).sid


async def listed(world: World, **query: str) -> list[str]:
    answer = await world.monitor().get(ALERTS, **query)
    assert answer.status == 200, answer.text
    return [alert["sid"] for alert in answer.json["alerts"]]


async def test_an_alert_has_the_official_shape(world: World) -> None:
    sid = await failed(world)
    fetched = await world.monitor().get(f"{ALERTS}/{sid}")
    assert fetched.status == 200
    example, schema = official_shape("monitor_v1", "FetchAlert", 200)
    assert_shape(fetched.json, example, schema)
    assert list(fetched.json) == list(example)

    page = await world.monitor().get(ALERTS)
    example, schema = official_shape("monitor_v1", "ListAlert", 200)
    assert_shape(page.json, example, schema)
    assert list(page.json["alerts"][0]) == list(example["alerts"][0])


async def test_an_alert_tells_what_happened(world: World) -> None:
    sid = await failed(world)
    alert = (await world.monitor().get(f"{ALERTS}/{sid}")).json
    assert alert["alert_text"] == (
        "Msg=It+answered+405.&sourceComponent=14100&ErrorCode=11200&httpResponse=405"
        "&url=https%3A%2F%2Fapp.example%2Fsms&LogLevel=ERROR"
    )
    assert (alert["error_code"], alert["log_level"]) == ("11200", "error")
    assert alert["more_info"] == "https://www.twilio.com/docs/errors/11200"
    assert alert["resource_sid"] == MESSAGE
    assert alert["service_sid"] is None
    assert (alert["request_method"], alert["request_url"]) == ("POST", "https://app.example/sms")
    assert alert["account_sid"] == world.account.account_sid
    assert urlsplit(alert["url"]).path.endswith(f"/v1/Alerts/{sid}")
    assert (await world.monitor().get(urlsplit(alert["url"]).path)).json == alert


async def test_a_single_alert_shows_the_request_and_its_answer(world: World) -> None:
    sid = await failed(world)
    alert = (await world.monitor().get(f"{ALERTS}/{sid}")).json
    assert alert["request_variables"] == (
        f"MessageSid={MESSAGE}&Body=Gr%C3%BC%C3%9Fe+%26+co&From=%2B15551234567"
    )
    assert alert["response_body"] == "<h1>Nö</h1>"
    assert alert["response_headers"] == (
        "Content-Type=text%2Fhtml%3B+charset%3Dutf-8&X-Note=a%3Db+%26+c"
    )
    headers = parse_qs(alert["request_headers"])
    assert headers["X-Twilio-Signature"] == ["c2lnbmF0dXJl"]
    assert [len(token) for token in headers["I-Twilio-Idempotency-Token"]] == [36]


async def test_the_text_of_a_deleted_message_is_not_shown(world: World) -> None:
    sid = await failed(world)
    world.renders.deleted.add(MESSAGE)
    alert = (await world.monitor().get(f"{ALERTS}/{sid}")).json
    assert alert["request_variables"] is None
    assert alert["response_body"] is None
    assert alert["request_url"] == "https://app.example/sms"


async def test_an_alert_without_a_request_is_shown_without_one(world: World) -> None:
    forgotten = await world.recorded(11200, delivery=await world.delivery())
    await world.database.execute("DELETE FROM deliveries WHERE account_id = $1", world.account_id)
    nothing = await world.recorded(30003, resource=MESSAGE)
    for sid in (forgotten.sid, nothing.sid):
        alert = (await world.monitor().get(f"{ALERTS}/{sid}")).json
        for name in ("variables", "headers"):
            assert alert[f"request_{name}"] is None
        assert alert["response_body"] is alert["response_headers"] is None
    assert alert["alert_text"].startswith("Msg=Error+30003&sourceComponent=14100&ErrorCode=30003")


async def test_an_answer_that_is_no_text_is_still_shown(world: World) -> None:
    delivery = await world.delivery(response_body=b"\x00\xff\xfeok", response_headers=None)
    sid = (await world.recorded(11200, delivery=delivery)).sid
    alert = (await world.monitor().get(f"{ALERTS}/{sid}")).json
    assert alert["response_body"] == "\0\ufffd\ufffdok"
    assert alert["response_headers"] == ""


async def test_a_request_that_was_never_made_is_shown(world: World) -> None:
    delivery = await world.delivery(attempts=[], status=None, response_body=None)
    sid = (await world.recorded(11100, delivery=delivery)).sid
    alert = (await world.monitor().get(f"{ALERTS}/{sid}")).json
    assert "X-Twilio-Signature" not in alert["request_headers"]


async def test_warnings_are_told_apart(world: World) -> None:
    error, warning = await world.recorded(11200), await world.recorded(12200)
    assert await listed(world) == [warning.sid, error.sid]
    assert await listed(world, LogLevel="error") == [error.sid]
    assert await listed(world, LogLevel="WARNING") == [warning.sid]
    assert await listed(world, LogLevel="notice") == []
    assert await listed(world, LogLevel="") == [warning.sid, error.sid]
    shown = (await world.monitor().get(f"{ALERTS}/{warning.sid}")).json
    assert shown["log_level"] == "warning"
    assert shown["alert_text"].endswith("&LogLevel=WARN")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("LogLevel", "fatal", "not one of error, warning, notice, debug"),
        ("StartDate", "yesterday", "not a date"),
        ("EndDate", "2024-13-01", "not a date"),
        ("EndDate", "2024-01-01T25:00:00Z", "not a date"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(
    world: World, name: str, value: str, reason: str
) -> None:
    answer = await world.monitor().get(ALERTS, **{name: value})
    assert answer.refusal == (400, 20422, f"Invalid parameter {name}: {reason}")


async def test_alerts_are_found_by_day_and_by_time(world: World) -> None:
    clock = world.worlds.clock(world.world_id)
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    made = []
    for hours in (6, 12, 30):
        clock.hold(start + timedelta(hours=hours))
        made.append((await world.recorded(11200)).sid)
    morning, noon, tomorrow = made
    today = f"{start:%Y-%m-%d}"

    async def between(first: str, last: str) -> list[str]:
        return await listed(world, StartDate=first, EndDate=last)

    assert await between(today, today) == [noon, morning]
    assert await between(f"{start + timedelta(days=1):%Y-%m-%d}", "2999-01-01") == [tomorrow]
    at_noon = iso8601(start + timedelta(hours=12)) or ""
    assert await between(at_noon, at_noon) == [noon]
    assert await listed(world, StartDate=at_noon) == [tomorrow, noon]
    assert await listed(world, EndDate=at_noon) == [noon, morning]
    assert await between("2999-01-01", today) == []


async def test_what_is_older_than_30_days_is_not_listed_but_asking_is_no_error(
    world: World,
) -> None:
    clock = world.worlds.clock(world.world_id)
    old = await world.recorded(11200)
    clock.hold(clock.now() + timedelta(days=29))
    assert await listed(world, StartDate="2020-01-01") == [old.sid]
    clock.hold(clock.now() + timedelta(days=2))
    new = await world.recorded(11200)
    assert await listed(world) == [new.sid]
    assert await listed(world, StartDate="2020-01-01") == [new.sid]
    assert await listed(world, StartDate="2020-01-01", EndDate="2020-02-01") == []
    assert (await world.monitor().get(f"{ALERTS}/{old.sid}")).status == 200


async def test_pages_lead_through_all_alerts_and_keep_the_filters(world: World) -> None:
    made = [(await world.recorded(11200)).sid for _ in range(5)][::-1]
    await world.recorded(12200)
    seen, target = [], f"{ALERTS}?LogLevel=error&PageSize=2"
    pages = []
    while target:
        page = (await world.monitor().get(target)).json
        pages.append(page["meta"])
        seen += [alert["sid"] for alert in page["alerts"]]
        parts = urlsplit(page["meta"]["next_page_url"] or "")
        target = f"{parts.path}?{parts.query}" if parts.path else ""
    assert seen == made
    assert [meta["page"] for meta in pages] == [0, 1, 2]
    assert all("LogLevel=error" in meta["url"] for meta in pages)
    assert pages[0]["key"] == "alerts"
    assert pages[0]["next_page_url"].endswith(f"PageSize=2&Page=1&PageToken=PA{made[1]}")


async def test_an_account_sees_its_own_alerts_alone(world: World) -> None:
    sub = await world.subaccount()
    own = {"username": sub["sid"], "password": sub["auth_token"]}
    alert = await world.recorded(11200, account_id=sub["sid"][2:])
    parents = await world.recorded(11200)
    assert await listed(world) == [parents.sid]
    page = (await world.monitor(**own).get(ALERTS)).json
    assert [one["sid"] for one in page["alerts"]] == [alert.sid]

    gone = f"The requested resource /Alerts/{alert.sid} was not found"
    assert (await world.monitor().get(f"{ALERTS}/{alert.sid}")).refusal == (404, 20404, gone)
    assert (await world.monitor(**own).get(f"{ALERTS}/{parents.sid}")).status == 404
    foreign = await world.monitor(**own).get(ALERTS, PageToken=f"PA{parents.sid}")
    assert foreign.refusal == (400, 21481, "Invalid PageToken")


@pytest.mark.parametrize("sid", ["NO" + "0" * 32, MESSAGE, "NO123"])
async def test_an_alert_that_is_none_is_not_found(world: World, sid: str) -> None:
    answer = await world.monitor().get(f"{ALERTS}/{sid}")
    assert answer.refusal == (404, 20404, f"The requested resource /Alerts/{sid} was not found")


async def test_the_digits_of_an_alert_are_no_other_thing(world: World) -> None:
    alert = await world.recorded(11200)
    assert (await world.monitor().get(f"{ALERTS}/SM{alert.sid[2:]}")).status == 404
    assert (await world.monitor().get(f"{ALERTS}/NO{alert.sid[2:].upper()}")).status == 200


async def test_test_credentials_are_kept_from_alerts(world: World) -> None:
    test = world.monitor(
        username=world.account.test_account_sid, password=world.account.test_auth_token
    )
    assert (await test.get(ALERTS)).refusal[:2] == (403, 20008)

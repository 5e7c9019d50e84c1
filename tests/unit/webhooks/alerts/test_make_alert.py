"""Making alerts: what they tell, and what they keep to themselves."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.webhooks.alerts.support import MESSAGE, AnExchange, World, a_delivery


async def test_a_failed_request_is_told_with_its_url_and_status(world: World) -> None:
    delivery = a_delivery(world.sids, world.account_id, world.world_id, method="GET")
    exchange = AnExchange(
        url="https://app.example/moved", status=405, error=11200, reason="It answered 405."
    )
    alert = world.alert(
        world.account_id, world.world_id, 11200, delivery=delivery, exchange=exchange
    )
    assert (alert.code, alert.level, alert.message) == (11200, "error", "It answered 405.")
    assert (alert.url, alert.method) == ("https://app.example/moved", "GET")
    assert alert.details == {"httpResponse": "405"}
    assert (alert.resource, alert.delivery_id) == (MESSAGE, delivery.id)
    assert alert.sid[:2] == "NO"


async def test_no_answer_at_all_counts_as_a_bad_gateway(world: World) -> None:
    exchange = AnExchange(url="", status=None, error=11205)
    delivery = a_delivery(
        world.sids, world.account_id, world.world_id, url="https://me:pw@app.example/sms#rc=2"
    )
    alert = world.alert(
        world.account_id, world.world_id, 11205, delivery=delivery, exchange=exchange
    )
    assert alert.details == {"httpResponse": "502"}
    assert alert.url == "https://app.example/sms"
    assert alert.message == "HTTP connection failure"


async def test_where_nothing_was_requested_there_is_no_response(world: World) -> None:
    alert = world.alert(
        world.account_id,
        world.world_id,
        10001,
        delivery=a_delivery(world.sids, world.account_id, world.world_id),
        exchange=AnExchange(url="", status=None, error=10001),
    )
    assert (alert.message, alert.details) == ("Account is not active", {})


async def test_a_level_may_be_another_than_that_of_the_code(world: World) -> None:
    assert world.alert(world.account_id, world.world_id, 30008, level="warning").level == "warning"
    assert world.alert(world.account_id, world.world_id, 30008).level == "error"


async def test_what_is_said_wins_over_what_the_request_says(world: World) -> None:
    alert = world.alert(
        world.account_id,
        world.world_id,
        12200,
        resource="MM" + "0" * 32,
        message="Attribute 'loop' is not known.",
        delivery=a_delivery(world.sids, world.account_id, world.world_id),
        exchange=AnExchange(url="https://app.example/sms", status=200, error=None),
        details={"line": "3", "httpResponse": "299"},
    )
    assert alert.level == "warning"
    assert alert.resource == "MM" + "0" * 32
    assert alert.message == "Attribute 'loop' is not known."
    assert alert.details == {"line": "3", "httpResponse": "299"}


async def test_it_happened_at_the_time_of_its_world(world: World) -> None:
    clock = world.worlds.clock(world.world_id)
    later = clock.now() + timedelta(days=400)
    clock.hold(later)
    alert = world.alert(world.account_id, world.world_id, 11200)
    assert alert.created_at == later
    assert alert.real_time < later - timedelta(days=399)


async def test_texts_from_outside_are_cut_and_cleaned(world: World) -> None:
    alert = world.alert(
        world.account_id,
        world.world_id,
        12100,
        message="a\0b\ud800c" + "x" * 100_000,
        url="https://app.example/\0\udfff" + "y" * 100_000,
        details={"n\0": "v\ud800" * 10_000} | {f"k{n}": "v" for n in range(1000)},
    )
    assert alert.message.startswith("abcx")
    assert len(alert.message) <= 1000
    assert alert.url is not None
    assert alert.url.startswith("https://app.example/yy")
    assert len(alert.url) <= 2048
    assert len(alert.details) <= 20
    assert all(len(value) <= 500 for value in alert.details.values())
    shown = "".join((alert.message, alert.url, *alert.details, *alert.details.values()))
    assert "\0" not in shown
    assert shown.encode()

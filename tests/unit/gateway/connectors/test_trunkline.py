from __future__ import annotations

from tests.unit.rest.notes_api import Diaries, Notes
from trunkline.gateway.connectors import Upstreams, resolve_target
from trunkline.gateway.connectors.trunkline import CONNECTOR
from trunkline.rest.operation import bound_operations
from trunkline.rest.router import Router


def test_nothing_is_entered() -> None:
    assert [method.kind for method in CONNECTOR.methods] == ["PLATFORM"]
    assert CONNECTOR.methods[0].fields == ()
    injected = CONNECTOR.methods[0].apply({"account_sid": "AC1", "auth_token": "t"})
    assert injected.headers == {"Authorization": "Basic QUMxOnQ="}


def test_the_platforms_router_finds_what_the_gateway_asks_for() -> None:
    router = Router(bound_operations(Notes(), Diaries()))
    upstreams = Upstreams([], lambda: "http://own")
    for text, product, prefix in (
        ("/2010-04-01/Accounts.json", "api", ""),
        ("https://messaging.twilio.com/v1/Services", "messaging", "/messaging"),
        ("https://messaging.sydney.au1.twilio.com/v1/Services", "messaging", "/messaging"),
        ("/messaging/v1/Services", "messaging", "/messaging"),
    ):
        where = upstreams.where(resolve_target(CONNECTOR, {}, text), platform=True)
        for host in (where.host_header, "127.0.0.1:8080"):
            path = where.url.removeprefix("http://own").encode()
            place = router.locate(host.encode(), path)
            assert (place.product, place.prefix) == (product, prefix)


def test_links_of_the_platforms_answers_are_found_again() -> None:
    upstreams = Upstreams([], lambda: "http://own")
    link = "https://messaging.twilio.com/messaging/v1/Services?Page=1&PageToken=PA1"
    where = upstreams.where(resolve_target(CONNECTOR, {}, link), platform=True)
    assert where.url == "http://own/messaging/v1/Services?Page=1&PageToken=PA1"

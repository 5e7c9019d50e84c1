from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trunkline.gateway.connectors import CONNECTORS, Catalogue
from trunkline.gateway.connectors.twilio import PRODUCTS
from trunkline.gateway.errors import NotFound
from trunkline.gateway.model import Connection, Status

catalogue = Catalogue()


def keys(text: str, limit: int = 10) -> list[str]:
    return [connector.key for connector in catalogue.search(text, limit)]


def test_there_are_eight_connectors_and_twilio_is_first() -> None:
    assert [connector.key for connector in catalogue.all()] == [
        "twilio",
        "trunkline",
        "telnyx",
        "vonage",
        "plivo",
        "sendgrid",
        "slack",
        "rest",
    ]


@pytest.mark.parametrize("text", ["twilio", "cnt_twilio", "Twilio", "CNT_TWILIO"])
def test_a_connector_is_found_by_key_or_id(text: str) -> None:
    found = catalogue.get(text)
    assert found is not None
    assert found.key == "twilio"
    assert found.id == "cnt_twilio"


@pytest.mark.parametrize("text", ["", "cnt_", "twilio ", "twilio\x00", "\ud800", "x" * 10_000_000])
def test_what_is_no_key_finds_nothing(text: str) -> None:
    assert catalogue.get(text) is None
    assert catalogue.of_app(text) is None


@pytest.mark.parametrize(
    ("segment", "key", "base_url"),
    [
        ("twilio", "twilio", "https://api.twilio.com"),
        ("twilio-messaging", "twilio", "https://messaging.twilio.com"),
        ("twilio-verify", "twilio", "https://verify.twilio.com"),
        ("twilio-api", "twilio", "https://api.twilio.com"),
        ("Twilio-Flex-API", "twilio", "https://flex-api.twilio.com"),
        ("trunkline", "trunkline", "https://api.twilio.com"),
        ("trunkline-messaging", "trunkline", "https://messaging.twilio.com"),
        ("slack", "slack", "https://slack.com"),
        ("sendgrid", "sendgrid", "https://api.sendgrid.com"),
        ("sendgrid-eu", "sendgrid", "https://api.eu.sendgrid.com"),
        ("vonage-rest", "vonage", "https://rest.nexmo.com"),
        ("rest", "rest", "{base_url}"),
    ],
)
def test_an_app_is_a_connector_and_a_base_url(segment: str, key: str, base_url: str) -> None:
    found = catalogue.of_app(segment)
    assert found is not None
    assert (found[0].key, found[1]) == (key, base_url)


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_of_twilio_is_an_app(product: str) -> None:
    found = catalogue.of_app(f"twilio-{product}")
    assert found is not None
    assert found[1] == f"https://{product}.twilio.com"


@pytest.mark.parametrize(
    "segment", ["twilio-", "twilio-evil", "twilio-evil.com", "twilio-www", "g"]
)
def test_an_app_that_nobody_declared_is_none(segment: str) -> None:
    assert catalogue.of_app(segment) is None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.twilio.com/", "twilio"),
        ("https://console.twilio.com/us1/x?y#z", "twilio"),
        ("twilio.com", "twilio"),
        ("HTTPS://API.TWILIO.COM:443/x", "twilio"),
        ("https://trunkline.localhost/", "trunkline"),
        ("https://portal.telnyx.com/", "telnyx"),
        ("https://dashboard.vonage.com", "vonage"),
        ("https://api.nexmo.com/v1", "vonage"),
        ("https://www.plivo.com", "plivo"),
        ("https://app.sendgrid.com/", "sendgrid"),
        ("https://acme.slack.com/archives", "slack"),
    ],
)
def test_a_url_of_a_provider_finds_it(url: str, key: str) -> None:
    found = catalogue.of_url(url)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "url",
    ["", "   ", "/", "https://", "https://eviltwilio.com", "https://[", "x@", "\x00", "\ud800"],
)
def test_a_url_of_nobody_finds_nothing(url: str) -> None:
    assert catalogue.of_url(url) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("twilio", "twilio"),
        ("TWILIO", "twilio"),
        ("twil", "twilio"),
        ("Send SMS with Twilio!", "twilio"),
        ("nexmo", "vonage"),
        ("e-mail", "sendgrid"),
        ("rest api", "rest"),
        ("slack messages", "slack"),
        ("cnt_plivo", "plivo"),
    ],
)
def test_words_find_the_best_connector_first(text: str, first: str) -> None:
    assert keys(text)[0] == first


def test_an_empty_search_finds_everything_and_nonsense_nothing() -> None:
    assert len(keys("")) == len(keys("  ")) == len(CONNECTORS)
    assert keys("qqqq") == keys("\x00") == keys("%%%") == []
    assert keys("", 3) == ["twilio", "trunkline", "telnyx"]
    assert keys("twilio", 0) == keys("twilio", -1) == []
    assert keys("twilio " * 1_000_000)[0] == "twilio"


def test_the_connector_of_a_connection() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def connection(key: str) -> Connection:
        return Connection(
            id="c",
            tenant_id="t",
            user_id="u",
            connector=key,
            key=None,
            name="",
            status=Status.ACTIVE,
            method=None,
            created_at=now,
            updated_at=now,
        )

    assert catalogue.of(connection("slack")).key == "slack"
    with pytest.raises(NotFound):
        catalogue.of(connection("gone"))


def test_two_connectors_of_one_name_are_a_fault() -> None:
    with pytest.raises(ValueError, match="two connectors"):
        Catalogue([CONNECTORS[0], CONNECTORS[0]])

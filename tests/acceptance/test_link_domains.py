"""Names that cannot be domains of links, and a FallbackUrl that leads to itself."""

from __future__ import annotations

import json
from urllib.error import HTTPError

import pytest
from twilio.rest import Client

from tests.acceptance.test_python_links import domain, follow
from tests.support.platform import World


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "localhost:99",
        "api.twilio.com",
        "twilio.com",
        "messaging.twilio.com:443",
    ],
)
def test_the_api_stays_where_it_is(platform: World, client: Client, name: str) -> None:
    """Everything that is asked of a domain is taken for a link."""
    with pytest.raises(HTTPError, match="422") as caught:
        domain(platform, name)
    told = json.loads(caught.value.read())["error"]
    caught.value.close()
    assert told["message"] == "The API is reached by this name: links need another."
    assert client.api.accounts(platform.account_sid).fetch().sid == platform.account_sid


@pytest.mark.parametrize(
    "name",
    ["10.0.0.1", "a..b", "a_b.example", "go.example:0", "go.example:65536", "b\u00fc.example"],
)
def test_what_is_no_name_of_a_host(platform: World, name: str) -> None:
    with pytest.raises(HTTPError, match="422") as caught:
        domain(platform, name)
    told = json.loads(caught.value.read())["error"]
    caught.value.close()
    assert told["message"] == "A domain is a host name, with a port where it has one."


def test_a_fallback_does_not_lead_to_itself(platform: World, client: Client) -> None:
    found = domain(platform, "circle.example")
    client.messaging.v1.domain_config(found).update(fallback_url="https://circle.example/gone")

    assert follow(platform, "https://circle.example/nothing") == (
        302,
        "https://circle.example/gone",
    )
    assert follow(platform, "https://circle.example/gone") == (404, "")

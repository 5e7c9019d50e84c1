"""Where a target really is: the provider, a stand-in of the operator's, this platform."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trunkline.gateway.connectors import CONNECTORS, Catalogue, Target, Upstreams, resolve_target
from trunkline.gateway.connectors.twilio import PRODUCTS
from trunkline.gateway.errors import TargetRefused
from trunkline.webhooks.address_map import AddressMap

OWN = "http://127.0.0.1:8080"
CATALOGUE = Catalogue()


def upstreams(*maps: str, private: bool = False) -> Upstreams:
    return Upstreams(maps, lambda: OWN, private_networks=private)


def target(text: str, key: str = "twilio", **values: str) -> Target:
    connector = CATALOGUE.get(key)
    assert connector is not None
    return resolve_target(connector, values, text)


def test_a_provider_is_where_it_says_and_the_network_rules_hold() -> None:
    where = upstreams().where(target("/2010-04-01/a%2Fb?x=%7e&"), platform=False)
    assert where.url == "https://api.twilio.com/2010-04-01/a%2Fb?x=%7e&"
    assert where.host_header == "api.twilio.com"
    assert not where.open


def test_a_mapped_origin_leads_to_the_stand_in_which_is_told_the_providers_host() -> None:
    mapped = upstreams("https://api.twilio.com=http://127.0.0.1:9999")
    where = mapped.where(target("/2010-04-01/a%2Fb?x={}|%7e&"), platform=False)
    assert where.url == "http://127.0.0.1:9999/2010-04-01/a%2Fb?x={}|%7e&"
    assert where.host_header == "api.twilio.com"
    assert where.open
    other = mapped.where(target("https://messaging.twilio.com/v1"), platform=False)
    assert (other.url, other.open) == ("https://messaging.twilio.com/v1", False)


def test_a_map_that_was_read_already_serves_as_well() -> None:
    read = AddressMap.read("https://slack.com=http://127.0.0.1:9/stand-in")
    where = Upstreams(read, lambda: OWN).where(target("/api/x?", "slack"), platform=False)
    assert where.url == "http://127.0.0.1:9/stand-in/api/x?"


def test_a_mapped_port_counts() -> None:
    base = "https://intra.example.com:8443/v1"
    mapped = upstreams("https://intra.example.com=http://127.0.0.1:1")
    where = mapped.where(target("/x", "rest", base_url=base), platform=False)
    assert (where.url, where.host_header) == (f"{base}/x", "intra.example.com:8443")
    mapped = upstreams("https://intra.example.com:8443=http://127.0.0.1:1")
    where = mapped.where(target("/x", "rest", base_url=base), platform=False)
    assert (where.url, where.host_header) == ("http://127.0.0.1:1/v1/x", "intra.example.com:8443")


def test_plain_http_is_for_private_networks_only() -> None:
    plain = target("/x", "rest", base_url="http://10.0.0.1:8000/v1")
    with pytest.raises(TargetRefused):
        upstreams().where(plain, platform=False)
    where = upstreams(private=True).where(plain, platform=False)
    assert (where.url, where.open) == ("http://10.0.0.1:8000/v1/x", False)
    mapped = upstreams("http://10.0.0.1:8000=http://127.0.0.1:1").where(plain, platform=False)
    assert (mapped.url, mapped.open) == ("http://127.0.0.1:1/v1/x", True)


def test_an_ipv6_base_url_is_passed_on() -> None:
    six = target("/x", "rest", base_url="https://[2001:db8::1]:8443")
    where = upstreams().where(six, platform=False)
    assert where.url == "https://[2001:db8::1]:8443/x"
    assert where.host_header == "[2001:db8::1]:8443"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/2010-04-01/Accounts.json?PageSize=1", "/2010-04-01/Accounts.json?PageSize=1"),
        ("/2010-04-01", "/2010-04-01"),
        ("https://messaging.twilio.com/v1/Services?a=%2F", "/messaging/v1/Services?a=%2F"),
        ("https://messaging.dublin.ie1.twilio.com/v1/Services", "/messaging/v1/Services"),
        ("https://verify.twilio.com/v2/Services", "/verify/v2/Services"),
        ("https://messaging.twilio.com/messaging/v1/Services", "/messaging/v1/Services"),
        ("/messaging/v1/Services", "/messaging/v1/Services"),
        ("/api/2010-04-01/Accounts.json", "/api/2010-04-01/Accounts.json"),
        ("/v1/x", "/api/v1/x"),
    ],
)
@pytest.mark.parametrize("key", ["twilio", "trunkline"])
def test_the_platforms_own_products_are_under_their_prefix(key: str, text: str, path: str) -> None:
    mapped = upstreams("https://api.twilio.com=http://127.0.0.1:9999")
    asked = target(text, key)
    where = mapped.where(asked, platform=True)
    assert where.url == OWN + path
    assert where.host_header == asked.host, "links of the answer lead to the gateway again"
    assert where.open


def test_trunkline_never_leaves_whatever_is_said_of_its_method() -> None:
    where = upstreams().where(target("/2010-04-01/Accounts.json", "trunkline"), platform=False)
    assert where.url.startswith(OWN)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/trunkline/v1/worlds",
        "/trunkline/v1",
        "/gateway/connect",
        "/membrane/connections",
        "/membrane/v1/x",
        "/maton/v1/x",
        "/%74runkline/v1/worlds",
        "/messaging",
        "/messaging/",
        "/messaging/trunkline/v1/worlds",
        "/V1/x",
        "/v1x/y",
        "/v1;/x",
        "/v123/x",
        "/2010-04-01x",
        "/2010-04-01%2Ftrunkline",
        "/_internal",
        "/l/abc",
    ],
)
@pytest.mark.parametrize("key", ["twilio", "trunkline"])
def test_a_key_of_the_gateway_does_not_reach_other_parts_of_the_platform(
    key: str, path: str
) -> None:
    with pytest.raises(TargetRefused):
        upstreams().where(target(path, key), platform=True)


def test_a_host_that_is_no_product_names_no_part_of_the_platform() -> None:
    asked = target("/v1/worlds", "rest", base_url="https://trunkline.example")
    with pytest.raises(TargetRefused):
        upstreams().where(asked, platform=True)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(["api", "messaging", "verify"]),
    st.lists(
        st.sampled_from(["trunkline", "v1", "2010-04-01", "api", "messaging", "", "x", "%2F", ";"]),
        max_size=5,
    ),
)
def test_whatever_is_led_to_the_platform_is_a_version_of_a_product(
    product: str, parts: list[str]
) -> None:
    try:
        asked = target(f"https://{product}.twilio.com/" + "/".join(parts))
        where = upstreams().where(asked, platform=True)
    except TargetRefused:
        return
    first, *rest = where.url.removeprefix(f"{OWN}/").split("/")
    assert first == "2010-04-01" or (first in PRODUCTS and rest[0] in ("v1", "2010-04-01"))


def test_every_other_provider_is_outside() -> None:
    for connector in CONNECTORS:
        asked = resolve_target(connector, {"base_url": "https://a.example"}, "/2010-04-01/x")
        where = upstreams().where(asked, platform=False)
        assert where.open is (connector.key == "trunkline")

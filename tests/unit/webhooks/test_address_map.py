"""`--map PUBLIC=LOCAL`: which requests go where, and what the app is told."""

from __future__ import annotations

import re

import pytest

from trunkline.webhooks.address_map import AddressMap
from trunkline.webhooks.target import read_target

PUBLIC = "https://api.example.com"
LOCAL = "http://127.0.0.1:3000"


def located(maps: list[str], url: str) -> str | None:
    connection = AddressMap.read(*maps).locate(read_target(url))
    return None if connection is None else connection.url


def test_a_mapped_request_keeps_its_path_and_query() -> None:
    url = f"{PUBLIC}/sms/in%20?a=%7e&b#rc=2"
    assert located([f"{PUBLIC}={LOCAL}"], url) == f"{LOCAL}/sms/in%20?a=%7e&b"


def test_the_app_is_told_its_public_address() -> None:
    connection = AddressMap.read(f"{PUBLIC}={LOCAL}").locate(read_target(f"{PUBLIC}/sms"))
    assert connection is not None
    assert connection.headers == [
        ("Host", "api.example.com"),
        ("X-Forwarded-Host", "api.example.com"),
        ("X-Forwarded-Proto", "https"),
    ]


def test_a_port_that_is_not_standard_is_told_as_well() -> None:
    connection = AddressMap.read(f"{PUBLIC}:8443={LOCAL}").locate(read_target(f"{PUBLIC}:8443/"))
    assert connection is not None
    assert connection.headers == [
        ("Host", "api.example.com:8443"),
        ("X-Forwarded-Host", "api.example.com:8443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "8443"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/sms",
        "https://api.example.com:8443/sms",
        "https://www.example.com/sms",
        "https://example.com/sms",
        "https://api.example.com.evil.example/",
    ],
)
def test_other_addresses_are_left_alone(url: str) -> None:
    assert located([f"{PUBLIC}={LOCAL}"], url) is None
    assert located([], url) is None


def test_scheme_host_and_port_are_compared_by_what_they_mean() -> None:
    assert located([f"HTTPS://API.example.com:443/={LOCAL}"], f"{PUBLIC}/x") == f"{LOCAL}/x"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/x", "http://root:1/x"),
        ("/", "http://root:1/"),
        ("/app", "http://app:1/app"),
        ("/app?a", "http://app:1/app?a"),
        ("/app/", "http://app:1/app/"),
        ("/app/x", "http://app:1/app/x"),
        ("/apple", "http://root:1/apple"),
        ("/APP", "http://root:1/APP"),
        ("/x?/app/deep", "http://root:1/x?/app/deep"),
        ("/app/deep/x", "http://deep:1/app/deep/x"),
        ("/app/../app/deep", "http://deep:1/app/deep"),
    ],
)
def test_the_longest_prefix_of_whole_segments_counts(url: str, expected: str) -> None:
    maps = [
        f"{PUBLIC}/app/=http://app:1",
        f"{PUBLIC}=http://root:1",
        f"{PUBLIC}/app/deep=http://deep:1",
    ]
    assert located(maps, PUBLIC + url) == expected


@pytest.mark.parametrize(
    ("entry", "url", "expected"),
    [
        (f"{PUBLIC}/app={LOCAL}/v1", "/app/x?a", "/v1/x?a"),
        (f"{PUBLIC}/app={LOCAL}/v1/", "/app/x", "/v1/x"),
        (f"{PUBLIC}/app={LOCAL}/v1", "/app", "/v1"),
        (f"{PUBLIC}/app={LOCAL}/", "/app/x", "/x"),
        (f"{PUBLIC}/app={LOCAL}/", "/app", "/"),
        (f"{PUBLIC}/app={LOCAL}/", "/app?a", "/?a"),
        (f"{PUBLIC}={LOCAL}/v1", "/x", "/v1/x"),
        (f"{PUBLIC}={LOCAL}/", "/x", "/x"),
        (f"{PUBLIC}/a=b={LOCAL}", "/a=b/x", "/a=b/x"),
    ],
)
def test_a_local_path_takes_the_place_of_the_prefix(entry: str, url: str, expected: str) -> None:
    assert located([entry], PUBLIC + url) == LOCAL + expected


def test_a_local_app_may_speak_tls_or_have_an_ipv6_address() -> None:
    assert located([f"{PUBLIC}=https://[::1]:3000"], f"{PUBLIC}/x") == "https://[::1]:3000/x"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([""], "A map is PUBLIC=LOCAL, for example"),
        ([PUBLIC], "A map is PUBLIC=LOCAL, for example"),
        ([f"{PUBLIC}="], "A map is PUBLIC=LOCAL, for example"),
        ([f"={LOCAL}"], "A map is PUBLIC=LOCAL, for example"),
        ([f"{PUBLIC}=3000"], "The local URL does not start with http:// or https://."),
        ([f"{PUBLIC}=localhost:3000"], "The local URL does not start with http:// or https://."),
        ([f"api.example.com={LOCAL}"], "The public URL does not start with http:// or https://."),
        ([f"{PUBLIC}=http://:3000"], "The local URL has no host."),
        ([f"{PUBLIC}=http://localhost:99999"], "The port of the local URL is not between"),
        ([f"https://a b={LOCAL}"], "The host of the public URL is not valid."),
        ([f"https://me:secret@example.com={LOCAL}"], "The public URL of a map has no user"),
        ([f"{PUBLIC}=http://me:secret@localhost"], "The local URL of a map has no user"),
        ([f"{PUBLIC}/?a={LOCAL}"], "The public URL of a map has no query"),
        ([f"{PUBLIC}={LOCAL}/#rc=2"], "The local URL of a map has no query"),
        ([f"{PUBLIC}={LOCAL}", f"{PUBLIC}:443/=http://b"], f"{PUBLIC}/ is mapped twice."),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused_in_a_sentence(entries: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}") as refused:
        AddressMap.read(*entries)
    assert str(refused.value).endswith(".")
    assert "secret" not in str(refused.value)

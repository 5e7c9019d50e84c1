"""Where a path leads. Refusals come first: each row once made some program ask another host."""

from __future__ import annotations

import re
from ipaddress import ip_address
from posixpath import normpath
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

import httptools
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yarl import URL

from trunkline.gateway.connectors import (
    CONNECTORS,
    Catalogue,
    Connector,
    Target,
    resolve_target,
)
from trunkline.gateway.errors import TargetRefused

catalogue = Catalogue()


def connector(key: str) -> Connector:
    found = catalogue.get(key)
    assert found is not None
    return found


TWILIO = connector("twilio")
REST = connector("rest")
BASE = {"base_url": "https://intra.example.com/base/v1"}


def refused(text: str, *, by: Connector = TWILIO, **values: str) -> str:
    with pytest.raises(TargetRefused) as caught:
        resolve_target(by, values, text)
    return str(caught.value)


PATHS = [
    "//evil.com",
    "///evil.com/x",
    "//evil.com/%2e%2e",
    "/\\evil.com",
    "\\\\evil.com",
    "\\/evil.com",
    "/a\\..\\b",
    "@evil.com/",
    "evil.com/x",
    ".evil.com/",
    ":443@evil.com/",
    ":8443/x",
    "/..",
    "/../x",
    "/a/..",
    "/a/../b",
    "/./a",
    "/a/.",
    "/%2e%2e/x",
    "/%2E%2e/x",
    "/.%2e/x",
    "/%2e/x",
    "/%252e%252e/x",
    "/%25252e%25252e/x",
    "/a/..%2fb",
    "/a%2f..%2fb",
    "/a%2F%2e%2e%2Fb",
    "/a%252f%252e%252e%252fb",
    "/a/..%5cb",
    "/a%5c..%5cb",
    "/a%5cb",
    "/a%255cb",
    "/a/..;/b",
    "/a/..;x=1/b",
    "/a/.;/b",
    "/a/%2e%2e;/b",
    "/a/..%3b/b",
    "/a/..%20/b",
    "/a/%20../b",
    "/a/%c0%ae%c0%ae/b",
    "/a%c0%afb",
    "/a/%ff/b",
    "/a/%25ff/b",
    "/a/%ef%bc%8e%ef%bc%8e/b",
    "/a%ef%bc%8f..%ef%bc%8fb",
    "/a%ef%bc%bcb",
    "/a/%e2%80%a5/b",
    "/a%00b",
    "/a%2500b",
    "/a%0d%0aHost:%20evil.com",
    "/a%09b",
    "/a%7fb",
    "/a%c2%85b",
    "/a\x00b",
    "/a\r\nHost: evil.com",
    "/a\tb",
    "/a\nb",
    "/a b",
    " /a",
    "/a ",
    "\t//evil.com",
    "/a?b c",
    "/a?b\r\nHost: evil.com",
    "/a?b\x00",
    "/a#b",
    "/a?b#c",
    "#",
    "/é",
    "/a?é",
    "/\ud800",
    "/a%",
    "/a%2",
    "/a%zz",
    "/a%u002e",
    "/" + "a" * 20_000,
    "/%" + "25" * 20 + "2e",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "mailto:a@b",
]


@pytest.mark.parametrize("text", PATHS)
def test_a_path_that_could_be_read_as_another_is_refused(text: str) -> None:
    sentence = refused(text)
    assert sentence.endswith(".")
    assert "evil" not in sentence, "it quotes what was sent, which may be a secret"
    refused(text, by=REST, **BASE)


ADDRESSES = [
    "https://evil.com/",
    "https://evil.com/api.twilio.com",
    "https://api.twilio.com@evil.com/",
    "https://api.twilio.com:x@evil.com/",
    "https://user@api.twilio.com/",
    "https://user:pass@api.twilio.com/",
    "https://@api.twilio.com/",
    "https://api.twilio.com.evil.com/",
    "https://evilapi.twilio.com.co/",
    "https://eviltwilio.com/",
    "https://twilio.com.evil/",
    "https://twilio.com/",
    "https://www.twilio.com/",
    "https://status.twilio.com/",
    "https://support.twilio.com/",
    "https://api.sip.twilio.com/",
    "https://api.sip.us1.twilio.com/",
    "https://evil.api.twilio.com/",
    "https://api.a.b.c.d.twilio.com/",
    "https://api-evil.twilio.com/",
    "https://.api.twilio.com/",
    "https://api.twilio.com./",
    "https://api..twilio.com/",
    "https://api.twilio.com../",
    "https://api.twilio.com:8443/",
    "https://api.twilio.com:443/",
    "https://api.twilio.com:/",
    "https://api.twilio.com:0/",
    "https://api.twilio.com:99999/",
    "https://api.twilio.com:443x/",
    "http://api.twilio.com/",
    "HTTP://api.twilio.com/",
    "ftp://api.twilio.com/",
    "ws://api.twilio.com/",
    "https:api.twilio.com/",
    "https:/api.twilio.com/",
    "https:///api.twilio.com/",
    "https:\\\\api.twilio.com\\",
    "https://api.twilio.com\\@evil.com/",
    "https://api.twilio.com\\.evil.com/",
    "https://evil.com\\.twilio.com/",
    "https://evil.com%2f.api.twilio.com/",
    "https://evil.com%23.api.twilio.com/",
    "https://evil.com#.api.twilio.com/",
    "https://evil.com?.api.twilio.com/",
    "https://evil.com;.api.twilio.com/",
    "https://api%2etwilio.com/",
    "https://api.twilio%2ecom/",
    "https://api.twilio.com%00.evil.com/",
    "https://api.twilio.com\x00.evil.com/",
    "https://api.twilio.com\t.evil.com/",
    "https://api.twilio.com\n/",
    "\thttps://api.twilio.com/",
    " https://api.twilio.com/",
    "ht\ntps://api.twilio.com/",
    "https://api.twilio.com /",
    "https://аpi.twilio.com/",
    "https://api。twilio。com/",
    "https://api.twılıo.com/",
    "https://apſ.twilio.com/",
    "https://xn--pi-7kc.twilio.com/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[api.twilio.com]/",
    "https://[::1]api.twilio.com/",
    "https://[fe80::1%25eth0]/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://",
    "https://?x",
    "https://api.twilio.com//evil.com/",
    "https://api.twilio.com/../x",
    "https://api.twilio.com/%2e%2e/x",
    "https://api.twilio.com/a#b",
    "https://api.twilio.com/a\\b",
    "//api.twilio.com/",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_elsewhere_or_in_doubt_is_refused(text: str) -> None:
    sentence = refused(text)
    assert "evil" not in sentence
    refused(text, by=REST, **BASE)


@pytest.mark.parametrize("own", CONNECTORS, ids=lambda own: own.key)
@pytest.mark.parametrize("text", [*PATHS, *ADDRESSES])
def test_no_connector_takes_what_leads_elsewhere(own: Connector, text: str) -> None:
    try:
        target = resolve_target(own, BASE, text)
    except TargetRefused:
        return
    # The names that other providers own for themselves, and Twilio does not.
    assert own.key not in ("twilio", "trunkline", "rest")
    assert urlsplit(target.url).hostname in {*own.hosts}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "https://api.twilio.com/"),
        ("/", "https://api.twilio.com/"),
        ("?a=1", "https://api.twilio.com/?a=1"),
        ("/2010-04-01/Accounts.json", "https://api.twilio.com/2010-04-01/Accounts.json"),
        ("/a//b/", "https://api.twilio.com/a//b/"),
        ("/a/...", "https://api.twilio.com/a/..."),
        ("/a/..b/c..", "https://api.twilio.com/a/..b/c.."),
        ("/a;b=1/c", "https://api.twilio.com/a;b=1/c"),
        ("/a@b:c", "https://api.twilio.com/a@b:c"),
        ("/https://evil.com", "https://api.twilio.com/https://evil.com"),
        ("/a%2Fb%20c%3F%23", "https://api.twilio.com/a%2Fb%20c%3F%23"),
        ("/%C3%A9%e2%82%ac", "https://api.twilio.com/%C3%A9%e2%82%ac"),
        ("/100%25", "https://api.twilio.com/100%25"),
        ("/a%252525252fb", "https://api.twilio.com/a%252525252fb"),
        ("/a?", "https://api.twilio.com/a?"),
        (
            "/a?x=../..&y=//evil.com&z=%00%zz&w=\\@{}|^`\"<>'?/#"[:-1],
            "https://api.twilio.com/a?x=../..&y=//evil.com&z=%00%zz&w=\\@{}|^`\"<>'?/",
        ),
        ("https://api.twilio.com", "https://api.twilio.com/"),
        ("https://api.twilio.com?x=1", "https://api.twilio.com/?x=1"),
        ("HTTPS://API.Twilio.COM/A?B=c", "https://api.twilio.com/A?B=c"),
        ("https://messaging.twilio.com/v1/Services", "https://messaging.twilio.com/v1/Services"),
        (
            "https://messaging.dublin.ie1.twilio.com/v1",
            "https://messaging.dublin.ie1.twilio.com/v1",
        ),
        ("https://api.ie1.twilio.com/", "https://api.ie1.twilio.com/"),
        ("https://api.sao-paulo.us1.twilio.com/", "https://api.sao-paulo.us1.twilio.com/"),
        ("https://api.ashburn-ix.us1.twilio.com/", "https://api.ashburn-ix.us1.twilio.com/"),
        ("https://flex-api.twilio.com/v1", "https://flex-api.twilio.com/v1"),
    ],
)
def test_the_way_stays_as_it_is_byte_for_byte(text: str, url: str) -> None:
    target = resolve_target(TWILIO, {}, text)
    assert target.url == url
    assert target.host_header == target.host == urlsplit(url).hostname
    assert not target.private
    assert not target.platform


def test_an_app_has_a_base_url_of_its_own() -> None:
    found = catalogue.of_app("twilio-verify")
    assert found is not None
    target = resolve_target(found[0], {}, "/v2/Services?PageSize=1", found[1])
    assert target.url == "https://verify.twilio.com/v2/Services?PageSize=1"
    with pytest.raises(TargetRefused):
        resolve_target(TWILIO, {}, "/", "https://evil.com")
    with pytest.raises(TargetRefused):
        resolve_target(TWILIO, {}, "/", "http://api.twilio.com")


@pytest.mark.parametrize(
    ("base", "text", "url"),
    [
        ("https://a.example", "/x?y", "https://a.example/x?y"),
        ("https://a.example/", "", "https://a.example/"),
        ("https://a.example/v1", "", "https://a.example/v1"),
        ("https://a.example/v1/", "/", "https://a.example/v1/"),
        ("https://a.example/v1/", "/x", "https://a.example/v1/x"),
        ("https://a.example/v1", "?q", "https://a.example/v1?q"),
        ("https://A.Example:443/v1", "https://a.example/v1/x", "https://a.example/v1/x"),
        ("https://a.example/v1", "https://a.example:443/v1", "https://a.example/v1"),
        ("https://a.example:8443/v1", "/x", "https://a.example:8443/v1/x"),
        (
            "https://a.example:8443/v1",
            "https://a.example:8443/v1/x",
            "https://a.example:8443/v1/x",
        ),
        ("https://my_service.internal", "/x", "https://my_service.internal/x"),
        ("https://192.0.2.1", "/x", "https://192.0.2.1/x"),
        ("https://[2001:DB8::0:1]:8443/v1", "/x", "https://[2001:db8::1]:8443/v1/x"),
        ("http://127.0.0.1:9000", "/x", "http://127.0.0.1:9000/x"),
    ],
)
def test_an_entered_base_url_is_what_all_is_beneath(base: str, text: str, url: str) -> None:
    target = resolve_target(REST, {"base_url": base}, text)
    assert target.url == url
    assert target.host == urlsplit(url).hostname
    assert target.private is url.startswith("http:")


@pytest.mark.parametrize(
    "text",
    [
        "https://intra.example.com/",
        "https://intra.example.com",
        "https://intra.example.com/base",
        "https://intra.example.com/base/v11",
        "https://intra.example.com/base/v2/x",
        "https://intra.example.com/BASE/v1/x",
        "https://intra.example.com/base/%76%31/x",
        "https://intra.example.com/base/v1/../v2",
        "https://intra.example.com/base/v1%2f..%2fv2",
        "https://intra.example.com:8443/base/v1/x",
        "http://intra.example.com/base/v1/x",
        "https://sub.intra.example.com/base/v1/x",
        "https://intra.example.com.evil.com/base/v1/x",
    ],
)
def test_nothing_is_above_or_beside_an_entered_base_url(text: str) -> None:
    refused(text, by=REST, **BASE)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "/v1",
        "a.example",
        "ftp://a.example",
        "https://user@a.example",
        "https://user:pass@a.example/",
        "https://a.example/?x",
        "https://a.example/#x",
        "https://a.example/../v1",
        "https://a.example/%2e%2e/v1",
        "https://a.example/a b",
        "https://a.example\\@b.example",
        "https://bücher.example",
        "https://a.example.",
        "https://-a.example",
        "https://127.1",
        "https://0x7f000001",
        "https://2130706433",
        "https://0177.0.0.1",
        "https://1.2.3.4.5",
        "https://[::1",
        "https://[::1%25lo]",
        "https://[127.0.0.1]",
        "https://a.example:0",
        "https://a.example:65536",
        "https://" + "a" * 300 + ".example",
        "{base_url}",
    ],
)
def test_a_base_url_in_doubt_is_refused(base: str) -> None:
    refused("/x", by=REST, base_url=base)


@pytest.mark.parametrize("value", [None, 5, ["https://a.example"], {"a": 1}])
def test_a_base_url_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(TargetRefused):
        resolve_target(REST, {"base_url": value}, "/x")
    with pytest.raises(TargetRefused):
        resolve_target(REST, {}, "/x")


def test_settings_do_not_move_a_declared_base_url() -> None:
    settings = {"base_url": "https://evil.com", "hosts": "evil.com"}
    assert resolve_target(TWILIO, settings, "/x").url == "https://api.twilio.com/x"


def test_trunkline_is_always_this_platform() -> None:
    assert resolve_target(connector("trunkline"), {}, "/2010-04-01/Accounts.json").platform


PIECES = st.sampled_from(
    [
        *"/\\@:;?#.%&= \t\n\x00[]{}",
        *("//", "..", "%2e", "%2E", "%2f", "%5c", "%252e", "%25", "%00", "%c0%ae", "%ef%bc%8e"),
        *("https://", "HTTP://", "https:", "api.twilio.com", "messaging.twilio.com", "evil.com"),
        *("intra.example.com", "base", "v1", "/base/v1", "/base/v1/", "443", ":443", "[::1]"),
        *("．", "／", "ſ", "。", "\ud800", "x", "2010-04-01"),
    ]
)
NASTY = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.lists(PIECES, max_size=6).map(lambda parts: "/" + "".join(parts)),
    st.lists(PIECES, max_size=6).map(lambda parts: "https://api.twilio.com" + "".join(parts)),
    st.lists(PIECES, max_size=6).map(lambda parts: "https://intra.example.com" + "".join(parts)),
    st.lists(PIECES, max_size=6).map(lambda p: "https://intra.example.com/base/v1" + "".join(p)),
    st.text(max_size=30),
)


def hosts_of(url: str) -> set[str | None]:
    """The host that each of four parsers connects to."""
    browser_like = re.sub(r"[\t\r\n]", "", url).replace("\\", "/")
    return {
        urlsplit(url).hostname,
        urlsplit(browser_like.partition("?")[0]).hostname,
        URL(url, encoded=True).host,
        parsed_by_node(url),
    }


def parsed_by_node(url: str) -> str | None:
    """The host for llhttp; None when it takes the URL for none (it knows no underscores)."""
    try:
        host = httptools.parse_url(url.encode()).host.decode()
    except httptools.HttpParserInvalidURLError:
        assert "_" in url
        return None
    return str(host)


def resolved_by_all(target: Target) -> set[str]:
    """The path after what servers and clients do to it: decode, resolve dots, strip parameters."""
    decoded = target.path
    forms = {URL(target.url, encoded=True).path, URL(target.url).path}
    for _ in range(4):
        forms.add(decoded)
        forms.add(re.sub(r";[^/]*", "", decoded))
        forms.add(decoded.replace("\\", "/"))
        decoded = unquote(decoded, errors="replace")
    return {normpath(form) for form in forms}


@settings(max_examples=1500, deadline=None)
@given(NASTY)
@example("https://api.twilio.com/@evil.com")
@example("/%2e%2e")
def test_whatever_is_accepted_leads_to_twilio_for_every_parser(text: str) -> None:
    try:
        target = resolve_target(TWILIO, {}, text)
    except TargetRefused:
        return
    assert hosts_of(target.url) == {target.host}
    assert target.host in ("api.twilio.com", "messaging.twilio.com")
    split = urlsplit(target.url)
    assert (split.scheme, split.username, split.port) == ("https", None, None)
    assert target.url.isascii()
    assert re.fullmatch(r"[!-~]+", target.url)
    assert target.path_qs.startswith("/")
    assert not target.path_qs.startswith("//")
    assert httptools.parse_url(target.url.encode()).path == target.path.encode()


@settings(max_examples=1500, deadline=None)
@given(NASTY)
@example("https://intra.example.com/base/v1/x")
@example("/x/%2e%2e/%2e%2e/%2e%2e")
def test_whatever_is_accepted_is_beneath_the_base_path_for_every_parser(text: str) -> None:
    try:
        target = resolve_target(REST, BASE, text)
    except TargetRefused:
        return
    assert hosts_of(target.url) == {"intra.example.com"}
    for path in resolved_by_all(target):
        assert path == "/base/v1" or path.startswith("/base/v1/")


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]).filter(
        lambda character: not set(normalize("NFKC", character)) & set("./\\;%")
    ),
    min_size=1,
)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(WORDS, min_size=1),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#")),
)
def test_a_path_of_words_is_taken_as_it_is(words: list[str], query: str) -> None:
    path = "/" + "/".join(quote(word, safe="@:$&'()*+,=~!") for word in words)
    target = resolve_target(TWILIO, {}, f"{path}?{query}")
    assert target.path_qs == f"{path}?{query}"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), NASTY, st.ip_addresses().map(str)))
def test_a_base_url_is_read_as_others_read_it_or_not_at_all(host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    try:
        target = resolve_target(REST, {"base_url": f"https://{shown}"}, "/x")
    except TargetRefused:
        return
    read = {name for name in hosts_of(target.url) if name is not None}
    if ":" in target.host:
        assert {ip_address(name) for name in read} == {ip_address(target.host)}
    else:
        assert read == {target.host}


@pytest.mark.parametrize("junk", ["\x00" * 100, "/" * 100, "%" * 100, "/%" + "25" * 5000, "\ud800"])
@pytest.mark.parametrize("own", CONNECTORS, ids=lambda own: own.key)
def test_junk_is_refused_and_nothing_else(own: Connector, junk: str) -> None:
    refused(junk, by=own, **BASE)
    refused("/" + "a" * 10_000_000, by=own, **BASE)

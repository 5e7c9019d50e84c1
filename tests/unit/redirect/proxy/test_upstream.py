from __future__ import annotations

import pytest

from trunkline.redirect.proxy import CannotPassOn, Upstream
from trunkline.redirect.proxy.upstream import NextProxy


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("http://proxy:3128", ("proxy", 3128, False)),
        ("proxy:3128", ("proxy", 3128, False)),
        ("http://proxy", ("proxy", 80, False)),
        ("https://[::1]/", ("::1", 443, True)),
    ],
)
def test_a_proxy_of_the_environment(value: str, place: tuple[str, int, bool]) -> None:
    found = NextProxy.read("HTTPS_PROXY", value)
    assert (found.host, found.port, found.tls) == place
    assert found.credentials is None


@pytest.mark.parametrize("value", ["socks5://proxy:1080", "http://", "http://proxy:port"])
def test_a_proxy_of_another_kind_is_told(value: str) -> None:
    with pytest.raises(CannotPassOn, match=r"^ALL_PROXY names a proxy that is not"):
        Upstream.read({"all_proxy": value})


def test_each_scheme_has_its_own_then_the_common_one() -> None:
    found = Upstream.read(
        {"https_proxy": "lower", "HTTPS_PROXY": "upper", "ALL_PROXY": "common", "HTTP_PROXY": ""}
    )
    for scheme, host in (("https", "lower"), ("http", "common")):
        proxy = found.proxy_for(scheme, "example.com", 443)
        assert proxy is not None
        assert proxy.host == host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "api.internal", "internal"])
def test_what_the_user_reaches_directly_is_reached_directly(host: str) -> None:
    found = Upstream.read({"http_proxy": "proxy", "no_proxy": ".internal, example.org:8080"})
    assert found.proxy_for("http", host, 80) is None
    assert found.proxy_for("http", "example.org", 80) is not None
    assert found.proxy_for("http", "example.org", 8080) is None
    assert found.proxy_for("http", "notinternal", 80) is not None


def test_a_star_is_everything() -> None:
    found = Upstream.read({"http_proxy": "proxy", "NO_PROXY": "*"})
    assert found.proxy_for("http", "example.com", 80) is None

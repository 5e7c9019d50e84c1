from __future__ import annotations

import pytest

from trunkline.redirect.proxy import Routes

ROUTES = Routes.read(
    {
        "http://127.0.0.1:8080": ("twilio.com", "*.Twilio.com"),
        "http://[::1]": ("api.example.com.", "twilio.com"),
    }
)


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("twilio.com", ("127.0.0.1", 8080)),  # the first that fits counts
        ("API.Dublin.ie1.twilio.COM.", ("127.0.0.1", 8080)),
        ("api.example.com", ("::1", 80)),
        ("nottwilio.com", None),
        ("twilio.com.example.com", None),
        ("example.com", None),
        (".twilio.com", None),
        ("127.0.0.1", None),
    ],
)
def test_the_first_route_that_fits_a_host(host: str, place: tuple[str, int] | None) -> None:
    found = ROUTES.find(host)
    assert (None if found is None else (found.host, found.port)) == place


@pytest.mark.parametrize("url", ["https://127.0.0.1", "127.0.0.1:8080", "http://", "http://a:x"])
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Routes.read({url: ("twilio.com",)})


@pytest.mark.parametrize(
    "entry",
    ["twilio.com", ".twilio.com", "*.twilio.com", "api.twilio.com:443", "com", ".COM", "*",
     "api.*.twilio.com", "*twilio*", "api.example.com"],
)  # fmt: skip
def test_an_entry_of_no_proxy_that_takes_in_a_redirected_host(entry: str) -> None:
    assert ROUTES.covers_one(entry)


@pytest.mark.parametrize(
    "entry",
    ["example.org", ".internal", "10.0.0.0/8", "::1", "[::1]:80", "nottwilio.com", "*.local", "m"],
)
def test_any_other_entry_stays(entry: str) -> None:
    assert not ROUTES.covers_one(entry)

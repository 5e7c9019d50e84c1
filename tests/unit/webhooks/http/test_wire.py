"""A request as bytes."""

from __future__ import annotations

import pytest

from trunkline.webhooks.http.wire import Origin, read_origin, split_url, write_request


def test_headers_go_out_in_their_order_and_case() -> None:
    headers = {"Host": "a.example", "X-b": "1", "A": "ü"}

    assert write_request("POST", "/x?y=1", headers, b"z=1") == (
        "POST /x?y=1 HTTP/1.1\r\nHost: a.example\r\nX-b: 1\r\nA: ü\r\n\r\nz=1".encode()
    )
    assert write_request("GET", "/", {}, None) == b"GET / HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize("text", ["a\r\nX: 1", "a\nX: 1", "a\rb", "a\0b", "\udcff"])
@pytest.mark.parametrize("where", ["name", "value", "target"])
def test_nobody_smuggles_a_line_in(text: str, where: str) -> None:
    target = text if where == "target" else "/"
    headers = {text if where == "name" else "Cookie": text if where == "value" else "a"}

    with pytest.raises(ValueError, match=r"line end|encode"):
        write_request("GET", target, headers, None)


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("http://a/", Origin(False, "a", 80), "/"),
        ("https://a.example/b/?c=/d", Origin(True, "a.example", 443), "/b/?c=/d"),
        ("http://127.0.0.1:3000//x", Origin(False, "127.0.0.1", 3000), "//x"),
        ("https://[::1]:8443/x", Origin(True, "::1", 8443), "/x"),
    ],
)
def test_a_url_says_whom_to_ask_and_what(url: str, origin: Origin, target: str) -> None:
    place, asked = split_url(url)

    assert (read_origin(place), asked) == (origin, target)

from __future__ import annotations

import socket

import pytest

from trunkline.testing import App, TrunklineError
from trunkline.testing.apps.served import reach


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/sms", "https://app.test.example/sms"),
        ("sms#rt=100", "https://app.test.example/sms#rt=100"),
        ("https://other.example/sms", "https://other.example/sms"),
    ],
)
def test_a_path_has_a_public_url(path: str, url: str) -> None:
    app = App(public_url="https://app.test.example", local_url="http://127.0.0.1:1")
    assert app.url(path) == url
    assert app.errors == ()


def test_an_app_that_runs_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert reach(url) == url
    with pytest.raises(TrunklineError, match=f"No app runs at {url}: connection refused"):
        reach(url)


@pytest.mark.parametrize("url", ["app:app", "127.0.0.1:5000", "ftp://127.0.0.1", "http://"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(TrunklineError, match="is no URL of an app: write http://127"):
        reach(url)

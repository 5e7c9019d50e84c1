"""Relative URLs of a document lead where the app means them to."""

from __future__ import annotations

import pytest

from trunkline.webhooks.document_url import DocumentUrl

APP = "https://app.example/texts/sms?shop=7"


def resolve(written: str, asked: str = APP, answered: str | None = None) -> str:
    return DocumentUrl.of(asked, answered or asked.partition("#")[0]).resolve(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("other", "https://app.example/texts/other"),
        ("/other?a=1", "https://app.example/other?a=1"),
        ("?a=1", "https://app.example/texts/sms?a=1"),
        ("//cdn.example/x", "https://cdn.example/x"),
        (" https://else.example/ ", "https://else.example/"),
        ("other#rc=2", "https://app.example/texts/other#rc=2"),
        ("", APP),
        ("#rc=2", APP + "#rc=2"),
    ],
)
def test_it_counts_from_the_document(written: str, meant: str) -> None:
    assert resolve(written) == meant


def test_the_current_document_is_asked_for_as_before() -> None:
    asked = "https://desk:secret@app.example/sms?a=1#rp=5xx"
    assert resolve("", asked, "https://app.example/sms?a=1") == asked


def test_it_counts_from_where_a_redirect_has_led() -> None:
    assert resolve("next", APP, "https://other.example/a/b") == "https://other.example/a/next"


@pytest.mark.parametrize(
    ("asked", "answered", "meant"),
    [
        (
            "https://u:p%40w@app.example/sms",
            "https://app.example/sms",
            "https://u:p%40w@app.example/n",
        ),
        ("https://u:p@app.example/sms", "https://app.example/a/b", "https://u:p@app.example/a/n"),
        ("https://u:p@app.example/sms", "https://evil.example/sms", "https://evil.example/n"),
        ("https://u:p@app.example/sms", "http://app.example/sms", "http://app.example/n"),
        (
            "https://u:p@app.example/sms",
            "https://app.example:8443/sms",
            "https://app.example:8443/n",
        ),
    ],
)
def test_credentials_stay_with_their_app(asked: str, answered: str, meant: str) -> None:
    assert resolve("n", asked, answered) == meant


@pytest.mark.parametrize("written", ["", "#rc=2", "?a=1", "next"])
def test_the_text_that_a_get_had_in_its_query_is_not_asked_for_again(written: str) -> None:
    assert "secret" not in resolve(written, APP, APP + "&Body=secret&From=%2B1")


def test_what_is_no_url_is_told() -> None:
    with pytest.raises(ValueError, match="IPv6"):
        resolve("http://[::1")

"""Titles and levels of debugger codes, as in Twilio's error dictionary."""

from __future__ import annotations

import pytest

from trunkline.webhooks.alerts.catalogue import alert_level, alert_title


@pytest.mark.parametrize(
    ("code", "level", "title"),
    [
        (10001, "error", "Account is not active"),
        (11200, "error", "HTTP retrieval failure"),
        (11205, "error", "HTTP connection failure"),
        (11770, "error", "Empty response body"),
        (12100, "error", "Document parse failure"),
        (12200, "warning", "Schema validation warning"),
        (12300, "error", "Invalid Content-Type"),
        (14103, "warning", "Invalid Body"),
        (14107, "error", "SMS send rate limit exceeded"),
        (14109, "warning", "TwiML Reply message limit exceeded"),
        (15003, "warning", "Call Progress: Warning Response to Callback URL"),
        (16011, "error", "Conference Event: Error Response to Callback URL"),
    ],
)
def test_a_code_has_its_title_and_level(code: int, level: str, title: str) -> None:
    assert (alert_level(code), alert_title(code)) == (level, title)


def test_a_delivery_error_is_an_error_but_for_those_that_only_warn() -> None:
    assert alert_level(30003) == "error"
    assert alert_level(30025) == "warning"


def test_a_code_that_is_not_known_is_an_error_with_its_number() -> None:
    assert (alert_level(99999), alert_title(99999)) == ("error", "Error 99999")

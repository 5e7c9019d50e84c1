from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.audit import template_path

SID = "SM" + "0a" * 16


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            f"/2010-04-01/Accounts/AC{'1' * 32}/Messages/{SID}.json?To=%2B1415&x",
            "/2010-04-01/Accounts/{sid}/Messages/{sid}.json",
        ),
        (
            f"/2010-04-01/Accounts/AC{'1' * 32}/AvailablePhoneNumbers/US/Local.json",
            "/2010-04-01/Accounts/{sid}/AvailablePhoneNumbers/US/Local.json",
        ),
        ("/v2/PhoneNumbers/+14155550123", "/v2/PhoneNumbers/{id}"),
        ("/v2/PhoneNumbers/%2B14155550123?Type=x", "/v2/PhoneNumbers/{id}"),
        ("/v1/users/ann@example.com", "/v1/users/{id}"),
        ("/v1/users/ann%40example.com.json", "/v1/users/{id}.json"),
        ("/v1/x/01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6", "/v1/x/{id}"),
        ("/api/chat.postMessage", "/api/chat.postMessage"),
        ("/v1/k/sk_live_51Habcdefgh1", "/v1/k/{id}"),
        ("/a/" + "x" * 41, "/a/{id}"),
        ("/a/%00%0a", "/a/{id}"),
        ("", ""),
        ("/", "/"),
        ("/a#b?c", "/a"),
        ("/x" * 100, "/x" * 23 + "/…"),
    ],
)
def test_what_names_somebody_is_left_out(path: str, told: str) -> None:
    assert template_path(path) == told


@given(st.text(max_size=200))
def test_any_text_has_a_template_and_it_is_its_own(path: str) -> None:
    told = template_path(path)
    assert len(told) <= 41 * 25 + 50
    assert "?" not in told
    assert template_path(told) == told


@given(st.from_regex(r"[A-Z]{2}[0-9a-f]{32}", fullmatch=True))
def test_no_sid_is_left(sid: str) -> None:
    assert sid not in template_path(f"/v1/{sid}/x/{sid}.json")

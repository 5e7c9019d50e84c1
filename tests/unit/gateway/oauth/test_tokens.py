"""Tokens as they are kept, and when they are renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.oauth.tokens import Tokens, expiry_of, kept_with, refresh_time, refused_time

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@given(st.floats(0.001, 1e8), st.floats(0, 1))
def test_tokens_are_renewed_in_the_second_half_of_their_life(seconds: float, part: float) -> None:
    tokens = Tokens(access_token="a", asked_at=AT, seconds=seconds)
    at = refresh_time(tokens, part=part)
    assert at is not None
    assert tokens.expires_at is not None
    after = (at - AT).total_seconds()
    assert seconds * 0.44 <= after + 1e-5
    assert at <= tokens.expires_at
    if seconds >= 60:
        assert 30 - 1e-3 <= seconds - after <= 420 + 1e-3


def test_connections_of_one_moment_are_not_renewed_in_one() -> None:
    tokens = Tokens(access_token="a", asked_at=AT, seconds=3600)
    first, last = refresh_time(tokens, part=1), refresh_time(tokens, part=0)
    assert first is not None
    assert last is not None
    assert last - first == timedelta(seconds=120)


def test_what_is_kept_can_be_read_again() -> None:
    tokens = Tokens(access_token="a2", refresh_token="r2", asked_at=AT, seconds=60.5)
    old = {"client_id": "me", "access_token": "a1", "refresh_token": "r1", "refused_at": "1"}
    kept = kept_with(old, tokens, refused_at=AT)
    assert kept["client_id"] == "me"
    assert (kept["access_token"], kept["refresh_token"]) == ("a2", "r2")
    assert expiry_of(kept) == AT + timedelta(seconds=60.5)
    assert refused_time(kept) == AT
    later = kept_with(kept, Tokens(access_token="a3", asked_at=AT))
    assert (later["refresh_token"], expiry_of(later), refused_time(later)) == ("r2", None, None)


def test_times_that_are_none_are_not_known() -> None:
    assert expiry_of({"expires_at": "soon"}) is None
    assert expiry_of({"expires_at": "1e300"}) is None
    assert expiry_of({"expires_at": "nan"}) is None

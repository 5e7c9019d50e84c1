from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gateway.audit.conftest import entry
from trunkline.gateway.audit.entry import FIRST_HASH, hash_of, row_of

ID = "0" * 32
SEEN = st.characters()
ANY = st.text(SEEN, max_size=30)


def test_the_bytes_that_are_hashed_never_change() -> None:
    """Entries that were written years ago have to be verified."""
    told = (
        b'[1,"00000000-0000-0000-0000-000000000000","2026-03-04T05:06:07.890123+00:00",'
        b'"00000000-0000-0000-0000-000000000001",null,null,null,"proxy","GET",'
        b'"/2010-04-01/Accounts/{sid}.json",200,12.346,0,1,null]'
    )
    assert hash_of(FIRST_HASH, 1, row_of(entry(), ID)) == sha256(bytes(32) + told).digest()


def test_a_time_is_the_same_in_every_zone() -> None:
    east = entry().at.astimezone(timezone(timedelta(hours=9)))
    assert row_of(entry(at=east), ID) == row_of(entry(), ID)


@given(ANY, ANY, ANY, ANY)
def test_two_rows_that_differ_have_different_hashes(a: str, b: str, c: str, d: str) -> None:
    one = row_of(entry(kind=a, method=b), ID)
    other = row_of(entry(kind=c, method=d), ID)
    same = hash_of(FIRST_HASH, 1, one) == hash_of(FIRST_HASH, 1, other)
    assert same == (one == other)


@given(st.text(SEEN | st.sampled_from("\x00\ud800\udfff\n"), max_size=600))
def test_every_text_can_be_stored(text: str) -> None:
    kept = row_of(entry(path_template=text), ID)[8]
    kept.encode()
    assert kept.isprintable()
    assert len(kept) <= 500


@given(
    st.integers(),
    st.integers(),
    st.floats() | st.none(),
    st.datetimes(timezones=st.just(UTC)) | st.datetimes(timezones=st.none()),
)
def test_every_number_fits(status: int, size: int, took: float | None, at: datetime) -> None:
    row = row_of(entry(status=status, bytes_in=size, milliseconds=took, at=at), ID)
    assert -(2**31) <= row[9] < 2**31
    assert 0 <= row[11] < 2**63
    assert row[10] is None or 0 <= row[10] <= 1e12
    assert len(hash_of(FIRST_HASH, 1, row)) == 32

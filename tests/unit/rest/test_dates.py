from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from trunkline.rest.dates import iso8601, rfc2822

MOMENTS = st.datetimes(timezones=st.timezones() | st.just(UTC)).filter(
    lambda moment: 1000 < moment.year < 9999
)


@given(MOMENTS)
def test_rfc2822_is_what_email_writes_in_utc(moment):
    assert rfc2822(moment) == format_datetime(moment.astimezone(UTC))


@given(MOMENTS)
def test_iso8601_ends_in_z_and_reads_back(moment):
    text = iso8601(moment)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment.astimezone(UTC).replace(microsecond=0)


def test_the_official_examples():
    moment = datetime(2023, 8, 24, 7, 1, 45, 999999, timezone(timedelta(hours=2)))
    assert rfc2822(moment) == "Thu, 24 Aug 2023 05:01:45 +0000"
    assert iso8601(datetime(2015, 7, 30, 20, 12, 31, tzinfo=UTC)) == "2015-07-30T20:12:31Z"
    assert rfc2822(None) is None
    assert iso8601(None) is None

"""twilio-python lists messages: filters by number and by day, in both directions."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.rest import Client

from tests.support.control import advance, now, set_phone, settle, text_from
from tests.support.platform import World
from tests.support.python_client import connect, refused

ALICE, BOB = "+15558675309", "+15551234567"
SENDER, SECOND = "+14155550100", "+12065550100"
DAY = timedelta(days=1)


@pytest.fixture
def three_days(client: Client, platform: World) -> list[datetime]:
    """When three messages were sent: at noon of three days in a row, the first one first."""
    sent = []
    for body in ("first", "second", "third"):
        today = now(platform)
        noon = (today + DAY).replace(hour=12, minute=0, second=0, microsecond=0)
        advance(platform, (noon - today).total_seconds())
        message = client.messages.create(to=ALICE, from_=SENDER, body=body)
        settle(platform)
        sent.append(client.messages(message.sid).fetch().date_sent)
    return sent


def texts(messages: list) -> list[str]:
    """The bodies of messages, as listed."""
    return [message.body for message in messages]


def test_newest_first_and_both_directions(client: Client, platform: World) -> None:
    client.messages.create(to=ALICE, from_=SENDER, body="out")
    text_from(platform, ALICE, SENDER, "in")
    client.messages.create(to=BOB, from_=SENDER, body="out again")

    listed = client.messages.list()

    assert texts(listed) == ["out again", "in", "out"]
    assert [message.direction for message in listed] == ["outbound-api", "inbound", "outbound-api"]


def test_an_account_without_messages(client: Client) -> None:
    assert client.messages.list() == []
    page = client.messages.page()
    assert (page.next_page_url, page.previous_page_url) == (None, None)


def test_to(client: Client, platform: World) -> None:
    client.messages.create(to=ALICE, from_=SENDER, body="to Alice")
    client.messages.create(to=BOB, from_=SENDER, body="to Bob")
    text_from(platform, ALICE, SENDER, "from Alice")

    assert texts(client.messages.list(to=ALICE)) == ["to Alice"]
    assert texts(client.messages.list(to=SENDER)) == ["from Alice"]
    assert texts(client.messages.list(to="5558675309")) == ["to Alice"]
    assert client.messages.list(to="+1555867") == []


def test_from(client: Client, platform: World) -> None:
    client.messages.create(to=ALICE, from_=SENDER, body="first number")
    client.messages.create(to=ALICE, from_=SECOND, body="second number")
    text_from(platform, ALICE, SENDER, "from Alice")

    assert texts(client.messages.list(from_=SECOND)) == ["second number"]
    assert texts(client.messages.list(from_=ALICE)) == ["from Alice"]
    assert client.messages.list(from_="+15557654321") == []


def test_to_and_from_together(client: Client) -> None:
    client.messages.create(to=ALICE, from_=SENDER, body="wanted")
    client.messages.create(to=BOB, from_=SENDER, body="another recipient")
    client.messages.create(to=ALICE, from_=SECOND, body="another sender")

    assert texts(client.messages.list(to=ALICE, from_=SENDER)) == ["wanted"]


def test_sent_on_a_day(client: Client, three_days: list[datetime]) -> None:
    day = three_days[1].date()

    assert texts(client.messages.list(date_sent=day.isoformat())) == ["second"]
    assert client.messages.list(date_sent=(day + 7 * DAY).isoformat()) == []


def test_sent_on_a_day_given_as_a_date(client: Client, three_days: list[datetime]) -> None:
    """twilio-python writes a date, and the midnight that its documentation shows, as an instant."""
    day = three_days[1].date()

    assert texts(client.messages.list(date_sent=day)) == ["second"]
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert texts(client.messages.list(date_sent=midnight)) == ["second"]


def test_sent_at_an_instant(client: Client, three_days: list[datetime]) -> None:
    second = three_days[1]

    assert texts(client.messages.list(date_sent=second)) == ["second"]
    assert client.messages.list(date_sent=second + timedelta(seconds=2)) == []


def test_sent_on_or_after(client: Client, three_days: list[datetime]) -> None:
    second = three_days[1]

    on_or_after = client.messages.list(date_sent_after=second.date().isoformat())
    assert texts(on_or_after) == ["third", "second"]
    assert texts(client.messages.list(date_sent_after=second.date())) == ["third", "second"]
    assert texts(client.messages.list(date_sent_after=second)) == ["third", "second"]
    assert texts(client.messages.list(date_sent_after=second + timedelta(seconds=2))) == ["third"]


def test_sent_on_or_before(client: Client, three_days: list[datetime]) -> None:
    second = three_days[1]

    on_or_before = client.messages.list(date_sent_before=second.date().isoformat())
    assert texts(on_or_before) == ["second", "first"]
    assert texts(client.messages.list(date_sent_before=second)) == ["second", "first"]
    a_moment_earlier = second - timedelta(seconds=2)
    assert texts(client.messages.list(date_sent_before=a_moment_earlier)) == ["first"]


def test_sent_between_two_days(client: Client, three_days: list[datetime]) -> None:
    first, second, _ = (moment.date().isoformat() for moment in three_days)

    between = client.messages.list(date_sent_after=second, date_sent_before=second)
    assert texts(between) == ["second"]
    between = client.messages.list(date_sent_after=first, date_sent_before=second)
    assert texts(between) == ["second", "first"]
    assert client.messages.list(date_sent_after=second, date_sent_before=first) == []


def test_dates_and_numbers_together(client: Client, three_days: list[datetime]) -> None:
    day = three_days[1].date().isoformat()

    assert texts(client.messages.list(to=ALICE, date_sent=day)) == ["second"]
    assert client.messages.list(to=BOB, date_sent=day) == []


def test_what_was_never_sent_has_no_day(client: Client, platform: World) -> None:
    set_phone(platform, ALICE, reject=30007)
    client.messages.create(to=ALICE, from_=SENDER, body="filtered")
    settle(platform)

    assert texts(client.messages.list()) == ["filtered"]
    assert client.messages.list(date_sent_after="2000-01-01") == []
    assert client.messages.list(date_sent_before="2999-01-01") == []


def test_a_received_message_has_a_day(client: Client, platform: World) -> None:
    text_from(platform, ALICE, SENDER, "hello")
    today = now(platform).date()

    assert texts(client.messages.list(date_sent_after=today - DAY)) == ["hello"]


@pytest.mark.parametrize(
    "wrong", ["yesterday", "2024-13-01", "0000-01-01", "2024-02-30", "99999-01-01"]
)
def test_a_day_that_is_none(client: Client, wrong: str) -> None:
    with refused(400, 20422, "Invalid parameter DateSent: not a date"):
        client.messages.list(date_sent=wrong)


def test_no_message_of_another_account(client: Client, platform: World) -> None:
    branch = client.api.accounts.create(friendly_name="branch")
    client.messages.create(to=ALICE, from_=SENDER, body="the parent's")

    assert connect(platform, branch.sid, branch.auth_token).messages.list() == []
    assert client.api.accounts(branch.sid).messages.list() == []

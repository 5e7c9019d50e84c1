"""twilio-python pages through messages: by token, so that nothing shifts."""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qs, urlsplit

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessagePage

from tests.support.control import make_world, text_from
from tests.support.platform import World
from tests.support.python_client import connect, raw, refused

PHONE = "+15558675309"
SENDER = "+14155550100"
SEVEN = [f"number {n}" for n in range(7)]
NEWEST_FIRST = SEVEN[::-1]


@pytest.fixture(scope="module")
def seven(running: World) -> World:
    """A world with seven messages, which the tests of this file only read."""
    world = make_world(running, "pages")
    client = connect(world)
    for body in SEVEN:
        client.messages.create(to=PHONE, from_=SENDER, body=body)
    return world


@pytest.fixture
def client(seven: World) -> Client:
    return connect(seven)


def pages(first: MessagePage) -> Iterator[MessagePage]:
    """A page and all that follow."""
    page: MessagePage | None = first
    while page is not None:
        yield page
        page = page.next_page()


def texts(page: MessagePage) -> list[str]:
    return [message.body for message in page]


def asked(url: str | None) -> dict[str, list[str]]:
    """What a link asks for."""
    return parse_qs(urlsplit(url or "").query)


def test_list_follows_every_page(client: Client) -> None:
    assert [each.body for each in client.messages.list(page_size=2)] == NEWEST_FIRST


@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_pages_hold_what_was_asked_for(client: Client, size: int) -> None:
    found = [texts(page) for page in pages(client.messages.page(page_size=size))]

    assert found == [NEWEST_FIRST[n : n + size] for n in range(0, 7, size)]


def test_stream_is_lazy(client: Client) -> None:
    first_three = islice(client.messages.stream(page_size=2), 3)

    assert [each.body for each in first_three] == NEWEST_FIRST[:3]


def test_limit(client: Client) -> None:
    assert [each.body for each in client.messages.list(limit=3)] == NEWEST_FIRST[:3]
    assert [each.body for each in client.messages.list(limit=3, page_size=2)] == NEWEST_FIRST[:3]


def test_a_limit_above_the_largest_page(client: Client) -> None:
    """twilio-python asks for pages of the size of its limit."""
    assert len(client.messages.list(limit=5000)) == 7


def test_the_largest_page_has_1000(client: Client, seven: World) -> None:
    path = f"/2010-04-01/Accounts/{seven.account_sid}/Messages.json"

    assert raw(client, "GET", path, PageSize=5000)["page_size"] == 1000
    assert raw(client, "GET", path)["page_size"] == 50


def test_the_envelope_of_a_page_in_the_middle(client: Client, seven: World) -> None:
    path = f"/2010-04-01/Accounts/{seven.account_sid}/Messages.json"
    first = raw(client, "GET", path, To=PHONE, PageSize=2)

    second = raw(client, "GET", first["next_page_uri"])

    newest, oldest = second["messages"][0]["sid"], second["messages"][-1]["sid"]
    last_before = first["messages"][-1]["sid"]
    own = f"{path}?To=%2B15558675309&PageSize=2"
    assert {key: value for key, value in second.items() if key != "messages"} == {
        "end": 3,
        "first_page_uri": f"{own}&Page=0",
        "next_page_uri": f"{own}&Page=2&PageToken=PA{oldest}",
        "page": 1,
        "page_size": 2,
        "previous_page_uri": f"{own}&Page=0&PageToken=PB{newest}",
        "start": 2,
        "uri": f"{own}&Page=1&PageToken=PA{last_before}",
    }


def test_the_first_and_the_last_page_end_the_chain(client: Client) -> None:
    chain = list(pages(client.messages.page(page_size=3)))

    assert chain[0].previous_page_url is None
    assert chain[-1].next_page_url is None


def test_back_through_the_pages(client: Client) -> None:
    last = list(pages(client.messages.page(page_size=3)))[-1]
    assert texts(last) == NEWEST_FIRST[6:]

    middle = last.previous_page()
    assert middle is not None
    assert texts(middle) == NEWEST_FIRST[3:6]
    first = middle.previous_page()
    assert first is not None
    assert texts(first) == NEWEST_FIRST[:3]
    assert first.previous_page_url is None


def test_there_and_back_again(client: Client) -> None:
    first = client.messages.page(page_size=3)
    second = first.next_page()
    assert second is not None
    back = second.previous_page()
    assert back is not None
    again = back.next_page()
    assert again is not None

    assert (texts(first), texts(back)) == (NEWEST_FIRST[:3], NEWEST_FIRST[:3])
    assert (texts(second), texts(again)) == (NEWEST_FIRST[3:6], NEWEST_FIRST[3:6])


def test_get_page_takes_a_link(client: Client) -> None:
    first = client.messages.page(page_size=3)

    assert texts(client.messages.get_page(str(first.next_page_url))) == NEWEST_FIRST[3:6]


def test_links_keep_the_filters(client: Client) -> None:
    first = client.messages.page(
        to=PHONE, from_=SENDER, date_sent_after="2020-01-02", date_sent_before="2999-01-02"
    )
    url = first._version.domain.absolute_url(first._payload["first_page_uri"])

    assert asked(url) == {
        "To": [PHONE],
        "From": [SENDER],
        "DateSent>": ["2020-01-02"],
        "DateSent<": ["2999-01-02"],
        "PageSize": ["50"],
        "Page": ["0"],
    }


def test_pages_of_a_filter_hold_only_what_matches(platform: World) -> None:
    client = connect(platform)
    for n in range(6):
        client.messages.create(to=(PHONE, "+15551234567")[n % 2], from_=SENDER, body=str(n))

    found = [texts(page) for page in pages(client.messages.page(to=PHONE, page_size=2))]

    assert found == [["4", "2"], ["0"]]


def test_new_messages_do_not_shift_the_pages(platform: World) -> None:
    client = connect(platform)
    for body in SEVEN:
        client.messages.create(to=PHONE, from_=SENDER, body=body)
    first = client.messages.page(page_size=3)
    client.messages.create(to=PHONE, from_=SENDER, body="new")
    text_from(platform, PHONE, SENDER, "newer")

    second = first.next_page()
    assert second is not None
    assert texts(second) == NEWEST_FIRST[3:6]
    back = second.previous_page()
    assert back is not None
    assert texts(back) == NEWEST_FIRST[:3]
    newest = back.previous_page()
    assert newest is not None
    assert texts(newest) == ["newer", "new"]


def test_a_deleted_message_may_still_be_the_place_where_a_page_starts(platform: World) -> None:
    client = connect(platform)
    for body in SEVEN:
        text_from(platform, PHONE, SENDER, body)
    first = client.messages.page(page_size=3)
    last_shown = list(first)[-1]
    assert client.messages(last_shown.sid).delete()

    second = first.next_page()

    assert second is not None
    assert texts(second) == NEWEST_FIRST[3:6]


def test_a_page_by_its_number_alone(client: Client) -> None:
    second = client.messages.page(page_size=3, page_number=1)

    assert texts(second) == NEWEST_FIRST[3:6]
    assert asked(second.next_page_url)["PageToken"][0].startswith("PASM")


MALFORMED = ["nonsense", "PA", "PASM1", "XXSM" + "a" * 32, "PAPN" + "a" * 32, "SM" + "a" * 32]


@pytest.mark.parametrize("token", MALFORMED)
def test_a_malformed_token(client: Client, token: str) -> None:
    with refused(400, 21481, "Invalid PageToken"):
        client.messages.page(page_token=token)


def test_a_token_of_another_account(client: Client, running: World) -> None:
    other = make_world(running, "pages")
    theirs = text_from(other, PHONE, SENDER, "not yours")

    for direction in ("PA", "PB"):
        with refused(400, 21481, "Invalid PageToken"):
            client.messages.page(page_token=direction + theirs)


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5"])
def test_a_page_size_that_is_none(client: Client, size: str) -> None:
    text = f"Invalid PageSize: {size}. It must be a whole number, 1 or more"
    with refused(400, 20001, text):
        client.messages.page(page_size=size)


def test_a_page_far_beyond_the_end(client: Client) -> None:
    assert texts(client.messages.page(page_size=50, page_number=1000)) == []
    text = "Page 1000000000 is out of range: follow the link to the next page instead"
    with refused(400, 20001, text):
        client.messages.page(page_number=10**12)

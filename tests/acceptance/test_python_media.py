"""twilio-python sends media by URL: they are fetched, kept, listed, read and deleted."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.support.control import inbox, set_phone, settle, timeline
from tests.support.media_server import GIF, PNG, File, MediaServer, media_server
from tests.support.platform import World
from tests.support.python_client import connect, not_found, raw, refused

PHONE = "+15558675309"
SENDER = "+14155550100"


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with media_server() as serving:
        yield serving


@pytest.fixture
def with_two(client: Client, platform: World, server: MediaServer) -> MessageInstance:
    """A delivered message with a PNG and a GIF."""
    urls = [
        server.add("one.png", File("image/png", PNG)),
        server.add("two.gif", File("image/gif", GIF)),
    ]
    message = client.messages.create(to=PHONE, from_=SENDER, body="look", media_url=urls)
    settle(platform)
    return message


def send(client: Client, *urls: str) -> MessageInstance:
    return client.messages.create(to=PHONE, from_=SENDER, body="look", media_url=list(urls))


def failure(client: Client, platform: World, message: MessageInstance) -> tuple:
    """Status and error of a message that ought to have failed; nothing may have arrived."""
    settle(platform)
    assert inbox(platform, PHONE) == []
    fetched = client.messages(message.sid).fetch()
    return fetched.status, fetched.error_code, fetched.error_message


def read(platform: World, uri: str) -> tuple[str, bytes]:
    """Content type and bytes of a media file, read without credentials."""
    with urlopen(Request(f"{platform.base_url}{uri.removesuffix('.json')}"), timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read()


def test_create(client: Client, platform: World, server: MediaServer) -> None:
    url = server.add("cat.png", File("image/png", PNG))

    message = send(client, url)

    assert (message.sid or "")[:2] == "MM"
    assert (message.status, message.num_media, message.num_segments) == ("queued", "1", "1")
    assert message.body == "look"
    settle(platform)
    assert client.messages(message.sid).fetch().status == "delivered"
    assert server.asked == ["/cat.png"]
    (entry,) = inbox(platform, PHONE)
    assert (entry["body"], entry["num_media"]) == ("look", 1)


def test_media_alone(client: Client, platform: World, server: MediaServer) -> None:
    url = server.add("cat.png", File("image/png", PNG))

    message = client.messages.create(to=PHONE, from_=SENDER, media_url=[url])

    settle(platform)
    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.body, fetched.num_media) == ("delivered", "", "1")


def test_ten_media(client: Client, platform: World, server: MediaServer) -> None:
    urls = [server.add(f"{n}.png", File("image/png", PNG)) for n in range(10)]

    message = send(client, *urls)

    settle(platform)
    assert message.num_media == "10"
    assert len(client.messages(message.sid).media.list()) == 10


def test_list(client: Client, platform: World, with_two: MessageInstance) -> None:
    listed = client.messages(with_two.sid).media.list()

    assert {media.content_type for media in listed} == {"image/png", "image/gif"}
    for media in listed:
        assert (media.sid or "")[:2] == "ME"
        assert (media.parent_sid, media.account_sid) == (with_two.sid, platform.account_sid)
        assert media.date_created == media.date_updated
        assert media.uri == (
            f"/2010-04-01/Accounts/{platform.account_sid}/Messages/{with_two.sid}"
            f"/Media/{media.sid}.json"
        )


def test_list_in_pages(client: Client, with_two: MessageInstance) -> None:
    sids = [media.sid for media in client.messages(with_two.sid).media.list()]

    in_pages = [media.sid for media in client.messages(with_two.sid).media.list(page_size=1)]

    assert in_pages == sids
    first = client.messages(with_two.sid).media.page(page_size=1)
    second = first.next_page()
    assert second is not None
    back = second.previous_page()
    assert back is not None
    assert [media.sid for media in back] == sids[:1]


def test_list_by_day(client: Client, with_two: MessageInstance) -> None:
    media = client.messages(with_two.sid).media
    day = media.list()[0].date_created.date()

    assert len(media.list(date_created=day)) == 2
    assert len(media.list(date_created_after=day)) == 2
    assert media.list(date_created_before=day - timedelta(days=1)) == []


def test_list_of_a_message_without_media(client: Client) -> None:
    message = client.messages.create(to=PHONE, from_=SENDER, body="words")

    assert client.messages(message.sid).media.list() == []


def test_list_with_a_foreign_token(client: Client, with_two: MessageInstance) -> None:
    with refused(400, 21481, "Invalid PageToken"):
        client.messages(with_two.sid).media.page(page_token=f"PA{with_two.sid}")


def test_fetch(client: Client, platform: World, with_two: MessageInstance) -> None:
    listed = client.messages(with_two.sid).media.list()[0]

    fetched = raw(client, "GET", listed.uri)

    assert fetched == {
        "account_sid": platform.account_sid,
        "content_type": listed.content_type,
        "date_created": fetched["date_created"],
        "date_updated": fetched["date_created"],
        "parent_sid": with_two.sid,
        "sid": listed.sid,
        "uri": listed.uri,
    }
    assert client.messages(with_two.sid).media(listed.sid).fetch().sid == listed.sid


def test_the_file_itself(client: Client, platform: World, with_two: MessageInstance) -> None:
    """Without `.json` it is the file, for anybody who knows its SID."""
    wanted = {"image/png": PNG, "image/gif": GIF}

    for media in client.messages(with_two.sid).media.list():
        content_type, data = read(platform, media.uri)
        assert content_type == media.content_type
        assert data == wanted[content_type]


def test_the_metadata_are_not_for_everybody(
    client: Client, platform: World, with_two: MessageInstance
) -> None:
    uri = client.messages(with_two.sid).media.list()[0].uri

    with pytest.raises(HTTPError, match="401") as caught:
        urlopen(f"{platform.base_url}{uri}", timeout=30)
    caught.value.close()


def test_delete(client: Client, platform: World, with_two: MessageInstance) -> None:
    kept, gone = client.messages(with_two.sid).media.list()

    assert client.messages(with_two.sid).media(gone.sid).delete() is True

    path = f"{platform.account_sid}/Messages/{with_two.sid}/Media/{gone.sid}"
    with refused(*not_found(path)):
        client.messages(with_two.sid).media(gone.sid).fetch()
    with refused(*not_found(path)):
        client.messages(with_two.sid).media(gone.sid).delete()
    assert [media.sid for media in client.messages(with_two.sid).media.list()] == [kept.sid]
    assert client.messages(with_two.sid).fetch().num_media == "1"
    with pytest.raises(HTTPError, match="404") as caught:
        read(platform, gone.uri)
    caught.value.close()


def test_media_go_with_their_message(
    client: Client, platform: World, with_two: MessageInstance
) -> None:
    uri = client.messages(with_two.sid).media.list()[0].uri

    client.messages(with_two.sid).delete()

    with pytest.raises(HTTPError, match="404") as caught:
        read(platform, uri)
    caught.value.close()


def test_nobody_elses_media(client: Client, platform: World, with_two: MessageInstance) -> None:
    media = client.messages(with_two.sid).media.list()[0]
    branch = client.api.accounts.create(friendly_name="branch")
    theirs = connect(platform, branch.sid, branch.auth_token).messages(with_two.sid)
    path = f"{branch.sid}/Messages/{with_two.sid}/Media"

    with refused(*not_found(path)):
        theirs.media.list()
    with refused(*not_found(f"{path}/{media.sid}")):
        theirs.media(media.sid).fetch()
    with refused(*not_found(f"{path}/{media.sid}")):
        theirs.media(media.sid).delete()
    assert len(client.messages(with_two.sid).media.list()) == 2


def test_media_that_are_not_there(client: Client, platform: World, server: MediaServer) -> None:
    message = send(client, server.add("gone.png", File("text/plain", status=404)))

    found = failure(client, platform, message)

    assert found == ("failed", 11200, "HTTP retrieval failure")
    assert timeline(platform, str(message.sid)) == ["message.queued", "message.failed"]


def test_one_of_two_is_not_there(client: Client, platform: World, server: MediaServer) -> None:
    there = server.add("there.png", File("image/png", PNG))
    message = send(client, there, server.add("gone.png", File("text/plain", status=500)))

    assert failure(client, platform, message)[:2] == ("failed", 11200)
    assert client.messages(message.sid).media.list() == []


def test_media_that_come_compressed_all_the_same(
    client: Client, platform: World, server: MediaServer
) -> None:
    squeezed = File("image/svg+xml", b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    message = send(client, server.add("a.svg", squeezed))
    assert failure(client, platform, message)[:2] == ("failed", 11200)


def test_nobody_listens_at_the_url(client: Client, platform: World) -> None:
    message = send(client, "http://127.0.0.1:1/cat.png")

    assert failure(client, platform, message)[:2] == ("failed", 11200)


def test_redirects_are_followed(client: Client, platform: World, server: MediaServer) -> None:
    target = server.add("target.png", File("image/png", PNG))
    hop = File("text/plain", status=302, headers={"Location": target})

    message = send(client, server.add("hop.png", hop))

    settle(platform)
    assert client.messages(message.sid).fetch().status == "delivered"
    (media,) = client.messages(message.sid).media.list()
    assert media.content_type == "image/png"


def test_a_circle_of_redirects(client: Client, platform: World, server: MediaServer) -> None:
    message = send(
        client,
        server.add("round.png", File("text/plain", status=302, headers={"Location": "/round.png"})),
    )

    assert failure(client, platform, message)[:2] == ("failed", 11200)


@pytest.mark.parametrize(
    ("content_type", "size", "status"),
    [
        ("image/png", 5_000_000, "delivered"),
        ("image/png", 5_000_001, "failed"),
        ("application/pdf", 500_000, "delivered"),
        ("application/pdf", 500_001, "failed"),
    ],
)
def test_sizes(
    client: Client,
    platform: World,
    server: MediaServer,
    content_type: str,
    size: int,
    status: str,
) -> None:
    message = send(client, server.add("file", File(content_type, bytes(size))))

    settle(platform)

    fetched = client.messages(message.sid).fetch()
    error = (30019, "Content size exceeds carrier limit") if status == "failed" else (None, None)
    assert fetched.status == status
    assert (fetched.error_code, fetched.error_message) == error


def test_too_large_together(client: Client, platform: World, server: MediaServer) -> None:
    urls = [server.add(f"{n}.png", File("image/png", bytes(2_600_000))) for n in range(2)]

    message = send(client, *urls)

    assert failure(client, platform, message)[:2] == ("failed", 30019)


def test_discarded_media_are_gone_once_delivered(
    client: Client, platform: World, server: MediaServer
) -> None:
    url = server.add("cat.png", File("image/png", PNG))
    message = client.messages.create(
        to=PHONE, from_=SENDER, body="secret", media_url=[url], content_retention="discard"
    )

    settle(platform)

    assert client.messages(message.sid).fetch().body == ""
    for media in client.messages(message.sid).media.list():
        with pytest.raises(HTTPError, match="404") as caught:
            read(platform, media.uri)
        caught.value.close()


def test_what_was_to_be_forgotten_is_forgotten_when_media_fail(
    client: Client, platform: World, server: MediaServer
) -> None:
    message = client.messages.create(
        to=PHONE,
        from_=SENDER,
        body="secret",
        media_url=[server.add("gone.png", File("text/plain", status=404))],
        content_retention="discard",
        address_retention="obfuscate",
    )

    settle(platform)

    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.body, fetched.to) == ("failed", "", "+1555867XXXX")


def test_media_for_a_phone_that_refuses_them(
    client: Client, platform: World, server: MediaServer
) -> None:
    set_phone(platform, PHONE, fail=30011)
    message = send(client, server.add("cat.png", File("image/png", PNG)))

    found = failure(client, platform, message)

    expected = "MMS not supported by the receiving phone number in this region"
    assert found == ("undelivered", 30011, expected)

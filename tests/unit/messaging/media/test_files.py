"""Media are fetched within limits, and from nowhere that they must not be fetched from."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.hostile_server import Answer, HostileServer, answer, hostile_server
from trunkline.clock import RealClock
from trunkline.messaging.media.blobs import CHUNK, Blobs, FolderStore
from trunkline.messaging.media.files import (
    MOST_IMAGE,
    MOST_OTHER,
    MOST_TOGETHER,
    FetchFiles,
    MediaFailure,
    MediaFile,
)
from trunkline.messaging.media.keep_media import KeepMedia, KeptMedia
from trunkline.sids import SidFactory
from trunkline.webhooks.address_map import AddressMap, Connection
from trunkline.webhooks.http import NOBODY, AllowList, Egress, NetworkRules
from trunkline.webhooks.target import Target

WORLD, ACCOUNT = "0" * 32, "AC" + "1" * 32
PNG = ("Content-Type", "image/png")
PDF = ("Content-Type", "application/pdf")


class Client:
    """Fetches for one account, whose list and world can be set."""

    def __init__(self, folder: Path, *, private: bool = True, seconds: float = 20.0) -> None:
        self.blobs = Blobs(FolderStore(folder), folder / "incoming")
        self.blobs.place = "here"
        self.allowed = NOBODY
        self.addresses = AddressMap.read()
        self.egress = Egress(NetworkRules(private=private))
        self._fetch = FetchFiles(
            self.egress,
            keep=KeepMedia(self.blobs, SidFactory(RealClock().milliseconds)),
            allowed=self._allowed,
            locate=self._locate,
            seconds=seconds,
        )

    async def __call__(self, *urls: str, given: Sequence[MediaFile] = ()) -> list[MediaFile]:
        """The files as they were kept."""
        kept = await self._fetch(WORLD, ACCOUNT, urls, given)
        return [MediaFile(media.content_type, await self._read(media)) for media in kept]

    async def _read(self, media: KeptMedia) -> bytes:
        pieces = [piece async for piece in self.blobs.read(media.blob_id, 0, media.size)]
        assert all(len(piece) <= CHUNK for piece in pieces)
        return b"".join(pieces)

    async def left(self) -> int:
        """How many files there are, complete or not."""
        return len(os.listdir(self.blobs.spool)) + sum(
            [len(ids) async for ids in self.blobs.listed()]
        )

    async def failure(self, *urls: str, given: Sequence[MediaFile] = ()) -> MediaFailure:
        with pytest.raises(MediaFailure) as failure:
            await self(*urls, given=given)
        return failure.value

    async def _allowed(self, account_sid: str) -> AllowList:
        assert account_sid == ACCOUNT
        return self.allowed

    def _locate(self, world_id: str, target: Target) -> Connection | None:
        assert world_id == WORLD
        return self.addresses.locate(target)


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[HostileServer]:
    async with hostile_server() as serving:
        yield serving


@pytest_asyncio.fixture(loop_scope="session")
async def fetch(tmp_path: Path) -> AsyncIterator[Client]:
    client = Client(tmp_path)
    yield client
    await client.egress.close()


async def test_files_come_in_the_order_of_their_urls(fetch: Client, server: HostileServer) -> None:
    server.says(lambda heard: answer(body=heard.line.encode(), headers=[PNG]))
    one, two = await fetch(server.url("/a?x=%20"), server.url("/b"))
    assert one == MediaFile("image/png", b"GET /a?x=%20 HTTP/1.1")
    assert two.data == b"GET /b HTTP/1.1"
    assert server.heard[0].header("User-Agent") == "TwilioProxy/1.1"
    assert await fetch() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Image/PNG; q=1", "image/png"), ("text/vcard", "text/vcard"), ("audio/L24", "audio/l24")],
)
async def test_the_type_is_kept_without_parameters(
    fetch: Client, server: HostileServer, given: str, kept: str
) -> None:
    server.says(answer(body=b"x", headers=[("Content-Type", given)]))
    assert (await fetch(server.url()))[0].content_type == kept


@pytest.mark.parametrize(
    "kind", ["", "image/\xe4", "x" * 200, "text/html", "image/svg+xml", "application/zip", "image"]
)
async def test_what_messages_may_not_have_is_not_read(
    fetch: Client, server: HostileServer, kind: str
) -> None:
    server.says(answer(body=b"x" * 600_000, headers=[("Content-Type", kind)]))
    failure = await fetch.failure(server.url("/a"))
    assert (failure.code, failure.url, failure.status) == (12300, server.url("/a"), 200)
    given = await fetch.failure(given=[MediaFile(kind, b"x")])
    assert (given.code, given.url) == (12300, None)


@pytest.mark.parametrize(
    "script",
    [
        answer("404 Not Found"),
        answer("500 Internal Server Error"),
        answer("204 No Content"),
        answer("302 Found"),
        answer(body=b"x", headers=[PNG, ("Content-Encoding", "gzip")]),
        answer("302 Found", headers=[("Location", "ftp://127.0.0.1/")]),
        answer("302 Found", headers=[("Location", "/again")]),
        Answer(
            (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\nhalf",),
            then="close",
        ),
        Answer((b"nonsense\r\n\r\n",), then="close"),
        Answer(then="reset"),
    ],
)
async def test_what_cannot_be_had_is_told_without_its_url(
    fetch: Client, server: HostileServer, script: Answer
) -> None:
    server.says(script)
    failure = await fetch.failure(server.url("/s3cret"))
    assert failure.code == 11200
    assert "s3cret" not in str(failure)
    assert str(server.port) not in str(failure)
    assert len(server.heard) <= 11


async def test_a_failure_says_which_file_and_what_was_answered(
    fetch: Client, server: HostileServer
) -> None:
    server.says(
        lambda heard: answer("404 Not Found" if "/gone" in heard.line else "200 OK", headers=[PNG])
    )
    gone = server.url("/gone?signature=s3cret#f").replace("http://", "http://desk:s3cret@")
    failure = await fetch.failure(server.url("/there"), gone)
    assert (failure.url, failure.status) == (server.url("/gone"), 404)
    assert str(failure) == "answered 404"
    assert failure.__cause__ is None


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        (answer(body=b"x" * 500_001, headers=[PDF]), 200, "larger than 500000 bytes"),
        (
            answer(body=b"x", headers=[PNG, ("Content-Encoding", "gzip")]),
            200,
            "answered compressed, though asked not to",
        ),
        (answer("302 Found", headers=[("Location", "/again")]), None, "more than 10 redirects"),
        (
            answer("302 Found", headers=[("Location", "ftp://h/")]),
            None,
            "The URL does not start with http:// or https://",
        ),
        (Answer(then="close"), None, "the connection was closed without an answer"),
        (
            Answer(
                (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\nhalf",),
                then="close",
            ),
            None,
            "the answer was cut off",
        ),
        (Answer((b"nonsense\r\n\r\n",), then="close"), None, "no valid HTTP: Bad status line"),
    ],
)
async def test_a_failure_says_what_happened(
    fetch: Client, server: HostileServer, script: Answer, status: int | None, reason: str
) -> None:
    server.says(script)
    failure = await fetch.failure(server.url("/a?b=c"))
    assert (failure.url, failure.status, str(failure)) == (server.url("/a"), status, reason)


async def test_a_failure_after_a_redirect_names_the_host_that_it_led_to(
    fetch: Client, server: HostileServer
) -> None:
    elsewhere = server.url("/s3cret?a=s3cret", host="localhost")
    server.says(answer("302 Found", headers=[("Location", elsewhere)]), answer("403 No"))
    failure = await fetch.failure(server.url("/a"))
    assert (failure.url, failure.status) == (server.url("/a"), 403)
    assert str(failure) == "answered 403, after a redirect to localhost"


async def test_a_connection_that_is_refused_is_told(fetch: Client) -> None:
    failure = await fetch.failure("http://127.0.0.1:1/cat.png")
    assert (failure.url, failure.status) == ("http://127.0.0.1:1/cat.png", None)
    assert str(failure) == "no connection to port 1: connection refused"


async def test_files_that_are_too_much_together_have_no_url(
    fetch: Client, server: HostileServer
) -> None:
    server.says(answer(body=b"x" * (MOST_IMAGE // 2 + 1), headers=[PNG]))
    failure = await fetch.failure(server.url("/a"), server.url("/b"))
    assert (failure.code, failure.url, failure.status) == (30019, None, None)
    assert await fetch.left() == 0


async def test_what_is_handed_in_comes_first_and_counts(
    fetch: Client, server: HostileServer
) -> None:
    server.says(answer(body=b"x" * 100_000, headers=[PNG]))
    cat = MediaFile("text/vcard", b"y" * 150_000)
    assert await fetch(server.url(), given=[cat]) == [cat, MediaFile("image/png", b"x" * 100_000)]
    whole = MediaFile("image/png", b"y" * (MOST_TOGETHER - 99_999))
    failure = await fetch.failure(server.url(), given=[whole])
    assert (failure.code, failure.url) == (30019, None)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "http://", "http://[::1", "", "a\0b"])
async def test_what_is_no_url_cannot_be_fetched(fetch: Client, url: str) -> None:
    assert (await fetch.failure(url)).code == 11200


@pytest.mark.parametrize(
    ("kind", "most"), [("image/png", MOST_IMAGE), ("application/pdf", MOST_OTHER)]
)
async def test_limits_are_of_the_type(
    fetch: Client, server: HostileServer, kind: str, most: int
) -> None:
    header = [("Content-Type", kind)]
    server.says(answer(body=b"x" * most, headers=header))
    assert len((await fetch(server.url()))[0].data) == most
    server.says(answer(body=b"x" * (most + 1), headers=header))
    assert (await fetch.failure(server.url())).code == 30019


async def test_a_file_without_end_is_not_read_to_it(fetch: Client, server: HostileServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
    server.says(Answer((head,), endless=b"x" * 65536))
    assert (await fetch.failure(server.url())).code == 30019
    assert await fetch.left() == 0


async def test_a_file_that_says_it_is_too_large_is_not_read(
    fetch: Client, server: HostileServer
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 99999999999\r\n\r\n"
    server.says(Answer((head,), then="hang"))
    assert str(await fetch.failure(server.url())) == "larger than 5000000 bytes"


async def test_a_server_that_says_nothing_is_left(server: HostileServer, tmp_path: Path) -> None:
    client = Client(tmp_path, seconds=0.2)
    server.says(
        lambda heard: answer(headers=[PNG]) if "/quick" in heard.line else Answer(then="hang")
    )
    failure = await client.failure(server.url("/quick"), server.url("/slow"))
    assert (failure.code, failure.url) == (11200, server.url("/slow"))
    assert str(failure) == "no complete answer within 0.2 s"
    await client.egress.close()


async def test_a_redirect_is_followed(fetch: Client, server: HostileServer) -> None:
    server.says(
        answer("301 Moved", headers=[("Location", "/b?c=1")]), answer(body=b"x", headers=[PNG])
    )
    assert await fetch(server.url("/a")) == [MediaFile("image/png", b"x")]
    assert server.heard[1].line == "GET /b?c=1 HTTP/1.1"


async def test_credentials_go_to_their_host_alone(fetch: Client, server: HostileServer) -> None:
    url = server.url("/a").replace("http://", "http://desk:s%40cret@")
    elsewhere = server.url("/c", host="localhost")
    server.says(
        answer("302 Found", headers=[("Location", "/b")]),
        answer("302 Found", headers=[("Location", elsewhere)]),
        answer(body=b"x", headers=[PNG]),
    )
    await fetch(url)
    authorizations = [heard.header("Authorization") for heard in server.heard]
    assert authorizations == ["Basic ZGVzazpzQGNyZXQ="] * 2 + [None]


async def test_private_addresses_are_refused_unless_allowed(
    server: HostileServer, tmp_path: Path
) -> None:
    client = Client(tmp_path, private=False)
    server.says(answer(body=b"x", headers=[PNG]))
    assert (await client.failure(server.url())).code == 11200
    assert server.heard == []
    client.allowed = AllowList.parse(["127.0.0.0/8"])
    assert len(await client(server.url())) == 1
    await client.egress.close()


async def test_a_mapped_app_has_its_media_where_it_really_is(
    server: HostileServer, tmp_path: Path
) -> None:
    client = Client(tmp_path, private=False)
    client.addresses = AddressMap.read(f"https://app.example=http://127.0.0.1:{server.port}")
    server.says(answer(body=b"x", headers=[PNG]))
    assert len(await client("https://app.example/cat.png")) == 1
    assert server.heard[0].header("Host") == "app.example"
    assert server.heard[0].header("X-Forwarded-Proto") == "https"
    await client.egress.close()

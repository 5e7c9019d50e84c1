"""The bytes of media: in files of the data folder or in a bucket, for everybody or for who has
credentials, there after a crash, and gone when they are to be gone."""

from __future__ import annotations

import gzip
import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import pytest
from twilio.rest import Client

from tests.acceptance.conftest import read_credentials
from tests.support.control import make_world, settle
from tests.support.hostile_app import hostile_app
from tests.support.hostile_server import Answer, answer
from tests.support.inside import main_pid, memory
from tests.support.media_server import GIF, PNG, File, MediaServer, media_server
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect, refused
from tests.support.s3_server import BUCKET, S3Server, s3_server
from tests.support.waiting import wait_until

PHONE = "+14155550123"
NUMBER = "+12065550100"
OTHER = "+14155550100"


class NotFollowed(HTTPRedirectHandler):
    """Leaves redirects to the test."""

    def redirect_request(self, *args: Any) -> None:
        return None


def ask(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body, as they are."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with build_opener(NotFollowed).open(Request(url, headers=told), timeout=30) as answer:
            return answer.status, _lower(answer.headers), answer.read()
    except HTTPError as answer:
        with answer:
            return answer.code, _lower(answer.headers), answer.read()


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def media_url(world: World, message_sid: str) -> str:
    """Where the first media file of a message is, as an app is told."""
    (media, *_) = connect(world).messages(message_sid).media.list()
    return world.base_url + media.uri.removesuffix(".json")


def read(url: str) -> bytes:
    """The bytes, after the redirect."""
    with urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


def send(world: World, *urls: str, to: str = PHONE, **more: Any) -> str:
    message = connect(world).messages.create(to=to, from_=NUMBER, media_url=list(urls), **more)
    settle(world)
    return str(message.sid)


def receive(world: World, content_type: str, data: bytes) -> str:
    media = [{"content_type": content_type, "data": b64encode(data).decode()}]
    told = {"to": NUMBER, "media": media}
    return str(world.control("POST", f"/phones/{PHONE}/messages", told)["sid"])


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with media_server() as serving:
        yield serving


def blobs_of(data: Path) -> set[Path]:
    """The files of media, complete or not."""
    return {path for path in (data / "blobs").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def own(short_tmp: Path) -> Iterator[tuple[RunningPlatform, dict[str, Any]]]:
    """A platform of which the test sees the data folder."""
    process = RunningPlatform(
        short_tmp / "media files", environment={"TRUNKLINE_MEDIA_TIMEOUT_SECONDS": "3"}
    )
    runtime = process.start()
    yield process, runtime
    process.stop()


@pytest.fixture
def place(own: tuple[RunningPlatform, dict[str, Any]]) -> World:
    runtime = own[1]
    default = read_credentials(runtime["base_url"], runtime["control_token"], "default")
    return make_world(default, "media")


# --- reading --------------------------------------------------------------------------------
def test_a_file_is_where_its_resource_leads(platform: World, server: MediaServer) -> None:
    url = media_url(platform, send(platform, server.add("a.png", File("image/png", PNG))))

    status, headers, body = ask(url)

    assert (status, body) == (307, b"")
    place = headers["location"]
    assert place.startswith("/m/")
    status, headers, body = ask(platform.base_url + place)
    assert (status, body) == (200, PNG)
    assert headers["content-type"] == "image/png"
    assert headers["content-disposition"] == "inline"
    assert headers["x-content-type-options"] == "nosniff"
    assert read(url) == PNG


def test_a_part_of_a_file(platform: World, server: MediaServer) -> None:
    url = media_url(platform, send(platform, server.add("a.png", File("image/png", PNG))))
    place = platform.base_url + ask(url)[1]["location"]

    status, headers, body = ask(place, Range="bytes=4-7")

    assert (status, body) == (206, PNG[4:8])
    assert headers["content-range"] == f"bytes 4-7/{len(PNG)}"
    assert ask(place, Range="bytes=99999-")[0] == 416


def test_what_a_browser_could_run_is_not_shown(platform: World) -> None:
    url = media_url(platform, receive(platform, "application/pdf", b"%PDF"))

    headers = ask(platform.base_url + ask(url)[1]["location"])[1]

    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/zip"])
def test_a_type_that_messages_may_not_have(
    client: Client, platform: World, server: MediaServer, kind: str
) -> None:
    sid = send(platform, server.add("a", File(kind, b"<svg/>")))
    message = client.messages(sid).fetch()
    assert (message.status, message.error_code) == ("failed", 12300)
    assert message.error_message == "Invalid Content-Type"
    with pytest.raises(HTTPError, match="422") as caught:
        receive(platform, kind, b"<svg/>")
    told = json.loads(caught.value.read())["error"]
    caught.value.close()
    assert told["message"] == (
        "The media cannot be taken: a Content-Type is none that messages may have."
    )


def test_an_address_that_nobody_gave(platform: World) -> None:
    for path in ("/m/", "/m/abc", "/m/" + "A" * 200, "/m/..%2f..%2fetc%2fpasswd", "/m/%00"):
        assert ask(platform.base_url + path)[0] == 404


# --- who may read ---------------------------------------------------------------------------
def test_only_with_credentials(client: Client, platform: World, server: MediaServer) -> None:
    url = media_url(platform, send(platform, server.add("a.png", File("image/png", PNG))))
    setting = f"/media/accounts/{platform.account_sid}"
    assert platform.control("GET", setting)["basic_auth"] is False

    assert platform.control("PUT", setting, {"basic_auth": True})["basic_auth"] is True

    status, headers, body = ask(url)
    assert (status, b"<Code>20003</Code>" in body) == (401, True)
    assert headers["www-authenticate"].startswith("Basic")
    branch = client.api.accounts.create(friendly_name="branch")
    theirs = replace(platform, account_sid=str(branch.sid), auth_token=str(branch.auth_token))
    assert ask(url, Authorization=theirs.basic)[0] == 404
    status, headers, _ = ask(url, Authorization=platform.basic)
    assert status == 307
    assert ask(platform.base_url + headers["location"])[2] == PNG

    platform.control("PUT", setting, {"basic_auth": False})
    assert read(url) == PNG


def test_a_setting_of_no_account(platform: World) -> None:
    for sid in ("AC" + "0" * 32, platform.test_account_sid, "nonsense"):
        with pytest.raises(HTTPError, match="404") as caught:
            platform.control("PUT", f"/media/accounts/{sid}", {"basic_auth": True})
        caught.value.close()
    with pytest.raises(HTTPError, match=r"422|400") as caught:
        platform.control("PUT", f"/media/accounts/{platform.account_sid}", {"basic_auth": "yes"})
    caught.value.close()


# --- files ----------------------------------------------------------------------------------
def delete_media(world: World, sid: str) -> None:
    for media in connect(world).messages(sid).media.list():
        media.delete()


def delete_message(world: World, sid: str) -> None:
    connect(world).messages(sid).delete()


def empty_world(world: World, _sid: str) -> None:
    world.control("POST", "/reset")


@pytest.mark.parametrize("how", [delete_media, delete_message, empty_world])
def test_a_file_goes_with_what_it_belongs_to(
    own: tuple[RunningPlatform, dict[str, Any]],
    place: World,
    server: MediaServer,
    how: Callable[[World, str], None],
) -> None:
    before = blobs_of(own[0].data)
    sid = send(place, server.add("a.png", File("image/png", PNG)))
    (file,) = blobs_of(own[0].data) - before
    assert file.read_bytes() == PNG
    url = media_url(place, sid)
    address = place.base_url + ask(url)[1]["location"]

    how(place, sid)

    assert ask(address)[0] == 404
    wait_until(lambda: not file.exists())


def test_what_is_not_to_be_retained_leaves_no_file(
    own: tuple[RunningPlatform, dict[str, Any]], place: World, server: MediaServer
) -> None:
    before = blobs_of(own[0].data)
    send(place, server.add("a.png", File("image/png", PNG)), content_retention="discard")
    wait_until(lambda: blobs_of(own[0].data) == before)


def test_what_two_messages_share_goes_with_the_second(
    own: tuple[RunningPlatform, dict[str, Any]], place: World, server: MediaServer
) -> None:
    """From one number of the world to another: either has its own resource of the same bytes."""
    before = blobs_of(own[0].data)
    client = connect(place)
    client.incoming_phone_numbers.create(phone_number=OTHER) if OTHER not in place.numbers else None
    sid = send(place, server.add("a.png", File("image/png", PNG)), to=OTHER)
    (inbound,) = [m for m in client.messages.list(to=OTHER) if m.direction == "inbound"]
    (file,) = blobs_of(own[0].data) - before
    theirs = media_url(place, str(inbound.sid))

    client.messages(sid).delete()

    assert read(theirs) == PNG
    client.messages(str(inbound.sid)).delete()
    wait_until(lambda: not file.exists())


def test_media_survive_a_power_cut(
    own: tuple[RunningPlatform, dict[str, Any]], place: World, server: MediaServer
) -> None:
    out = send(place, server.add("a.png", File("image/png", PNG)))
    came = receive(place, "text/vcard", b"BEGIN:VCARD")

    own[0].kill()
    runtime = own[0].start()
    own[1].update(runtime)

    again = World(**{**vars(place), "base_url": runtime["base_url"]})
    assert read(media_url(again, out)) == PNG
    assert read(media_url(again, came)) == b"BEGIN:VCARD"


PNG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
HOSTILE = {
    "twelve MB, as it says": (Answer((PNG_HEAD + b"Content-Length: 12000000\r\n\r\n",)), 30019),
    "a lie": (
        Answer((PNG_HEAD + b"Content-Length: 4999999\r\n\r\n",), endless=b"x" * 65536),
        30019,
    ),
    "without an end": (Answer((PNG_HEAD + b"\r\n",), endless=b"x" * 65536), 30019),
    "slow": (
        Answer((PNG_HEAD + b"Content-Length: 4000000\r\n\r\n" + PNG,), then="hang"),
        11200,
    ),
    "a bomb": (
        answer(
            body=gzip.compress(bytes(12_000_000)),
            headers=[("Content-Type", "image/png"), ("Content-Encoding", "gzip")],
        ),
        11200,
    ),
}


@pytest.mark.parametrize(("script", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_neither_stay_nor_fill_the_memory(
    own: tuple[RunningPlatform, dict[str, Any]], place: World, script: Answer, code: int
) -> None:
    """Ten of them for each of many messages."""
    pid = main_pid(own[0].data)
    send(place, "http://127.0.0.1:1/warm-up.png")
    files, before = blobs_of(own[0].data), memory(pid)
    client = connect(place)
    with hostile_app() as hostile:
        hostile.says(script)
        urls = [hostile.url(f"/{n}.png") for n in range(10)]
        sids = [
            str(client.messages.create(to=PHONE, from_=NUMBER, media_url=urls).sid)
            for _ in range(12)
        ]
        settle(place)

    for sid in sids:
        message = client.messages(sid).fetch()
        assert (message.status, message.error_code) == ("failed", code)
    assert memory(pid) - before < 64 << 20
    assert blobs_of(own[0].data) == files


def test_a_crash_among_many_leaves_no_row_without_its_file(
    own: tuple[RunningPlatform, dict[str, Any]], place: World, server: MediaServer
) -> None:
    """Some were kept, some were under way, some had not begun."""
    quick = server.add("quick.png", File("image/png", PNG))
    held = server.add("held.gif", File("image/gif", GIF, held=True))
    client = connect(place)
    sids = [
        str(client.messages.create(to=PHONE, from_=NUMBER, media_url=urls).sid)
        for urls in [[quick], [quick, held]] * 20
    ]
    wait_until(lambda: "/held.gif" in server.asked)

    own[0].kill()
    server.released.set()
    runtime = own[0].start()
    own[1].update(runtime)

    again = replace(place, base_url=runtime["base_url"])
    client = connect(again)
    wait_until(lambda: {m.status for m in client.messages.list(to=PHONE)} == {"delivered"})
    for sid in sids:
        listed = client.messages(sid).media.list()
        read_again = {read(again.base_url + m.uri.removesuffix(".json")) for m in listed}
        assert read_again == {PNG, GIF} if len(listed) == 2 else read_again == {PNG}


# --- a bucket -------------------------------------------------------------------------------
def default_world(runtime: dict[str, Any]) -> World:
    return read_credentials(runtime["base_url"], runtime["control_token"], "default")


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Server]:
    with s3_server() as serving:
        yield serving


@pytest.fixture(scope="module")
def with_bucket(short_tmp: Path, bucket: S3Server) -> Iterator[RunningPlatform]:
    """A platform that keeps media in a bucket."""
    data = short_tmp / "media in a bucket"
    environment = {**bucket.environment, "TRUNKLINE_BLOB_URL": f"s3://{BUCKET}/trunkline"}
    process = RunningPlatform(data, environment=environment)
    yield process
    assert process.stop() == 0


def test_media_are_in_the_bucket(
    with_bucket: RunningPlatform, bucket: S3Server, server: MediaServer
) -> None:
    world = default_world(with_bucket.start())
    data = os.urandom(1_000_000)
    sid = send(world, server.add("a.png", File("image/png", data)))

    assert list(bucket.objects.values()) == [data]
    assert blobs_of(with_bucket.data) == set()
    url = media_url(world, sid)
    assert read(url) == data
    place = world.base_url + ask(url)[1]["location"]
    assert ask(place, Range="bytes=-3")[2] == data[-3:]

    connect(world).messages(sid).delete()
    wait_until(lambda: not bucket.objects)


def test_a_bucket_that_is_down_loses_nothing(
    with_bucket: RunningPlatform, bucket: S3Server, server: MediaServer
) -> None:
    """What is to be sent waits for it, what comes in is refused, what is read is to be asked for
    again. A restart tries at once."""
    with_bucket.stop()
    world = default_world(with_bucket.start())
    kept = send(world, server.add("a.png", File("image/png", PNG)))
    address = world.base_url + ask(media_url(world, kept))[1]["location"]
    client = connect(world)
    bucket.down = True
    try:
        assert ask(address)[0] == 503
        url = server.add("b.png", File("image/png", PNG))
        waiting = client.messages.create(to=PHONE, from_=NUMBER, media_url=[url])
        with pytest.raises(HTTPError, match="503") as caught:
            receive(world, "image/png", PNG)
        caught.value.close()
        wait_until(lambda: "/b.png" in server.asked)
        settle(world)
        assert client.messages(waiting.sid).fetch().status == "queued"
    finally:
        bucket.down = False
    with_bucket.stop()
    base_url = default_world(with_bucket.start()).base_url
    address = base_url + address.removeprefix(world.base_url)
    world = replace(world, base_url=base_url)
    client = connect(world)
    wait_until(lambda: client.messages(waiting.sid).fetch().status == "delivered")
    assert read(media_url(world, str(waiting.sid))) == PNG
    assert ask(address)[2] == PNG


def test_a_place_that_is_none_is_told(short_tmp: Path) -> None:
    wrong = RunningPlatform(
        short_tmp / "no place", environment={"TRUNKLINE_BLOB_URL": "ftp://host/media"}
    )
    try:
        with pytest.raises(RuntimeError, match="TRUNKLINE_BLOB_URL is file:///folder or s3://"):
            wrong.start()
    finally:
        wrong.clear_away()


def test_twilio_python_has_the_file(client: Client, platform: World, server: MediaServer) -> None:
    """The client follows to the bytes; what was deleted is refused by name."""
    sid = send(platform, server.add("a.png", File("image/png", PNG)))
    (media,) = client.messages(sid).media.list()
    path = media.uri.removesuffix(".json")

    answer = client.request("GET", f"{client.api.base_url}{path}", allow_redirects=True)

    assert answer.status_code == 200
    assert client.messages(sid).media(media.sid).delete()
    with refused(404, 20404, f"The requested resource {media.uri} was not found"):
        client.messages(sid).media(media.sid).fetch()

"""Audio is fetched within limits, from nowhere that it must not be fetched from, and kept as its
server says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.hostile_server import Answer, Heard, HostileServer, answer, hostile_server
from tests.unit.voice.speech.sounds import files, heard, level, sine, write
from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.audio_failed import AudioFailed
from trunkline.voice.speech.convert_audio import ConvertAudio
from trunkline.voice.speech.fetch_audio import FetchAudio
from trunkline.voice.speech.workers import Workers
from trunkline.webhooks.address_map import AddressMap, Connection
from trunkline.webhooks.http import NOBODY, AllowList, Egress, NetworkRules
from trunkline.webhooks.target import Target

WORLD, ACCOUNT = "0" * 32, "AC" + "1" * 32
WAV = ("Content-Type", "audio/x-wav")


class Client:
    """Fetches for one account, whose list and world can be set."""

    def __init__(self, cache: AudioCache, workers: Workers, *, private: bool = True) -> None:
        self.allowed = NOBODY
        self.addresses = AddressMap.read()
        self.own_url = "https://trunkline.example"
        self.egress = Egress(NetworkRules(private=private))
        self.fetch = FetchAudio(
            self.egress,
            cache=cache,
            convert=ConvertAudio(cache, workers),
            allowed=self._allowed,
            locate=self._locate,
            own_url=lambda: self.own_url,
            seconds=20.0,
        )

    async def __call__(self, url: str, method: str = "GET") -> Path:
        return await self.fetch(WORLD, ACCOUNT, url, method)

    async def failure(self, url: str) -> AudioFailed:
        with pytest.raises(AudioFailed) as failure:
            await self(url)
        return failure.value

    async def close(self) -> None:
        await self.fetch.stop()
        await self.egress.close()

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
async def client(cache: AudioCache, workers: Workers) -> AsyncIterator[Client]:
    client = Client(cache, workers)
    yield client
    await client.close()


def tone(folder: Path, hertz: float = 440) -> bytes:
    return write(folder / "tone.wav", sine(hertz, 0.5)).read_bytes()


async def test_audio_is_what_the_engine_plays(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    server.says(answer(body=tone(tmp_path), headers=[WAV]))
    path = await client(server.url("/prompt.wav?a=1"))
    assert level(heard(path), 440) == pytest.approx(0.5, rel=0.02)
    assert server.heard[0].line == "GET /prompt.wav?a=1 HTTP/1.1"
    assert server.heard[0].header("User-Agent") == "TwilioProxy/1.1"


async def test_without_a_word_about_it_audio_is_fetched_each_time(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    server.says(
        answer(body=tone(tmp_path), headers=[WAV]), answer(body=tone(tmp_path, 900), headers=[WAV])
    )
    first, second = await client(server.url()), await client(server.url())
    assert level(heard(first), 440) > 0.4
    assert level(heard(second), 900) > 0.4


async def test_what_is_fresh_is_not_asked_for(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    server.says(answer(body=tone(tmp_path), headers=[WAV, ("Cache-Control", "max-age=60")]))
    first = await client(server.url())
    assert await client(server.url()) == first
    assert len(server.heard) == 1
    await client(server.url("/other"))
    assert len(server.heard) == 2
    first.unlink()  # the folder was emptied meanwhile
    assert (await client(server.url())).exists()


async def test_what_may_have_changed_is_asked_about(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    def says(heard: Heard) -> Answer:
        if heard.header("If-None-Match") == '"one"':
            return answer("304 Not Modified", headers=[("ETag", '"one"')])
        return answer(body=tone(tmp_path), headers=[WAV, ("ETag", '"one"')])

    server.says(says)
    first = await client(server.url())
    assert await client(server.url()) == first
    assert [request.header("If-None-Match") for request in server.heard] == [None, '"one"']


async def test_the_answer_to_a_post_is_not_used_again(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    server.says(answer(body=tone(tmp_path), headers=[WAV, ("Cache-Control", "max-age=60")]))
    await client(server.url(), "POST")
    await client(server.url(), "POST")
    assert [request.line for request in server.heard] == ["POST /hook HTTP/1.1"] * 2


async def test_calls_that_play_the_same_fetch_it_once(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    server.says(answer(body=tone(tmp_path), headers=[WAV]))
    paths = await asyncio.gather(*(client(server.url()) for _ in range(10)))
    assert len(set(paths)) == 1
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("given", "code", "reason"),
    [
        (answer("404 Not Found", b"no", [WAV]), 11200, "answered 404"),
        (answer("304 Not Modified"), 11200, "answered 304"),
        (answer(body=b"<p>", headers=[("Content-Type", "text/html")]), 13420, "Content-Type"),
        (answer(body=b"x"), 13420, "Content-Type"),
        (answer(body=b"<p>", headers=[WAV]), 13420, "no WAV, MP3 or AIFF"),
        (answer(headers=[WAV]), 13420, "empty"),
        (answer(body=b"x", headers=[WAV, ("Content-Encoding", "gzip")]), 11200, "compressed"),
        (answer("302 Found", headers=[("Location", "/again")]), 11200, "more than 10 redirects"),
        (answer("302 Found", headers=[("Location", "file:///etc/passwd")]), 11200, "http://"),
        (Answer(then="reset"), 11200, "closed"),
    ],
)
async def test_what_is_not_played(
    client: Client,
    server: HostileServer,
    tmp_path: Path,
    given: Answer,
    code: int,
    reason: str,
) -> None:
    server.says(given)
    failure = await client.failure(server.url("/a.wav?token=secret"))
    assert failure.code == code
    assert reason in str(failure)
    assert failure.url == server.url("/a.wav")
    assert files(tmp_path) == []


async def test_a_gigabyte_is_refused_before_its_first_byte(
    client: Client, server: HostileServer
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 1000000000\r\n\r\n"
    server.says(Answer((head,), then="hang"))
    assert "larger than 40 MB" in str(await client.failure(server.url()))


async def test_what_does_not_end_is_given_up(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n"
    server.says(Answer((head,), endless=bytes(1 << 20)))
    assert "larger than 40 MB" in str(await client.failure(server.url()))
    assert files(tmp_path) == []


async def test_redirects_are_followed_and_keep_no_credentials(
    client: Client, server: HostileServer, tmp_path: Path
) -> None:
    async with hostile_server() as other:
        other.says(answer(body=tone(tmp_path), headers=[WAV]))
        server.says(answer("302 Found", headers=[("Location", other.url("/there.wav"))]))
        await client(server.url().replace("//", "//user:password@"))
        assert server.heard[0].header("Authorization") is not None
        assert other.heard[0].header("Authorization") is None


async def test_private_addresses_only_where_they_are_allowed(
    cache: AudioCache, workers: Workers, server: HostileServer, tmp_path: Path
) -> None:
    client = Client(cache, workers, private=False)
    server.says(answer(body=tone(tmp_path), headers=[WAV]))
    try:
        assert "private" in str(await client.failure(server.url()))
        assert server.heard == []
        client.own_url = server.url("")  # recordings are played from the platform itself
        await client(server.url("/RE.wav"))
        client.own_url = "https://trunkline.example"
        client.allowed = AllowList.parse(["127.0.0.0/8"])
        await client(server.url())
        client.allowed = NOBODY
        client.addresses = AddressMap.read(f"https://app.example=http://127.0.0.1:{server.port}")
        await client("https://app.example/a.wav")
        assert server.heard[-1].header("Host") == "app.example"
    finally:
        await client.close()


async def test_a_folder_that_cannot_be_written_fails_one_playback(
    workers: Workers, server: HostileServer, tmp_path: Path
) -> None:
    (tmp_path / "speech").write_text("in the place of the folder")
    cache = AudioCache(tmp_path / "speech", most=1000)
    client = Client(cache, workers)
    server.says(answer(body=tone(tmp_path), headers=[WAV]))
    try:
        failure = await client.failure(server.url("/a.wav"))
        assert failure.code == 12400
        assert "cannot be kept here" in str(failure)
    finally:
        await client.close()

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trunkline.testing import TrunklineError
from trunkline.testing import connections as module
from trunkline.testing.connections import Connections

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'
HANG_UP = b""
STREAM = b"HTTP/1.1 200 OK\r\n\r\n: connected\n\n"


@contextmanager
def server(*scripts: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Answers the requests of one connection after the other as scripted, then closes it. Where
    it listens, and the first lines of the requests."""
    asked: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for script in scripts:
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as lines:
                for answer in script:
                    first = lines.readline()
                    if not first:
                        break
                    asked.append(first.strip())
                    while lines.readline().strip():
                        pass
                    connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        thread.join()
    finally:
        listening.close()


def test_a_connection_is_kept() -> None:
    with server([OK, OK]) as (url, asked):
        connections = Connections(url)
        assert connections.request("GET", "/1", {}).json == {"a": 1}
        assert connections.request("POST", "/2", {}).json == {"a": 1}
        connections.close()
    assert asked == [b"GET /1 HTTP/1.1", b"POST /2 HTTP/1.1"]


def test_one_that_the_platform_has_closed_is_not_used() -> None:
    with server([OK], [OK]) as (url, asked):
        connections = Connections(url)
        connections.request("POST", "/1", {})
        [kept] = connections._free
        kept.sock.settimeout(10)
        assert kept.sock.recv(1, socket.MSG_PEEK) == b""  # it is closed by now
        connections.request("POST", "/2", {})
        connections.close()
    assert len(asked) == 2


def test_a_read_is_made_again_when_a_kept_connection_breaks() -> None:
    with server([OK, HANG_UP], [OK]) as (url, asked):
        connections = Connections(url)
        connections.request("GET", "/1", {})
        assert connections.request("GET", "/2", {}).status == 200
        connections.close()
    assert asked[1:] == [b"GET /2 HTTP/1.1"] * 2


def test_a_write_is_not_made_again() -> None:
    with server([OK, HANG_UP]) as (url, asked):
        connections = Connections(url)
        connections.request("GET", "/1", {})
        with pytest.raises(TrunklineError, match="has ended: nothing answers at http://127"):
            connections.request("POST", "/2", {})
    assert len(asked) == 2


def test_a_platform_that_has_ended_is_told_of_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "trunkline.log").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(TrunklineError) as caught:
        Connections(url, tmp_path).request("GET", "/", {})
    assert str(caught.value) == (
        f"The Trunkline platform of this test run has ended: nothing answers at {url}: see "
        f"{tmp_path}/logs/trunkline.log."
    )


def test_one_that_does_not_answer_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TrunklineError, match="has not answered POST /clock for 0 s"):
            Connections(url).request("POST", "/clock?world=1", {})


def test_events_are_waited_for() -> None:
    events = STREAM + b": waiting\n\nevent: message.sent\ndata: {}\n\n"
    with server([events]) as (url, _), Connections(url).stream("/events", {}) as stream:
        assert stream.wait_for_event(10)
        assert not stream.wait_for_event(0)


def test_no_event_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(STREAM)
                while connection.recv(4096):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        with Connections(url).stream("/events", {}) as stream:
            assert not stream.wait_for_event(0.01)
        thread.join()


def test_a_stream_that_ends_is_told_of() -> None:
    def wait(url: str) -> None:
        with Connections(url).stream("/events", {}) as stream:
            stream.wait_for_event(10)

    with server([STREAM]) as (url, _), pytest.raises(TrunklineError, match="has ended"):
        wait(url)

"""Kept connections to the platform of a run, for any number of threads.

It uses the standard library alone, and a clock that libraries which freeze time leave alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["Answer", "Connections", "monotonic"]

__tracebackhide__ = hidden

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPException, HTTPResponse
else:
    # The module once more: what replaces its classes (vcrpy) is about the app's requests.
    spec = find_spec("http.client")
    own = module_from_spec(spec)
    spec.loader.exec_module(own)
    HTTPConnection, HTTPException, HTTPResponse = (
        own.HTTPConnection,
        own.HTTPException,
        own.HTTPResponse,
    )

PATIENCE = 120.0  # seconds: an app that does not answer is given up by the platform before


def monotonic() -> float:
    """Seconds on a clock that only real time moves."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Answer:
    """An answer of the platform's: its status and its JSON, None where it has no body, or is a
    `file`."""

    def __init__(self, status: int, body: bytes, content_type: str = "") -> None:
        self.status = status
        self.json: Any = None
        self.file: bytes | None = None
        if content_type.startswith("audio/"):
            self.file = body
        elif body:
            try:
                self.json = json.loads(body)
            except ValueError:
                self.status = 0  # not the platform


class Connections:
    """Connections to one platform: a request takes a free one, or opens another."""

    def __init__(self, base_url: str, data: Path | None = None) -> None:
        """`data` is the folder of the platform, to name its log."""
        self.base_url = base_url.rstrip("/")
        place = urlsplit(self.base_url)
        self._host = place.hostname or ""
        self._port = place.port or 80
        self._data = data
        self._free: list[HTTPConnection] = []

    def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """The answer, whatever its status. Raises TrunklineError when there is none."""
        connection, is_new = self._taken()
        try:
            answer = self._answered(connection, method, target, headers, body)
        except (HTTPException, OSError) as error:
            connection.close()
            if is_new or method != "GET" or isinstance(error, TimeoutError):
                raise self._gone(error, method, target) from None
            # It was kept while the platform's main process started anew.
            return self.request(method, target, headers, body)
        except BaseException:  # Ctrl-C: an answer may still be on its way
            connection.close()
            raise
        self._free.append(connection)
        return answer

    @contextmanager
    def stream(self, target: str, headers: Mapping[str, str]) -> Iterator[Stream]:
        """Server-sent events, from now on. Raises TrunklineError."""
        connection = HTTPConnection(self._host, self._port, timeout=PATIENCE)
        try:
            connection.request("GET", target, headers=dict(headers))
            socket = connection.sock
            with connection.getresponse() as response:
                if response.status != 200:
                    raise HTTPException(f"answered {response.status}")
                response.readline()  # from here on nothing is missed
                yield Stream(socket, response)
        except (HTTPException, OSError) as error:
            raise self._gone(error, "GET", target) from None
        finally:
            connection.close()

    def close(self) -> None:
        """Close what is open."""
        while self._free:
            self._free.pop().close()

    def _taken(self) -> tuple[HTTPConnection, bool]:
        while self._free:
            try:
                connection = self._free.pop()
            except IndexError:  # another thread was faster
                break
            if _is_open(connection):
                return connection, False
            connection.close()
        return HTTPConnection(self._host, self._port, timeout=PATIENCE), True

    @staticmethod
    def _answered(
        connection: HTTPConnection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        content_type = response.getheader("Content-Type") or ""
        return Answer(response.status, response.read(), content_type)

    def _gone(self, error: Exception, method: str, target: str) -> TrunklineError:
        log = None if self._data is None else self._data / "logs" / "trunkline.log"
        hint = f": see {log}" if log is not None and log.is_file() else ""
        if isinstance(error, TimeoutError):
            path = target.partition("?")[0]
            return TrunklineError(
                f"The Trunkline platform at {self.base_url} has not answered {method} {path} "
                f"for {PATIENCE:.0f} s{hint}."
            )
        return TrunklineError(
            f"The Trunkline platform of this test run has ended: nothing answers at "
            f"{self.base_url}{hint}."
        )


class Stream:
    """The lines of an answer that goes on."""

    def __init__(self, socket: Any, response: HTTPResponse) -> None:
        self._socket = socket
        self._response = response

    def wait_for_event(self, seconds: float) -> bool:
        """Whether an event came within so many seconds. After False there is nothing more."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                line = self._response.readline()
            except TimeoutError:
                return False
            if line.startswith(b"data:"):
                return True
            if not line:
                raise ConnectionError("the stream ended")
        return False


def _is_open(connection: HTTPConnection) -> bool:
    """Whether the platform has not closed a connection on which it owes nothing."""
    socket = connection.sock
    if socket is None:
        return False
    socket.setblocking(False)
    try:
        socket.recv(1)
    except BlockingIOError:
        socket.settimeout(PATIENCE)
        return True
    except OSError:
        pass
    return False

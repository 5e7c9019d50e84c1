"""Finds the running platform through its data folder and asks its control API."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from trunkline.cli.failure import Failure
from trunkline.server.runtime_file import Runtime, read_runtime
from trunkline.server.start_settings import SettingsInvalid, data_folder

__all__ = ["Control", "NotRunning", "Refused"]

PREFIX = "/trunkline/v1"
SECONDS = 60.0


class NotRunning(Failure):
    """No platform runs on the data folder."""


class Refused(Failure):
    """The platform refused; `code` says why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Control:
    """The control API of the platform that runs on a data folder, for one world."""

    def __init__(self, data: Path | None = None, world: str | None = None) -> None:
        """Raises Failure."""
        try:
            self.data = data_folder(data)
        except SettingsInvalid as error:
            raise Failure(str(error)) from None
        self._world = world or os.environ.get("TRUNKLINE_WORLD") or "default"
        try:
            runtime = read_runtime(self.data)
        except PermissionError:
            raise Failure(
                f"The platform on {self.data} belongs to another user: ask as that user."
            ) from None
        if runtime is None:
            raise self._not_running()
        self.runtime: Runtime = runtime

    def get(self, path: str, **query: object) -> Any:
        """The answer's JSON. Raises NotRunning, Refused, Failure."""
        return self.call("GET", path, query=query)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        seconds: float | None = SECONDS,
    ) -> Any:
        """The answer's JSON; `path` is quoted already. Raises NotRunning, Refused, Failure."""
        with self._request(method, path, body, query or {}, seconds) as response:
            return self._decoded(response.read())

    @contextmanager
    def stream(self, path: str, **query: object) -> Iterator[HTTPResponse]:
        """An answer that goes on, to be read line by line. Raises as `call` does."""
        with self._request("GET", path, None, query, None) as response:
            yield response

    @contextmanager
    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, object],
        seconds: float | None,
    ) -> Iterator[HTTPResponse]:
        place = urlsplit(self.runtime.base_url)
        fields = {name: value for name, value in query.items() if value is not None}
        fields |= {} if self._world == "default" else {"world": self._world}
        target = PREFIX + path + ("?" + urlencode(fields) if fields else "")
        headers = {"Authorization": f"Bearer {self.runtime.control_token}"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection(place.hostname or "", place.port, timeout=seconds)
        answered = False
        try:
            connection.request(method, target, data, headers)
            response = connection.getresponse()
            if response.status >= 400:
                raise self._refusal(response.read())
            answered = True
            yield response
        except ConnectionRefusedError:
            raise self._not_running() from None
        except TimeoutError:
            raise Failure(
                f"The platform at {self.runtime.base_url} does not answer: "
                f"see {self.data / 'logs' / 'trunkline.log'}."
            ) from None
        except (ConnectionError, HTTPException) as error:
            if answered and isinstance(error, BrokenPipeError):
                raise  # of our own output: `trunkline tail | head`
            raise Failure(f"The platform at {self.runtime.base_url} went away.") from None
        finally:
            connection.close()

    def _decoded(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except ValueError:
            raise self._stranger() from None

    def _refusal(self, data: bytes) -> Failure:
        try:
            error = json.loads(data)["error"]
            return Refused(str(error["code"]), str(error["message"]))
        except (ValueError, KeyError, TypeError):
            return self._stranger()

    def _stranger(self) -> Failure:
        return Failure(
            f"What answers at {self.runtime.base_url} is not the platform that ran on "
            f"{self.data}: start it again."
        )

    def _not_running(self) -> NotRunning:
        folder = "" if self.data == data_folder(None, {}) else f" --data {_quoted(self.data)}"
        return NotRunning(
            f"No Trunkline runs on {self.data}: start one with `trunkline up{folder}`."
        )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))

"""Finds the running platform through its data folder and asks its control API."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from trunkline.cli.failure import Failure
from trunkline.server.runtime_file import Runtime, read_runtime
from trunkline.server.start_settings import SettingsInvalid, data_folder

__all__ = ["Control", "NotRunning", "Refused", "how_to_start"]

PREFIX = "/trunkline/v1"
SECONDS = 60.0
MOST_NAMED = 3


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
        self.world = world or os.environ.get("TRUNKLINE_WORLD") or "default"
        try:
            if self.data.exists() and not self.data.is_dir():
                raise Failure(
                    f"{self.data} is a file and no data folder: name a folder with --data."
                )
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
        fields |= {} if self.world == "default" else {"world": self.world}
        headers = {"Authorization": f"Bearer {self.runtime.control_token}"}
        data = None
        try:
            target = PREFIX + path + ("?" + urlencode(fields) if fields else "")
            if body is not None:
                data = json.dumps(body, ensure_ascii=False).encode()
                headers["Content-Type"] = "application/json"
        except UnicodeEncodeError:
            raise Failure("What was typed is not text in UTF-8.") from None
        connection = HTTPConnection(place.hostname or "", place.port, timeout=seconds)
        answered = False
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent
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
        except (OSError, HTTPException) as error:
            if answered and isinstance(error, BrokenPipeError):
                raise  # of our own output: `trunkline tail | head`
            if answered and not isinstance(error, (ConnectionError, HTTPException)):
                raise  # of it, too: its disk is full
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
            if error["code"] == "unauthorized":
                return Failure(
                    f"Another Trunkline answers at {self.runtime.base_url} than the one that ran "
                    f"on {self.data}: start that one again."
                )
            return Refused(str(error["code"]), str(error["message"]))
        except (ValueError, KeyError, TypeError):
            return self._stranger()

    def _stranger(self) -> Failure:
        return Failure(
            f"What answers at {self.runtime.base_url} is not the platform that ran on "
            f"{self.data}: start it again."
        )

    def _not_running(self) -> NotRunning:
        from trunkline.cli.other_platforms import folders_in_use

        sentence = f"No Trunkline runs on {self.data}: start one with {how_to_start(self.data)}"
        others = [folder for folder in folders_in_use() if folder != self.data]
        if others:
            named = " or ".join(f"--data {_quoted(folder)}" for folder in others[:MOST_NAMED])
            sentence += f", or use the one that runs with {named}"
        return NotRunning(f"{sentence}.")


def how_to_start(data: Path) -> str:
    """What is typed to run a platform on a folder, in backticks."""
    return "`trunkline up" + ("`" if data == data_folder(None, {}) else f" --data {_quoted(data)}`")


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))

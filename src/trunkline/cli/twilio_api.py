"""Twilio's API of the running platform, asked with the credentials of a world's first account.

What Twilio's API can tell, commands take from there and not from the control API: they show what
any client would see.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

from trunkline.cli.client import Control
from trunkline.cli.failure import Failure

__all__ = ["ApiError", "TwilioApi"]

SECONDS = 60.0
Fields = Mapping[str, object]


class ApiError(Failure):
    """The API refused: Twilio's error code, HTTP status, and its sentence."""

    def __init__(self, code: int, status: int, sentence: str) -> None:
        super().__init__(f"{sentence} (error {code})")
        self.code = code
        self.status = status
        self.sentence = sentence


class TwilioApi:
    """Requests of one command, over one connection. Not for several threads."""

    def __init__(self, control: Control) -> None:
        """Asks the control API for credentials. Raises Failure."""
        known = control.get("/credentials")
        self.account_sid: str = known["account_sid"]
        self.numbers: list[str] = known["numbers"]
        self.base_url = control.runtime.base_url
        pair = f"{known['account_sid']}:{known['auth_token']}".encode()
        self.authorization = "Basic " + b64encode(pair).decode()
        place = urlsplit(self.base_url)
        self._connection = HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)

    def __del__(self) -> None:
        """A command that is done with it leaves no connection open."""
        if hasattr(self, "_connection"):
            self._connection.close()

    @property
    def account_path(self) -> str:
        """Path of the account, without a slash at the end."""
        return f"/2010-04-01/Accounts/{self.account_sid}"

    def get(self, path: str, fields: Fields | None = None) -> Any:
        """The answer's JSON. Raises ApiError, Failure."""
        query = _encoded(fields or {})
        return self._call("GET", path + (f"?{query}" if query else ""))

    def post(self, path: str, fields: Fields) -> Any:
        """The answer's JSON. Raises ApiError, Failure."""
        return self._call("POST", path, _encoded(fields).encode())

    def delete(self, path: str) -> None:
        """Raises ApiError, Failure."""
        self._call("DELETE", path)

    def pages(self, path: str, key: str, fields: Fields | None = None) -> Iterator[dict[str, Any]]:
        """The entries under `key` of a list of the 2010 API, page after page, as they are read.
        `PageSize` in `fields` is the size of a page. Raises ApiError, Failure."""
        page = self.get(path, fields)
        while True:
            yield from page[key]
            if not page.get("next_page_uri"):
                return
            page = self.get(page["next_page_uri"])

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()

    def _call(self, method: str, target: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": self.authorization}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response, data = self._exchange(method, target, body, headers)
        except (OSError, HTTPException):
            self._connection.close()
            raise Failure(
                f"The platform at {self.base_url} went away: start it with `trunkline up`."
            ) from None
        if response.status < 400:
            return json.loads(data) if data else None
        try:
            error = json.loads(data)
            raise ApiError(int(error["code"]), response.status, str(error["message"]))
        except (ValueError, KeyError, TypeError):
            raise Failure(f"The platform answered {response.status}, and not why.") from None

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        """One request and its answer. A GET is made again where the connection was used before:
        the other side may have closed one that was idle."""
        again = method == "GET" and self._connection.sock is not None
        try:
            self._connection.request(method, target, body, headers)
            response = self._connection.getresponse()
        except ConnectionError:
            self._connection.close()
            if not again:
                raise
            self._connection.request(method, target, body, headers)
            response = self._connection.getresponse()
        return response, response.read()


def _encoded(fields: Fields) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        if value is None:
            continue
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values]
    return urlencode(pairs)

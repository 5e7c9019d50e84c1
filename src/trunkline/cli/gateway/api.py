"""The Membrane face of a gateway, and which gateway a command speaks to, with which token.

A token is never taken from the command line, where other users of the machine see it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote, urlencode

from trunkline.cli.client import Control, NotRunning
from trunkline.cli.failure import Failure
from trunkline.cli.gateway.http import exchange, normal_base
from trunkline.cli.gateway.stored import read_stored
from trunkline.cli.gateway.tokens import is_stale, refresh
from trunkline.cli.options import Place

__all__ = ["Api", "GatewayRefused", "api_at", "base_at", "segment"]

API_URI = "MEMBRANE_API_URI"
TOKEN = "MEMBRANE_TOKEN"
OURS = "trunkline-connection-used"  # a header of what the provider answered, and not the gateway
VERSION = "2025-10-21"
Query = Mapping[str, object]


class GatewayRefused(Failure):
    """The gateway refused; `key` says why."""

    def __init__(self, status: int, key: str, sentence: str, retry_after: float | None) -> None:
        super().__init__(sentence)
        self.status = status
        self.key = key
        self.retry_after = retry_after  # seconds


class Api:
    """Requests of one command to a gateway."""

    def __init__(self, base: str, token: str, *, is_stored: bool = False) -> None:
        """`is_stored`: the token comes from signing in, and can be renewed."""
        self.base = base
        self._token = token
        self._is_stored = is_stored

    def __repr__(self) -> str:
        return f"Api({self.base!r})"

    def get(self, path: str, query: Query | None = None) -> Any:
        """The answer's JSON. Raises GatewayRefused, Failure."""
        return self.call("GET", path, query=query)

    def call(self, method: str, path: str, body: Any = None, *, query: Query | None = None) -> Any:
        """The answer's JSON; None for an empty one. Raises GatewayRefused, Failure."""
        fields = {name: value for name, value in (query or {}).items() if value is not None}
        target = path + (f"?{urlencode(fields)}" if fields else "")
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        with self.send(method, target, data, headers) as answer:
            given = answer.read()
            if answer.status >= 400:
                raise _refusal(answer, given)
        try:
            return json.loads(given) if given else None
        except ValueError:
            raise _stranger(self.base, answer.status) from None

    @contextmanager
    def send(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[HTTPResponse]:
        """The answer to a request below the base, whatever its status, to be read within the block;
        `target` is quoted already. Raises Failure."""
        with self._sent(method, target, body, headers) as answer:
            if answer.status != 401 or answer.getheader(OURS) or not self._is_stored:
                yield answer
                return
            answer.read()
        self._token = refresh(self.base, self._token)  # nothing was done: it was not let in
        with self._sent(method, target, body, headers) as answer:
            yield answer

    @contextmanager
    def _sent(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[HTTPResponse]:
        own = {"Authorization": f"Bearer {self._token}", "membrane-api-version": VERSION}
        with exchange(method, self.base + target, body, {**headers, **own}) as answer:
            yield answer


def base_at(place: Place, api_uri: str | None) -> tuple[str, Control | None]:
    """The gateway that a command is about, and its platform if that runs here. Raises Failure."""
    named = api_uri or (None if place.data or place.world else os.environ.get(API_URI))
    if named:
        base = normal_base(named)
        return base, _platform_of(base, place)
    if not (place.data or place.world or os.environ.get(TOKEN)):
        stored = read_stored().base
        if stored is not None:
            return stored, _platform_of(stored, place)
    try:
        control = Control(place.data, place.world)
    except NotRunning as error:
        told = str(error).rstrip(".")
        raise NotRunning(f"{told}, or sign in to another with --apiUri URL.") from None
    return f"{control.runtime.base_url}/membrane", control


def _platform_of(base: str, place: Place) -> Control | None:
    """The platform that runs here, if it is the one of that gateway."""
    try:
        control = Control(place.data, place.world)
    except Failure:
        return None
    return control if base == f"{control.runtime.base_url}/membrane" else None


def api_at(place: Place, api_uri: str | None) -> Api:
    """The gateway, with a token for it. Raises Failure.

    With `--data` or `--world` it is the key that a world has in development. Else it is
    MEMBRANE_TOKEN, which goes to the gateway that is named, or runs here, and to no other; or that
    of signing in; or, where a platform runs here, its world's key.
    """
    base, control = base_at(place, api_uri)
    named, site = os.environ.get(TOKEN), read_stored().of(base)
    if control is not None and (place.data or place.world or not (named or site)):
        key = control.get("/credentials").get("gateway_key")
        if key:
            return Api(base, str(key))
    if named:
        if not named.isascii() or not named.isprintable():
            raise Failure(f"{TOKEN} holds characters that no token has.")
        return Api(base, named.strip())
    if site is None:
        raise Failure(
            f"You are not signed in to {base}: sign in with `trunkline login`, or set {TOKEN} to a"
            " key of `trunkline keys create`."
        )
    token = str(site["accessToken"])
    return Api(base, refresh(base, token) if is_stale(site) else token, is_stored=True)


def segment(text: str) -> str:
    """A text as one segment of a path. Raises Failure for what would be another path."""
    if text in ("", ".", ".."):
        raise Failure(f"'{text}' is no id and no key.")
    return quote(text, safe="")


def _refusal(answer: HTTPResponse, data: bytes) -> Failure:
    try:
        told = json.loads(data)
        sentence, key = str(told["message"]), str(told.get("key") or told.get("type") or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return Failure(f"The gateway answered {answer.status}, and not why.")
    if answer.status == 401:
        sentence = (
            f"The gateway does not know this token: sign in with `trunkline login`, or see that"
            f" {TOKEN} is a key of this gateway that was not revoked."
        )
    after = answer.getheader("retry-after") or ""
    return GatewayRefused(answer.status, key, sentence, float(after) if after.isdigit() else None)


def _stranger(base: str, status: int) -> Failure:
    return Failure(
        f"{base} is no gateway, it answered {status} without JSON: see that --apiUri names one,"
        " with /membrane at its end."
    )

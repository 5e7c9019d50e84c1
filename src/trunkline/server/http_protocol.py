"""uvicorn's HTTP/1.1 with bounds on the head of a request: how large it may be, and how long it
may take. uvicorn itself keeps whatever comes, for as long as it takes to come."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError

__all__ = ["BoundedHttp"]

MOST_HEAD = 64 * 1024  # bytes of a request line and its headers, give or take one read
HEAD_SECONDS = 30.0  # from a connection, or from the first byte of a request, to its last header


class BoundedHttp(HttpToolsProtocol):
    """See the module. Refusals are told in Twilio's form: 431/20431, 408/20408, 400/20400."""

    _in_head = False
    _head_bytes = 0
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection that says nothing is not kept for ever."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header. Trailers, which uvicorn would count among them, are passed over."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The last byte of its head."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Some bytes; a head that is not complete with them is watched."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD:
            self._refuse(catalogue.HEAD_TOO_LARGE())
        elif self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is refused as everything else is."""
        self._refuse(catalogue.NO_HTTP(reason=msg))

    def _too_slow(self) -> None:
        self._patience = None
        if self._in_head:
            self._refuse(catalogue.REQUEST_TIMEOUT())
        else:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, error: ApiError) -> None:
        if self.cycle is None or self.cycle.response_complete:
            body: Any = msgspec.json.encode(error.body())
            self.transport.write(
                b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
                b"connection: close\r\n\r\n%s"
                % (error.status, error.message.encode("ascii", "replace"), len(body), body)
            )
        self.transport.close()

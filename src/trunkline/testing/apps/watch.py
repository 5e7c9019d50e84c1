"""What an app raises while it answers: noted, and let through.

Frameworks answer 500 and tell their log. So the log is listened to as well, for as long as a
request is being handled, in whatever thread or task that is.
"""

from __future__ import annotations

import logging
import sysconfig
import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["AppError", "Watch"]

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
LIBRARIES = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")})
HERE = str(Path(__file__).parent)


@dataclass(frozen=True)
class AppError:
    """An exception of an app's, and what it was doing."""

    doing: str
    """The request: `POST /sms`; or `startup`, `shutdown`."""
    error: BaseException
    """The exception."""

    def __str__(self) -> str:
        """The traceback, without the frames of libraries."""
        told = traceback.TracebackException.from_exception(self.error)
        own = [frame for frame in told.stack if not _is_library(frame.filename)]
        told.stack[:] = own or told.stack[-1:]
        return f"{self.doing} raised:\n" + "".join(told.format(chain=False)).rstrip()


class Watch(logging.Handler):
    """Notes what one app raises."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[AppError] = []
        self._handling: ContextVar[str | None] = ContextVar("handling", default=None)

    def start(self) -> None:
        """Listen to the log."""
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Listen no more."""
        logging.getLogger().removeHandler(self)

    def note(self, doing: str, error: BaseException) -> None:
        """Note an exception, once."""
        if not any(known.error is error for known in self.errors):
            self.errors.append(AppError(doing, error))

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exception of a record that is about a request of this app's."""
        doing = self._handling.get()
        if doing is not None and record.exc_info and record.exc_info[1] is not None:
            self.note(doing, record.exc_info[1])

    def asgi(self, app: Asgi) -> Asgi:
        """The app, watched."""

        async def watched(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
            is_http = scope["type"] == "http"
            doing = f"{scope['method']} {scope['path']}" if is_http else str(scope["type"])
            token = self._handling.set(doing if is_http else None)
            try:
                await app(scope, receive, send)
            except BaseException as error:
                if not is_http:
                    self.lifespan_error = error  # SystemExit, too
                elif isinstance(error, Exception):
                    self.note(doing, error)
                raise
            finally:
                self._handling.reset(token)

        return watched

    lifespan_error: BaseException | None = None

    def wsgi(self, app: Wsgi) -> Wsgi:
        """The app, watched: also while its answer is read."""

        def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            doing = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
            token = self._handling.set(doing)
            answer: Any = ()
            try:
                answer = app(environ, start_response)
                yield from answer
            except Exception as error:
                self.note(doing, error)
                raise
            finally:
                try:
                    if hasattr(answer, "close"):
                        answer.close()
                finally:
                    self._handling.reset(token)

        return watched


def _is_library(file: str) -> bool:
    return file.startswith((*LIBRARIES, HERE, "<frozen"))

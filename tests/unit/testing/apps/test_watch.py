from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from trunkline.testing.apps.watch import AppError, Watch

ENVIRON: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": "/sms"}
HTTP = {"type": "http", "method": "POST", "path": "/sms"}


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    watch.start()
    yield watch
    watch.stop()


async def nothing(*_: Any) -> None:
    """Neither comes nor goes."""


def raised(error: Exception) -> Exception:
    """With a traceback."""
    try:
        raise error
    except Exception as caught:
        return caught


async def test_what_an_asgi_app_raises_is_noted_and_goes_on(watch: Watch) -> None:
    error = LookupError("1")

    async def app(*_: Any) -> None:
        raise error

    with pytest.raises(LookupError):
        await watch.asgi(app)(HTTP, nothing, nothing)
    assert watch.errors == [AppError("POST /sms", error)]
    with pytest.raises(LookupError):
        await watch.asgi(app)({"type": "lifespan"}, nothing, nothing)
    assert len(watch.errors) == 1
    assert watch.lifespan_error is error


def test_what_a_wsgi_app_raises_is_noted_also_while_it_is_read(watch: Watch) -> None:
    closed = []

    class Answer:
        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            raise LookupError("late")

        def close(self) -> None:
            closed.append(True)

    parts = []
    with pytest.raises(LookupError):
        parts.extend(watch.wsgi(lambda *_: Answer())(ENVIRON, None))  # type: ignore[arg-type,return-value]
    assert closed == [True]
    assert [str(known.error) for known in watch.errors] == ["late"]


def test_what_a_framework_logs_is_noted_once_and_for_its_request_alone(watch: Watch) -> None:
    log = logging.getLogger("framework")
    error = raised(LookupError("1"))

    def app(*_: Any) -> list[bytes]:
        log.error("Exception on /sms", exc_info=error)
        log.error("again", exc_info=error)
        log.error("no exception")
        log.warning("harmless", exc_info=ValueError("2"))
        return []

    log.error("elsewhere", exc_info=ValueError("3"))
    assert list(watch.wsgi(app)(ENVIRON, None)) == []
    log.error("afterwards", exc_info=ValueError("4"))
    assert watch.errors == [AppError("POST /sms", error)]


def test_nothing_is_noted_after_the_end() -> None:
    watch = Watch()
    watch.start()
    watch.stop()

    def app(*_: Any) -> list[bytes]:
        logging.getLogger("framework").error("late", exc_info=ValueError("1"))
        return []

    assert list(watch.wsgi(app)(ENVIRON, None)) == []
    assert watch.errors == []


def test_a_traceback_is_without_the_frames_of_libraries() -> None:
    def own() -> None:
        json.loads("{")

    try:
        own()
    except ValueError as error:
        text = str(AppError("POST /sms", error))
    assert text.startswith("POST /sms raised:\nTraceback (most recent call last):\n")
    assert [line.rpartition(" in ")[2] for line in text.splitlines() if "  File " in line] == [
        "test_a_traceback_is_without_the_frames_of_libraries",
        "own",
    ]


def test_a_traceback_of_libraries_alone_keeps_its_last_frame() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        error.__traceback__ = error.__traceback__.tb_next  # type: ignore[union-attr]
        text = str(AppError("POST /sms", error))
    assert text.count("  File ") == 1
    assert "decoder.py" in text

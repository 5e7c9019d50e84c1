# ruff: noqa: ARG001, ARG005 - what takes which arguments is what is looked at
from __future__ import annotations

import functools
from typing import Any

import pytest
from aiohttp import web
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette

from trunkline.testing import TrunklineError
from trunkline.testing.apps.interface import interface_of


async def asgi_function(scope: Any, receive: Any, send: Any) -> None:
    """As raw ASGI is written."""


def asgi_that_returns_a_coroutine(scope: Any, receive: Any, send: Any) -> Any:
    """As some middlewares are written."""
    return asgi_function(scope, receive, send)


def wsgi_function(environ: Any, start_response: Any) -> list[bytes]:
    """As raw WSGI is written."""
    return []


def wsgi_with_options(environ: Any, start_response: Any, debug: bool = False) -> list[bytes]:
    """With more that nobody gives."""
    return []


def decorated(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return wrapper


class AsgiHandler:
    """As Django's ASGIHandler, Quart and Litestar are."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class WsgiHandler:
    """As Django's WSGIHandler, Pyramid, Bottle and Falcon are."""

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        return []

    def method(self, env: Any, start_response: Any) -> list[bytes]:
        return []


class VariableWsgi:
    """Its first name tells."""

    def __call__(self, environ: Any, *rest: Any) -> list[bytes]:
        return []


@pytest.mark.parametrize(
    "app",
    [
        FastAPI(),
        Starlette(),
        AsgiHandler(),
        asgi_function,
        asgi_that_returns_a_coroutine,
        decorated(asgi_function),
        functools.partial(asgi_function),
    ],
)
def test_asgi_is_told(app: Any) -> None:
    assert interface_of(app) == "asgi"


@pytest.mark.parametrize(
    "app",
    [
        Flask("shop"),
        WsgiHandler(),
        WsgiHandler().method,
        VariableWsgi(),
        wsgi_function,
        wsgi_with_options,
        decorated(wsgi_function),
        functools.partial(wsgi_function),
    ],
)
def test_wsgi_is_told(app: Any) -> None:
    assert interface_of(app) == "wsgi"


@pytest.mark.parametrize(
    ("app", "sentence"),
    [
        (42, "This int is no app: give an ASGI or WSGI application, or the URL of one that runs."),
        (lambda: None, "takes no argument: is it a factory? Then give the app that it makes."),
        (web.Application(), "is it a factory?"),
        (lambda *args: None, 'may speak ASGI or WSGI: say which, by interface="asgi" or "wsgi".'),
        (lambda one: None, "may speak ASGI or WSGI"),
        (dict, "dict may speak ASGI or WSGI"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(app: Any, sentence: str) -> None:
    with pytest.raises(TrunklineError) as caught:
        interface_of(app)
    assert sentence in str(caught.value)

"""Small apps for tests of the pytest plugin: one that answers what it is told, in each manner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from fastapi import FastAPI, Form, Response
from flask import Flask, request

__all__ = ["asgi_app", "fastapi_app", "flask_app", "twiml", "wsgi_app"]

Answer = Callable[[str], str]
XML = "text/xml"


def twiml(*texts: str) -> str:
    """A document that sends texts."""
    return f"<Response>{''.join(f'<Message>{escape(text)}</Message>' for text in texts)}</Response>"


def fastapi_app(answer: Answer) -> FastAPI:
    """FastAPI: `answer` is given the text of a message and returns that of the reply."""
    app = FastAPI()

    @app.post("/sms")
    async def sms(Body: str = Form("")) -> Response:
        return Response(twiml(answer(Body)), media_type=XML)

    return app


def flask_app(answer: Answer) -> Flask:
    """Flask, in the same way."""
    app = Flask(__name__)

    @app.post("/sms")
    def sms() -> tuple[str, int, dict[str, str]]:
        return twiml(answer(request.form["Body"])), 200, {"Content-Type": XML}

    return app


def wsgi_app(answer: Answer) -> Any:
    """A bare WSGI callable."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", [("Content-Type", XML)])
        return [twiml(answer(_text(body))).encode()]

    return app


def asgi_app(answer: Answer) -> Any:
    """A bare ASGI callable, which knows no lifespan."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        document = twiml(answer(_text(body))).encode()
        headers = [(b"content-type", XML.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": document})

    return app


def _text(form: bytes) -> str:
    return parse_qs(form.decode(), keep_blank_values=True)["Body"][0]

"""The pages that people see: templates, headers, and how a form proves that it is ours.

No page has a script. A form comes back with a token that is also in a cookie, and with an `Origin`
of ours wherever the browser sends one; there is no session that another site could ride on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from trunkline.gateway.errors import GatewayError
from trunkline.gateway.sign_in.errors import OAuthError, PageRefused
from trunkline.gateway.sign_in.model import Entropy, new_secret
from trunkline.gateway.sign_in.read_request import Fields
from trunkline.store.errors import StoreUnavailable

__all__ = ["Pages", "expect_own_form"]

FOLDER: Final = Path(__file__).parent / "templates"
COOKIE: Final = "trunkline_sign_in"
TOKEN = re.compile(r"[a-z2-7]{52}")
BLANK: Final = {"problem": "", "client": None, "user_code": "", "destination": "", "shown": False}
Handler = Callable[[Request], Awaitable[Response]]


class Pages:
    """Renders pages. `base` gives the address of the face that a request came to."""

    def __init__(self, base: Callable[[Request], str], entropy: Entropy) -> None:
        self._base = base
        self._entropy = entropy
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = Markup((FOLDER / "style.css").read_text("utf-8"))  # our own file
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._style_source = f"'sha256-{digest}'"

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        form_action: str = "",
        retry_after: float | None = None,
        **values: Any,
    ) -> Response:
        """A page; `form_action` is where the answer to its form may lead besides here."""
        token = _token_of(request) or new_secret("", self._entropy)
        page = self._templates.get_template(template).render(
            {**BLANK, "style": self._style, "csrf": token, **values}
        )
        policy = (
            "default-src 'none'; "
            f"style-src {self._style_source}; "
            f"form-action 'self' {form_action}".rstrip()
            + "; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        answer = HTMLResponse(page, status, {**HEADERS, "Content-Security-Policy": policy})
        if retry_after is not None:
            answer.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
        base = urlsplit(self._base(request))
        answer.set_cookie(
            COOKIE,
            token,
            path=(base.path or "") + "/oauth",
            secure=base.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    def say(
        self,
        request: Request,
        heading: str,
        message: str,
        status: int = 200,
        retry_after: float | None = None,
    ) -> Response:
        """A page that only tells something."""
        return self.show(
            request,
            "said.html",
            status=status,
            retry_after=retry_after,
            heading=heading,
            message=message,
        )

    def answered(self, handler: Handler) -> Handler:
        """A handler whose refusals become pages."""

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except PageRefused as refused:
                status, message, wait = refused.status, refused.message, refused.retry_after
            except OAuthError as error:
                status, message, wait = error.status, error.description, error.retry_after
            except GatewayError as error:
                status, message, wait = error.status, error.message, error.retry_after
            except StoreUnavailable:
                status, message, wait = 503, "The database is away: try again in a moment.", 1.0
            return self.say(request, "This did not work", message, status, wait)

        return handle


# `same-origin`: an address with a sign-in code in it is told to nobody else, and forms, unlike
# under `no-referrer`, still come with the `Origin` that is checked below.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def expect_own_form(request: Request, base: str, fields: Fields) -> None:
    """Refuse a form that another site sent. Raises PageRefused."""
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, base, request.headers.get("host", "")):
        raise PageRefused("This form came from another site.", status=403)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise PageRefused("This form came from another site.", status=403)
    expected = _token_of(request)
    if expected is None or not hmac.compare_digest(
        expected.encode(), fields.get("csrf", "").encode()
    ):
        raise PageRefused(
            "This page is too old, or your browser keeps no cookies: begin again.", status=403
        )


def _is_own(origin: str, base: str, host: str) -> bool:
    """`base` may have another scheme than the browser sees, behind a proxy that nobody told us
    of; the host is compared with the request's in that case."""
    try:
        own, asked = urlsplit(base), urlsplit(origin)
    except ValueError:
        return False
    if (asked.scheme, asked.netloc.lower()) == (own.scheme, own.netloc.lower()):
        return True
    return asked.scheme in ("http", "https") and bool(host) and asked.netloc == host


def _token_of(request: Request) -> str | None:
    token = request.cookies.get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else None

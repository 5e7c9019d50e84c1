"""Pages as answers: templates, and the headers that keep them to themselves.

There is no script and nothing from elsewhere. The only style stands in the page and is named by its
hash. A redirect after a form is a page that leads on by itself: browsers let `form-action` decide
about each step of a redirect, and providers have several hosts.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

__all__ = ["HEADERS", "message_page", "page"]

_environment = Environment(
    loader=PackageLoader("trunkline.gateway.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_source = _environment.loader.get_source(_environment, "style.css")[0]  # type: ignore[union-attr]
_STYLE = Markup(_source.strip())
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template. All values are escaped."""
    text = _environment.get_template(template).render(style=_STYLE, **values)
    return HTMLResponse(text, status, HEADERS)


def message_page(
    title: str,
    text: str,
    *,
    kind: str = "",
    status: int = 200,
    go_to: str | None = None,
    close: bool = False,
) -> HTMLResponse:
    """A page that says one thing, and leads on to `go_to`."""
    return page(
        "message.html",
        status=status,
        title=title,
        text=text,
        kind=kind,
        go_to=go_to,
        place=urlsplit(go_to).netloc if go_to else "",
        close=close,
    )

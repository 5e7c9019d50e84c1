"""Whether a form was sent by a page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

__all__ = ["is_own_form"]


def is_own_form(request: Request, base_url: str) -> bool:
    """Whether nothing says that the form stood on a page of somebody else's.

    Browsers say it themselves, where they talk to https or to localhost (W3C Fetch Metadata,
    `Sec-Fetch-Site`). Elsewhere `Origin` is looked at; it is `null` also for our own pages, because
    they send no referrer (Fetch standard, "append a request Origin header"), and is missing in what
    is no browser. Neither opens a door: no cookie and nothing else that a browser adds by itself
    lets a form in, but the session's token in it alone, which another page does not know.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return True
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return host in (request.headers.get("host", "").lower(), urlsplit(base_url).netloc.lower())

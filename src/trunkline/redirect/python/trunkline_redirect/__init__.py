"""Requests of this process to some hosts go to a Trunkline platform instead.

Stands alone: it is loaded into programs that know nothing of Trunkline, so it needs Python 3.8
and its library, and nothing is imported before the program imports it itself. `http.client`
(urllib, urllib3, requests, botocore, httplib2 …), aiohttp and httpcore (httpx) are redirected;
whatever else looks a redirected host up is refused, so that nothing reaches the real one.
"""

import os
from _thread import allocate_lock

from trunkline_redirect import patches
from trunkline_redirect.routes import Routes

__all__ = ["Routes", "find", "is_proxy", "refusal", "switch_off", "switch_on"]

_switched_on: "list[Routes]" = []  # what was switched on last counts
_lock = allocate_lock()
_current: "Routes | None" = None


def find(host: "object") -> "tuple[str, int] | None":
    """Host and port of the platform that stands in for this host; None for every other host."""
    current = _current
    return None if current is None else current.find(host)


def switch_on(routes: Routes) -> None:
    """Let these routes count, instead of those that counted so far."""
    with _lock:
        _switched_on.append(routes)
        _count_newest()


def switch_off(routes: Routes) -> None:
    """Take these routes away; what was switched on before them counts again."""
    with _lock:
        _switched_on[:] = [each for each in _switched_on if each is not routes]
        _count_newest()


def _count_newest() -> None:
    global _current
    was, _current = _current, _switched_on[-1] if _switched_on else None
    if was is None and _current is not None:
        patches.install()
    elif was is not None and _current is None:
        patches.remove()


def is_proxy(host: "object", port: "object") -> bool:
    """Whether the proxy of `exec --proxy` is there: what is led to it is redirected by it."""
    return os.environ.get("TRUNKLINE_PROXY") == f"{host}:{port}"


def refusal(host: "object") -> str:
    """The sentence for what cannot be redirected from here."""
    name = host.decode("latin-1") if isinstance(host, (bytes, bytearray)) else host
    return (
        f"{name} is redirected to Trunkline, but not for this way to connect: "
        "run the program with `trunkline exec --proxy`, and let it connect by HTTPS_PROXY."
    )

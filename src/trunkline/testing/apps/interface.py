"""Whether an app speaks ASGI or WSGI."""

from __future__ import annotations

import inspect
from typing import Any, Literal

from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["Interface", "interface_of"]

__tracebackhide__ = hidden

Interface = Literal["asgi", "wsgi"]
BY_COUNT: dict[int, Interface] = {2: "wsgi", 3: "asgi"}
BY_FIRST_NAME: dict[str, Interface] = {"scope": "asgi", "environ": "wsgi", "env": "wsgi"}
POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


def interface_of(app: Any) -> Interface:
    """`asgi` for an app that is called with scope, receive and send; `wsgi` for one that is called
    with environ and start_response. Raises TrunklineError where neither can be told.

    It goes by what is called, not by the framework: an ASGI app may be wrapped for WSGI.
    """
    if not callable(app):
        raise TrunklineError(
            f"{_named(app)} is no app: give an ASGI or WSGI application, or the URL of one that "
            "runs."
        )
    call = app if inspect.isroutine(app) else app.__call__
    if inspect.iscoroutinefunction(inspect.unwrap(call)) or inspect.iscoroutinefunction(call):
        return "asgi"
    try:
        parameters = list(inspect.signature(app).parameters.values())
    except (TypeError, ValueError):
        raise _undecided(app) from None
    wanted = [p for p in parameters if p.kind in POSITIONAL and p.default is p.empty]
    found = BY_COUNT.get(len(wanted))
    if found is None and wanted:
        found = BY_FIRST_NAME.get(wanted[0].name)
    if found is None:
        raise _undecided(app, is_factory=not parameters)
    return found


def _undecided(app: Any, *, is_factory: bool = False) -> TrunklineError:
    if is_factory:
        return TrunklineError(
            f"{_named(app)} takes no argument: is it a factory? Then give the app that it makes."
        )
    return TrunklineError(
        f'{_named(app)} may speak ASGI or WSGI: say which, by interface="asgi" or "wsgi".'
    )


def _named(app: Any) -> str:
    return getattr(app, "__qualname__", None) or f"This {type(app).__qualname__}"

"""Redirect hosts within this process: for tests, which switch it on and off as they go."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from trunkline.redirect.hosts import routes_text

__all__ = ["Redirected", "redirected"]

PACKAGE = "trunkline_redirect"


class Redirected:
    """Requests of this process to some hosts go to a platform, between `start` and `stop`.

    It may be started and stopped many times, and while another one is on: the one that was
    started last counts, and after its end the one before it, or what `trunkline exec` has set.
    It counts for all threads. Afterwards everything is as it was, and no connection that was
    opened meanwhile serves a request for the real host.
    """

    def __init__(self, routes: Mapping[str, Iterable[str]]) -> None:
        """Host patterns by base URL, as for `routes_text`. Errors: ValueError for bad ones."""
        self._package = load()
        self._routes = self._package.Routes(routes_text(routes))

    def start(self) -> None:
        self._package.switch_on(self._routes)

    def stop(self) -> None:
        self._package.switch_off(self._routes)

    def __enter__(self) -> Redirected:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def redirected(routes: Mapping[str, Iterable[str]]) -> Redirected:
    """For the length of a `with` block, requests to these hosts go to the platform at their URL."""
    return Redirected(routes)


def load() -> ModuleType:
    """The package that `trunkline exec` may have loaded already: its state is shared."""
    if PACKAGE in sys.modules:
        return sys.modules[PACKAGE]
    folder = Path(__file__).parent / "python" / PACKAGE
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    return package

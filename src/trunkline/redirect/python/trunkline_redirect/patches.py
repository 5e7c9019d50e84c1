"""What is put in place of what: in modules that are loaded, and in others as they are imported.

A module named in PATCHED has a module here that says, by `places`, which attribute of what is
replaced: `(owner, name, make)`, where `make` gets the original and returns what takes its place.
Everything replaced behaves as the original does as long as no route fits.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Place = tuple[Any, str, Callable[[Any], Any]]

PATCHED = {
    "socket": "resolvers",
    "gevent.socket": "resolvers",
    "eventlet.green.socket": "resolvers",
    "pycurl": "pycurl_handles",
    "urllib3.connection": "urllib3_future",
    "urllib3_future.connection": "urllib3_future",
    "uvloop": "uvloop_names",
    "http.client": "http_client",
    "aiohttp.connector": "aiohttp_connector",
    "httpcore": "httpcore_pools",
}
NOTHING = object()
SHOWN = ("__module__", "__name__", "__qualname__", "__doc__")


def install() -> None:
    """Patch what is loaded, and whatever the program imports from now on."""
    sys.meta_path.insert(0, FINDER)
    for name in PATCHED:
        if name in sys.modules:
            patch(name, sys.modules[name])


def remove() -> None:
    """Put everything back, and close connections that redirected requests have left open."""
    if FINDER in sys.meta_path:
        sys.meta_path.remove(FINDER)
    for name in PATCHED:
        if name in sys.modules:
            for owner, attribute, _ in places(name, sys.modules[name]):
                restore(owner, attribute)
    http_client = sys.modules.get("trunkline_redirect.http_client")
    if http_client is not None:
        http_client.close_connections()


def patch(name: str, module: "Any") -> None:
    """Put everything in place that belongs to a module."""
    for owner, attribute, make in places(name, module):
        replace(owner, attribute, make)


def patch_if_on(name: str, module: "Any") -> None:
    """`patch`, unless the redirect was switched off while the module was imported."""
    if FINDER in sys.meta_path:
        patch(name, module)


def places(name: str, module: "Any") -> "Iterable[Place]":
    """The places of a module; none in a version of it that looks otherwise.

    What such a version does is refused nevertheless, as soon as it looks a host up.
    """
    patching = __import__("trunkline_redirect." + PATCHED[name], fromlist=["places"])
    try:
        return list(patching.places(module))
    except AttributeError:
        return []


def replace(owner: "Any", name: str, make: "Callable[[Any], Any]") -> None:
    """Put what `make` returns in place of an attribute, once."""
    current = vars(owner).get(name, NOTHING)
    if _original(current) is None:
        original = getattr(owner, name, None)
        replacement = make(original)
        function = getattr(replacement, "__func__", replacement)
        function.__trunkline_original__ = (function, current)
        if original is not None:  # `functools.wraps`, in half the time
            function.__wrapped__ = original
            for shown in SHOWN:
                if getattr(original, shown, None) is not None:
                    setattr(function, shown, getattr(original, shown))
        setattr(owner, name, replacement)


def restore(owner: "Any", name: str) -> None:
    """Undo `replace`, unless somebody else has replaced it again: then it stays, without effect."""
    original = _original(vars(owner).get(name, NOTHING))
    if original is NOTHING:
        delattr(owner, name)
    elif original is not None:
        setattr(owner, name, original)


def _original(current: "Any") -> "Any":
    function = getattr(current, "__func__", current)
    ours, original = getattr(function, "__trunkline_original__", (None, None))
    return original if ours is function else None  # a wrapper may have copied what it wraps has


class Finder:
    """Finds what is to be patched by asking the finders after it, and nothing else."""

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        if name not in PATCHED:
            return None
        is_after = False
        for finder in list(sys.meta_path):
            find_spec = getattr(finder, "find_spec", None) if is_after else None
            spec = find_spec(name, path, target) if find_spec else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = Loader(spec.loader)
                elif spec.loader is not None:
                    spec.loader = OldLoader(spec.loader)
                return spec
            is_after = is_after or finder is self
        return None


class OldLoader:
    """As `Loader`, for loaders without `exec_module`: those of zip files before Python 3.10."""

    def __init__(self, loader: "Any") -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._loader, name)

    def load_module(self, name: str) -> "Any":
        module = self._loader.load_module(name)
        patch_if_on(name, module)
        return module


class Loader:
    """Loads a module as its own loader does, and patches it. Afterwards only the other is seen."""

    def __init__(self, loader: "Any") -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._loader, name)

    def create_module(self, spec: "Any") -> "Any":
        return self._loader.create_module(spec)

    def exec_module(self, module: "Any") -> None:
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        patch_if_on(module.__spec__.name, module)


FINDER = Finder()

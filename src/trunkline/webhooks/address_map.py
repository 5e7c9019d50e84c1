"""`--map PUBLIC=LOCAL`: requests for a public address go to an app on this network.

The app is none the wiser: it is asked for its public URL, which is also what is signed, as if
a proxy that ends TLS stood between. So an app that validates signatures against its public URL
runs locally, without a tunnel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.webhooks.target import STANDARD_PORTS, InvalidTarget, Target, read_target

__all__ = ["AddressMap", "Connection"]

EXAMPLE = "https://api.example.com=http://127.0.0.1:3000"
# A path can contain an equals sign: the one that counts stands before the second URL.
_halves = re.compile(r"(.*?)=(https?://.*)", re.IGNORECASE | re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a mapped request goes instead, and what it says of where it was meant to go."""

    url: str  # to connect to; a wire form, as `Target.url`
    host: str  # Host and X-Forwarded-Host
    proto: str  # X-Forwarded-Proto
    port: int | None  # X-Forwarded-Port; None where it is the scheme's own

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that tell the app its public address."""
        forwarded = [
            ("Host", self.host),
            ("X-Forwarded-Host", self.host),
            ("X-Forwarded-Proto", self.proto),
        ]
        if self.port is not None:
            forwarded.append(("X-Forwarded-Port", str(self.port)))
        return forwarded


@dataclass(frozen=True, slots=True)
class _Entry:
    prefix: str  # of the public path, without a slash at its end: "" or "/app"
    origin: str  # of the local URL: "http://127.0.0.1:3000"
    path: str | None  # the local path, without a slash at its end; None: it has none


class AddressMap:
    """Public addresses and where their apps are."""

    def __init__(self, entries: dict[str, list[_Entry]]) -> None:
        self._entries = entries  # by scheme and authority, the longest prefixes first

    @classmethod
    def read(cls, *texts: str) -> AddressMap:
        """Read any number of `PUBLIC=LOCAL`. ValueError tells in a sentence what is wrong.

        PUBLIC may end in a path: then only what lies below it is meant, and of several such
        entries the longest counts. A path in LOCAL, be it only `/`, takes the place of PUBLIC's.
        """
        entries: dict[str, list[_Entry]] = {}
        for text in texts:
            public, local = _split(text)
            prefix = public.path.rstrip("/")
            same = entries.setdefault(f"{public.scheme}://{public.authority}", [])
            if any(entry.prefix == prefix for entry in same):
                raise ValueError(f"{public.url} is mapped twice.")
            path = local.path
            own = text.rstrip().endswith("/") or path != "/"
            same.append(
                _Entry(
                    prefix,
                    local.url.removesuffix(path),
                    path.rstrip("/") if own else None,
                )
            )
        for same in entries.values():
            same.sort(key=lambda entry: len(entry.prefix), reverse=True)
        return cls(entries)

    def locate(self, target: Target) -> Connection | None:
        """Where the app behind a target is; None when it is where it says."""
        if not self._entries:
            return None
        path = target.path
        way = path.partition("?")[0]
        for entry in self._entries.get(f"{target.scheme}://{target.authority}", ()):
            if way == entry.prefix or way.startswith(f"{entry.prefix}/"):
                if entry.path is not None:
                    path = _rooted(entry.path + path[len(entry.prefix) :])
                standard = target.port == STANDARD_PORTS[target.scheme]
                return Connection(
                    url=entry.origin + path,
                    host=target.host_header,
                    proto=target.scheme,
                    port=None if standard else target.port,
                )
        return None


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _split(text: str) -> Sequence[Target]:
    halves = _halves(text)
    public, local = halves.groups() if halves else text.partition("=")[::2]
    if not public.strip() or not local.strip():
        raise ValueError(f"A map is PUBLIC=LOCAL, for example {EXAMPLE}.")
    return _read("public", public), _read("local", local)


def _read(which: str, text: str) -> Target:
    try:
        target = read_target(text)
    except InvalidTarget as error:
        reason = str(error).replace(" URL", f" {which} URL", 1)
        raise ValueError(f"{reason} A map is PUBLIC=LOCAL, for example {EXAMPLE}.") from None
    if target.username is not None:
        raise ValueError(f"The {which} URL of a map has no user and password.")
    if "?" in text or "#" in text:
        raise ValueError(f"The {which} URL of a map has no query and no fragment.")
    return target

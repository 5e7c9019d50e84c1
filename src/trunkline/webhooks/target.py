"""The URL of a customer's app: where it leads, who we are there, and how long we try.

A configured URL can carry credentials (`https://user:password@host/`) and, in its fragment,
connection overrides. Neither is requested or signed: what goes on the wire is `Target.url`.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import quote, unquote

from trunkline.webhooks.overrides import Overrides, Problem, read_overrides

__all__ = [
    "MOST_CHARACTERS",
    "STANDARD_PORTS",
    "InvalidTarget",
    "Overrides",
    "Problem",
    "Target",
    "read_target",
]

MOST_CHARACTERS = 4096
STANDARD_PORTS = {"http": 80, "https": 443}

_control = re.compile(r"[\x00-\x1f\x7f]").search
_parts = re.compile(r"([^/?]*)([^?]*)(.*)", re.DOTALL).fullmatch
_place = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]*))?").fullmatch
_name = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?").fullmatch
_ends_in_a_number = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?").fullmatch
# What RFC 3986 does not allow in a path or a query. Brackets are not among them: `?a[]=1` is
# common, and everybody takes them as they are.
_illegal = re.compile(r'[ "<>\\^`{|}\x80-\U0010ffff]')
_dots = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE).search


class InvalidTarget(Exception):
    """Nothing can be requested there. The message is one sentence and does not quote the URL."""

    code = 11100


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A configured URL, read."""

    url: str  # what is requested and signed: ASCII, without userinfo and fragment
    scheme: str  # "http" or "https"
    host: str  # in lower case and ASCII; an IPv6 address without brackets
    port: int
    # None: no credentials. Percent escapes are resolved.
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    overrides: Overrides
    problems: tuple[Problem, ...] = ()  # overrides that could not be followed

    @property
    def authority(self) -> str:
        """`host:port`, always with its port: the key for what is limited for each host."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def host_header(self) -> str:
        """The value of `Host`: with the port unless it is the scheme's own."""
        host = _bracketed(self.host)
        return host if self.port == STANDARD_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """What follows the host: path and query."""
        return self.url[len(self.scheme) + 3 + len(self.host_header) :]


@lru_cache(2048)
def read_target(url: str) -> Target:
    """Read a configured URL. Raises InvalidTarget when nothing can be requested there.

    The wire form is the URL as it was configured, odd percent escapes included, but for what
    servers, and the validators of signatures in the SDKs, would change or drop: scheme and host
    are in lower case, the host in IDNA (UTS 46), the scheme's standard port goes, an empty path
    becomes `/`, `.` and `..` are resolved, an empty query goes, and characters that a URL cannot
    have (spaces, non-ASCII, `"<>\\^{|}` and the grave accent) are percent-encoded.
    """
    text = url.strip(" \t\r\n")
    if len(text) > MOST_CHARACTERS:
        raise InvalidTarget(f"The URL is longer than {MOST_CHARACTERS} characters.")
    if _control(text):
        raise InvalidTarget("The URL contains a control character.")
    if not text.isascii():
        _check_unicode(text)
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in STANDARD_PORTS:
        raise InvalidTarget("The URL does not start with http:// or https://.")
    rest, _, fragment = rest.partition("#")
    parts = _parts(rest)
    assert parts is not None
    userinfo, _, place = parts[1].rpartition("@")
    host, port = _host_and_port(place, STANDARD_PORTS[scheme])
    username, password = _credentials(userinfo)
    overrides, problems = read_overrides(fragment)
    shown = _bracketed(host) if port == STANDARD_PORTS[scheme] else f"{_bracketed(host)}:{port}"
    query = "" if parts[3] == "?" else _illegal.sub(_escape, parts[3])
    return Target(
        url=f"{scheme}://{shown}{_path(parts[2])}{query}",
        scheme=scheme,
        host=host,
        port=port,
        username=username,
        password=password,
        overrides=overrides,
        problems=problems,
    )


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidTarget("The URL is not valid Unicode.") from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _host_and_port(place: str, standard: int) -> tuple[str, int]:
    found = _place(place)
    if found is None:
        raise InvalidTarget("The host of the URL is not valid.")
    digits = (found[2] or "").lstrip("0")
    if found[2] and not (0 < len(digits) < 6 and int(digits) < 65_536):
        raise InvalidTarget("The port of the URL is not between 1 and 65535.")
    return _host(found[1]), int(digits) if digits else standard


def _host(raw: str) -> str:
    if not raw:
        raise InvalidTarget("The URL has no host.")
    if raw.startswith("["):
        return _ipv6(raw[1:-1])
    name = raw.lower() if raw.isascii() else _idna(raw)
    if len(name) > 254 or not _name(name):
        raise InvalidTarget("The host of the URL is not valid.")
    return _ipv4(name) if _ends_in_a_number(name) else name


def _ipv6(raw: str) -> str:
    try:
        if "%" not in raw:  # a zone means nothing to anybody but this machine
            return str(IPv6Address(raw))
    except ValueError:
        pass
    raise InvalidTarget("The host of the URL is not an IPv6 address.")


def _ipv4(name: str) -> str:
    """127.1 and 0x7f000001 mean 127.0.0.1 to resolvers and browsers; here there is one form."""
    try:
        return socket.inet_ntoa(socket.inet_aton(name.removesuffix(".")))
    except OSError:
        raise InvalidTarget("The host of the URL is not an IPv4 address.") from None


def _idna(raw: str) -> str:
    import idna  # its tables are large, and most hosts are ASCII

    if len(raw) <= 254:
        try:
            return idna.encode(raw, uts46=True).decode("ascii").lower()
        except idna.IDNAError:
            pass
    raise InvalidTarget("The host of the URL is not an international domain name.")


def _credentials(userinfo: str) -> tuple[str | None, str | None]:
    if "\\" in userinfo:
        # A browser takes it for a slash, and what follows for the path: no two may differ here.
        raise InvalidTarget("The host of the URL is not valid.")
    if not userinfo:
        return None, None
    username, _, password = userinfo.partition(":")
    username, password = unquote(username), unquote(password)
    if _control(username) or _control(password):
        raise InvalidTarget("The credentials in the URL contain a control character.")
    return username, password


def _path(raw: str) -> str:
    path = _illegal.sub(_escape, raw) or "/"
    return _without_dots(path) if _dots(path) else path


def _without_dots(path: str) -> str:
    """RFC 3986 5.2.4, with `%2e` for a dot as in the WHATWG standard."""
    *folders, last = path.split("/")[1:]
    kept: list[str] = []
    for segment in (*folders, last):
        dots = segment.lower().replace("%2e", ".")
        if dots == "..":
            del kept[-1:]
        elif dots != ".":
            kept.append(segment)
    if last.lower().replace("%2e", ".") in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _escape(found: re.Match[str]) -> str:
    return quote(found[0], safe="")

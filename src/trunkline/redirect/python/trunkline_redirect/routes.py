"""Which hosts are redirected, and to where."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    Address = tuple[str, int]

MOST_KNOWN = 1024


class Routes:
    """`PATTERN=http://HOST:PORT`, separated by spaces; the first pattern that fits a host counts.

    A pattern is a host, or `*.` and a host for all that is below it. Case and a dot at the end do
    not matter, nor does the port that is asked for. Raises ValueError for anything else.
    """

    __slots__ = ("_known", "_patterns")

    def __init__(self, text: str) -> None:
        self._patterns = [_parse(each) for each in text.split()]
        self._known: dict[str, Address | None] = {}

    def find(self, host: "object") -> "Address | None":
        """Where requests to this host go; None for a host that is left alone."""
        if isinstance(host, (bytes, bytearray)):
            host = host.decode("latin-1")
        elif not isinstance(host, str):
            return None
        try:
            return self._known[host]
        except KeyError:
            pass
        found = self._look_up(_plain(host))
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[host] = found
        return found

    def _look_up(self, name: str) -> "Address | None":
        for below, pattern, address in self._patterns:
            if name.endswith(pattern) and len(name) > len(pattern) if below else name == pattern:
                return address
        return None


def _plain(host: str) -> str:
    try:
        host.encode("ascii")
    except UnicodeEncodeError:
        try:
            host = host.encode("idna").decode("ascii")  # as whoever looks it up would do
        except UnicodeError:
            return ""
    return host.rstrip(".").lower()


def _parse(part: str) -> "tuple[bool, str, Address]":
    pattern, _, url = part.partition("=")
    pattern = _plain(pattern)
    below = pattern.startswith("*.")
    name = pattern[1:] if below else pattern
    address = _address(url)
    if not name.strip(".") or "*" in name or address is None:
        raise ValueError(f"TRUNKLINE_REDIRECT has a part that is no HOST=http://HOST:PORT: {part}.")
    return below, name, address


def _address(url: str) -> "Address | None":
    scheme, _, authority = url.partition("://")
    authority = authority[:-1] if authority.endswith("/") else authority
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = authority, "80"
    in_brackets = host.startswith("[") and host.endswith("]")
    name = host[1:-1] if in_brackets else host
    if scheme.lower() != "http" or not name or set("/?#@[]") & set(name):
        return None
    if in_brackets != (":" in name) or not port or set(port) - set("0123456789"):
        return None
    return (name, int(port)) if 0 < int(port) < 65536 else None

"""URLs, and other texts from outside, as they may be stored and shown."""

from __future__ import annotations

__all__ = ["bounded", "origin", "shown_url", "without_query"]

MOST_URL = 2_048  # characters


def shown_url(url: str) -> str:
    """A URL without its userinfo and fragment, at most 2,048 characters.

    Nothing is raised for what is no URL; what might be a password is cut off even then.
    """
    # Cut last: a cut within the userinfo would show it.
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "", url
    rest = rest.partition("#")[0]
    end = min((i for i in map(rest.find, "/?\\") if i >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    port = authority.rpartition("]")[2].partition(":")[2]
    if "@" in authority:
        authority = authority.rpartition("@")[2]
    elif port and not port.isdigit() and "@" in path:
        # A password with a slash in it: where the host begins is anybody's guess.
        authority, path = path.rpartition("@")[2], ""
    return bounded(f"{scheme}{separator}{authority}{path}", MOST_URL)


def without_query(url: str) -> str:
    """A URL up to its query, which can hold the text of a message or a signature that opens what
    it points to. Of a text that holds a URL, what comes behind it is cut off too."""
    return url.partition("?")[0]


def origin(url: str) -> str:
    """The scheme and host of a shown URL."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0].partition('?')[0]}"


def bounded(text: str, most: int) -> str:
    """At most so many characters of a text, without NUL bytes and lone surrogates."""
    if len(text) <= most and text.isascii() and "\0" not in text:  # nearly all are such
        return text
    return text[:most].replace("\0", "").encode(errors="ignore").decode()

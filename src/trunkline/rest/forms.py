"""`application/x-www-form-urlencoded` text, as bodies and query strings carry it.

The rules are those of the URL Standard (https://url.spec.whatwg.org/#urlencoded-parsing), which
browsers follow: `+` is a space, a `%` that two hex digits do not follow stands for itself, a name
without `=` has an empty value. Stricter than browsers in one thing: what cannot be stored as text
(invalid UTF-8, encoded surrogates among it, and NUL) is refused instead of replaced.
"""

from __future__ import annotations

import re
from codecs import escape_decode
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError

__all__ = ["MOST_FIELDS", "parse_form"]

MOST_FIELDS = 1000
ESCAPED = re.compile(rb"\\([\\x])")


def parse_form(data: bytes, *, most: int = MOST_FIELDS) -> dict[str, list[str]]:
    """The values of each name, in the order in which the names first appear.

    A raw `DateSent>=2024-01-01` gives the name `DateSent>`: the first `=` ends the name.
    Errors: 20001/400 for more than `most` fields, for invalid UTF-8 and for NUL characters.
    """
    fields: dict[str, list[str]] = {}
    if not data:
        return fields
    if data.count(b"&") >= most:
        raise catalogue.UNKNOWN_PARAMETERS(
            reason=f"Too many parameters: a request may hold at most {most}"
        )
    decode: Callable[[bytes], str] = bytes.decode
    prepared = data.replace(b"+", b" ")
    if b"%" in prepared:
        # Percent signs become the escapes that C code of the standard library decodes, many
        # times faster than a loop over them; backslashes are doubled to stand for themselves.
        prepared = prepared.replace(b"\\", b"\\\\").replace(b"%", b"\\x")
        decode = _decode
    for pair in prepared.split(b"&"):
        name, equals, raw = pair.partition(b"=")
        if not name and not equals:
            continue
        try:
            key = decode(name)
        except UnicodeDecodeError:
            raise _refused(None, "is not valid UTF-8") from None
        try:
            value = decode(raw)
        except UnicodeDecodeError:
            raise _refused(key, "is not valid UTF-8") from None
        if key in fields:
            fields[key].append(value)
        else:
            fields[key] = [value]
    if b"%00" in data or b"\0" in data:
        _refuse_nul(fields)
    return fields


def _decode(prepared: bytes) -> str:
    """The text of one prepared name or value. UnicodeDecodeError when it is not UTF-8."""
    if b"\\" not in prepared:
        return prepared.decode()
    try:
        data = escape_decode(prepared)[0]
    except ValueError:  # some percent sign stands for itself
        data = unquote_to_bytes(ESCAPED.sub(_original, prepared))
    return data.decode()


def _original(escape: re.Match[bytes]) -> bytes:
    return b"%" if escape[1] == b"x" else b"\\"


def _refuse_nul(fields: dict[str, list[str]]) -> None:
    for name, values in fields.items():
        if "\0" in name:
            raise _refused(None, "contains a NUL character")
        if any("\0" in value for value in values):
            raise _refused(name, "contains a NUL character")


def _refused(name: str | None, fault: str) -> ApiError:
    if name is None or not name.isprintable():
        return catalogue.UNKNOWN_PARAMETERS(reason=f"The name of a parameter {fault}")
    return catalogue.UNKNOWN_PARAMETERS(reason=f"The value of the parameter {name[:64]} {fault}")

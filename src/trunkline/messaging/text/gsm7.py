"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 section 6.2.1).

A basic character takes one septet; an extension character takes two, the escape and its own.
Twilio counts with exactly these tables: no national language shift tables, ``ç`` is absent and
``Ç`` present.
"""

import re
from typing import Final

__all__ = ["ESCAPE", "decode", "encode", "septets"]

ESCAPE: Final = 0x1B

# A character's septet is its position. Position 0x1B is the escape, never a character of text.
_ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION: Final = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

_BASIC: Final = _ALPHABET.replace("\x1b", "")
_EXTENDED: Final = "".join(_EXTENSION)
_TO_SEPTETS: Final = {ord(char): chr(_ALPHABET.index(char)) for char in _BASIC} | {
    ord(char): chr(ESCAPE) + chr(code) for char, code in _EXTENSION.items()
}
_FROM_EXTENSION: Final = {code: char for char, code in _EXTENSION.items()}

_ASCII_BASIC: Final = "".join(filter(str.isascii, _BASIC)).encode()
_ASCII_EXTENDED: Final = "".join(filter(str.isascii, _EXTENDED)).encode()
_FIND_FOREIGN: Final = re.compile(f"[^{re.escape(_BASIC + _EXTENDED)}]").search
_FIND_EXTENDED: Final = re.compile(f"[{re.escape(_EXTENDED)}]").findall


def septets(text: str) -> int | None:
    """Length of ``text`` in septets, or None when a character is outside both tables."""
    if text.isascii():  # bytes.translate deletes at C speed; most messages end here
        raw = text.encode()
        beyond_basic = raw.translate(None, _ASCII_BASIC)
        if not beyond_basic:
            return len(raw)
        if beyond_basic.translate(None, _ASCII_EXTENDED):
            return None
        return len(raw) + len(beyond_basic)
    if _FIND_FOREIGN(text):
        return None
    return len(text) + len(_FIND_EXTENDED(text))


def encode(text: str) -> bytes:
    """Septets of ``text``, one an octet (unpacked), as SMPP carries them.

    Raises:
        ValueError: a character is outside both tables.
    """
    if septets(text) is None:
        raise ValueError("text has characters outside the GSM 7-bit alphabet")
    return text.translate(_TO_SEPTETS).encode("ascii")


def decode(octets: bytes) -> str:
    """Text of unpacked septets; the inverse of :func:`encode`.

    Total, because a network may send anything: an unknown extension code reads as its basic
    character and an escape with nothing to escape as a space (both 3GPP TS 23.038 section
    6.2.1.1), an octet above 0x7F as U+FFFD.
    """
    chars: list[str] = []
    escaped = False
    for octet in octets:
        if octet == ESCAPE:
            if escaped:
                chars.append(" ")
            escaped = not escaped
            continue
        char = _ALPHABET[octet] if octet < len(_ALPHABET) else "\ufffd"
        chars.append(_FROM_EXTENSION.get(octet, char) if escaped else char)
        escaped = False
    if escaped:
        chars.append(" ")
    return "".join(chars)

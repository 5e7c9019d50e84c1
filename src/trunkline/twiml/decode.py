"""Bytes of a reply to text: which encoding they are in, and nothing that is not in it.

Decoding is done here, strictly, and the XML parser is handed text: so that what a document
declares can neither choose an unexpected codec nor be understood differently by two parts.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

from trunkline.twiml.errors import NOT_WELL_FORMED, TwimlError

__all__ = ["decode_plain", "decode_xml"]

# Written out, because Python's own look-up knows codecs that are no encodings of text (zlib,
# punycode), some that hide markup (UTF-7), and remembers every name it was ever asked for.
_CODECS: Final[dict[str, str]] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "latin1": "latin-1",
    "latin-1": "latin-1",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "shift_jis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "gb2312": "gb2312",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "big5": "big5",
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (*range(1, 12), *range(13, 17))},
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"cp{n}": f"cp{n}" for n in range(1250, 1259)},
}
_BOMS: Final = ((BOM_UTF8, "utf-8"), (BOM_UTF16_BE, "utf-16-be"), (BOM_UTF16_LE, "utf-16-le"))
_DECLARATION_BYTES: Final = 256
_DECLARED: Final = re.compile(rb"""<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NOT_TEXT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode_xml(body: bytes, charset: str | None) -> str:
    """The text of an XML document, without its byte order mark.

    The encoding is that of the byte order mark, else the charset of the Content-Type, else what
    the document itself declares, else UTF-8 (RFC 7303, section 3). 12100 for an encoding that is
    not known, and for bytes that are not in it.
    """
    bom = next((mark for mark, _ in _BOMS if body.startswith(mark)), b"")
    if bom:
        return _decode(body, len(bom), dict(_BOMS)[bom])
    wide = "utf-16-le" if body[:2] == b"<\0" else "utf-16-be" if body[:2] == b"\0<" else None
    if charset is None and wide is None:
        declared = _DECLARED.match(body[:_DECLARATION_BYTES])
        charset = declared[1].decode("ascii") if declared else "utf-8"
    codec = wide if charset is None else _codec(charset)
    if codec is None or codec.startswith("utf-16"):
        if wide is None:
            raise TwimlError(
                NOT_WELL_FORMED,
                "The document is said to be in UTF-16, but it is not. Where it was written as "
                'UTF-8, declare encoding="UTF-8".',
                1,
            )
        codec = wide
    return _decode(body, 0, codec)


def decode_plain(body: bytes, charset: str | None) -> str:
    """The text of a text/plain reply, without its byte order mark.

    Without a charset it is UTF-8, or ISO-8859-1 (HTTP's old default) if it cannot be UTF-8. NUL
    and other characters that XML does not have either are left out: no message can carry them.
    12100 for a charset that is not known, and for bytes that are not in it.
    """
    bom = next((mark for mark, _ in _BOMS if body.startswith(mark)), b"")
    if bom:
        text = _decode(body, len(bom), dict(_BOMS)[bom])
    elif charset is not None:
        codec = _codec(charset)
        # Without a mark UTF-16 is big-endian (RFC 2781, section 4.3).
        text = _decode(body, 0, "utf-16-be" if codec == "utf-16" else codec)
    else:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            text = body.decode("latin-1")
    return _NOT_TEXT.sub("", text)


def _codec(charset: str) -> str:
    codec = _CODECS.get(charset.lower())
    if codec is None:
        raise TwimlError(
            NOT_WELL_FORMED, f'The encoding "{charset[:40]}" is not known. Use UTF-8.', None
        )
    return codec


def _decode(body: bytes, start: int, codec: str) -> str:
    try:
        return body[start:].decode(codec)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, start + error.start) + 1
        raise TwimlError(
            NOT_WELL_FORMED,
            f"Line {line}: the reply is said to be in {codec.upper()}, but has bytes that "
            "are not. Send it in the encoding that it declares.",
            line,
        ) from None

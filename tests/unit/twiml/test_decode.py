"""Encodings: which one counts, and what is refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.twiml.decode import decode_plain, decode_xml
from trunkline.twiml.errors import TwimlError


def declared(encoding: str, text: str = "<a>é</a>") -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'


def refusal(body: bytes, charset: str | None) -> TwimlError:
    with pytest.raises(TwimlError) as raised:
        decode_xml(body, charset)
    assert raised.value.code == 12100
    return raised.value


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("ISO-8859-1", "latin-1"),
        ("iso-8859-15", "iso8859-15"),
        ("Windows-1252", "cp1252"),
        ("cp1250", "cp1250"),
        ("GB18030", "gb18030"),
    ],
)
def test_a_document_is_in_the_encoding_that_it_declares(encoding: str, codec: str) -> None:
    text = declared(encoding)
    assert decode_xml(text.encode(codec), None) == text
    single = text.replace('"', "'")
    assert decode_xml(single.encode(codec), None) == single


def test_a_document_that_declares_nothing_is_utf_8() -> None:
    assert decode_xml("<a>é👍</a>".encode(), None) == "<a>é👍</a>"


def test_the_charset_of_the_content_type_goes_before_the_declaration() -> None:
    text = declared("ISO-8859-1")
    assert decode_xml(text.encode(), "UTF-8") == text
    assert decode_xml(declared("utf-16").encode(), "utf-8") == declared("utf-16")


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_goes_before_everything(mark: bytes, codec: str) -> None:
    text = declared("ISO-8859-1")
    assert decode_xml(mark + text.encode(codec), "iso-8859-1") == text
    assert decode_plain(mark + "é".encode(codec), "iso-8859-1") == "é"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("charset", [None, "utf-16"])
def test_utf_16_without_a_mark_is_recognised(codec: str, charset: str | None) -> None:
    text = declared("utf-16")
    assert decode_xml(text.encode(codec), charset) == text


@pytest.mark.parametrize("charset", [None, "utf-16", "utf-16le"])
def test_utf_16_that_is_only_declared_is_refused_with_advice(charset: str | None) -> None:
    error = refusal(declared("utf-16").encode(), charset)
    assert "UTF-8" in error.message


@pytest.mark.parametrize(
    "encoding",
    ["UTF-7", "utf-32", "zlib", "punycode", "idna", "rot13", "unicode_escape", "base64", "x-none"],
)
def test_encodings_that_hide_things_are_refused(encoding: str) -> None:
    body = declared(encoding, "+ADw-a/+AD4-").encode()
    assert encoding in refusal(body, None).message
    assert encoding in refusal(b"<a/>", encoding).message
    with pytest.raises(TwimlError, match=encoding):
        decode_plain(b"a", encoding)


@pytest.mark.parametrize(
    ("body", "charset", "line"),
    [
        (b"<a>\n\xff</a>", None, 2),
        (b"<a>\xc3</a>", "utf-8", 1),
        (b"<a>\xed\xa0\x80</a>", None, 1),  # a surrogate
        (b"<a>\xc0\xbcb/></a>", None, 1),  # an overlong <
        ("<a>é</a>".encode(), "us-ascii", 1),
        (b"\xff\xfe<\0a\0/\0>", None, 1),  # half a character
        (b"\xff\xfe\0\xd8<\0", None, 1),  # half a pair
        (b"\n\n<a>\x81</a>", "windows-1252", 3),
    ],
)
def test_bytes_that_are_not_in_the_encoding_are_refused(
    body: bytes, charset: str | None, line: int
) -> None:
    assert refusal(body, charset).line == line


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("é".encode(), None, "é"),
        (b"\xe9", None, "é"),
        (b"\xe9", "ISO-8859-1", "é"),
        ("é".encode("utf-16-be"), "utf-16", "é"),
        (b"a\0b\x08c\td\r\n", None, "abc\td\r\n"),
        ("a\uffffb\x7f".encode(), "utf-8", "ab\x7f"),
    ],
)
def test_a_plain_text_is_decoded_and_freed_of_what_no_message_can_carry(
    body: bytes, charset: str | None, text: str
) -> None:
    assert decode_plain(body, charset) == text


def test_a_plain_text_that_is_not_in_its_charset_is_refused() -> None:
    with pytest.raises(TwimlError, match="12100"):
        decode_plain(b"\xff", "utf-8")


@given(st.binary(), st.sampled_from([None, "utf-8", "utf-16", "gb18030", "big5", "cp1252", "é"]))
def test_any_bytes_become_text_that_can_be_stored_or_are_refused(
    body: bytes, charset: str | None
) -> None:
    for decode in (decode_xml, decode_plain):
        code, text = 12100, ""
        try:
            text = decode(body, charset)
        except TwimlError as error:
            code = error.code
        assert code == 12100
        text.encode()
        assert decode is decode_xml or "\0" not in text

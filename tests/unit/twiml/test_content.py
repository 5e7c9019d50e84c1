"""What counts as TwiML by its Content-Type, and how large it may be."""

from __future__ import annotations

import pytest

from trunkline.twiml.content import MAX_DOCUMENT_BYTES, parse_content_type, read_content
from trunkline.twiml.errors import TwimlError
from trunkline.twiml.xml import Element


def refusal(body: bytes, content_type: str | None) -> TwimlError:
    with pytest.raises(TwimlError) as raised:
        read_content(body, content_type)
    return raised.value


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ("text/xml", ("text/xml", None)),
        ("Text/XML ; Charset=UTF-8", ("text/xml", "UTF-8")),
        ("text/xml;charset='latin1';q=1", ("text/xml", "latin1")),
        ('text/xml; q=1; charset = "utf-8"', ("text/xml", "utf-8")),
        ("text/xml; charset=", ("text/xml", None)),
        ("text/xml; xcharset=a", ("text/xml", None)),
        ("text/xml;", ("text/xml", None)),
        (" a\0b\udcff ", ("a b", None)),
    ],
)
def test_content_types_as_frameworks_write_them(value: str, parsed: tuple[str, str | None]) -> None:
    assert parse_content_type(value) == parsed


@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/xml", "text/html; charset=utf-8", "TEXT/XML"]
)
def test_xml_and_html_are_parsed_as_xml(content_type: str) -> None:
    root = read_content(b"\n<Response/>\n", content_type)
    assert isinstance(root, Element)
    assert root.name == "Response"


def test_a_web_page_in_place_of_twiml_is_a_parse_failure() -> None:
    error = refusal(b"<!doctype html><p>Error<br></body>", "text/html")
    assert error.code == 12100
    assert refusal(b"OK", "text/html").code == 12100


@pytest.mark.parametrize("content_type", [None, "", "  "])
def test_a_body_without_a_content_type_is_a_failed_retrieval(content_type: str | None) -> None:
    error = refusal(b"<Response/>", content_type)
    assert error.code == 11200
    assert "Content-Type" in error.message


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "image/png", "audio/mpeg", "application/twiml+xml", "text", "\udcff;"],
)
def test_other_content_types_are_refused(content_type: str) -> None:
    error = refusal(b"<Response/>", content_type)
    assert error.code == 12300
    error.message.encode()


def test_a_large_picture_is_told_as_the_wrong_type_and_not_as_too_large() -> None:
    assert refusal(b"x" * (MAX_DOCUMENT_BYTES + 1), "image/png").code == 12300


@pytest.mark.parametrize("content_type", ["text/xml", "text/plain"])
def test_64_kb_are_taken_and_one_byte_more_is_not(content_type: str) -> None:
    empty = b"<Response></Response>"
    largest = b"<Response>" + b"x" * (65_536 - len(empty)) + b"</Response>"
    assert len(largest) == 65_536
    assert read_content(largest, content_type) is not None
    assert refusal(largest + b"\n", content_type).code == 11750


@pytest.mark.parametrize("content_type", [None, "text/xml", "text/plain", "image/png"])
@pytest.mark.parametrize("body", [b"", b"\r\n\t "])
def test_an_empty_body_has_no_content_whatever_its_type(
    body: bytes, content_type: str | None
) -> None:
    assert read_content(body, content_type) is None


def test_a_plain_text_is_trimmed() -> None:
    assert read_content(b"\n <Response/> \n", "text/plain") == "<Response/>"

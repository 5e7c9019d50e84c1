"""The parser: what it refuses, and that refusing costs nothing."""

from __future__ import annotations

import contextlib
import time
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.twiml.errors import TwimlError
from trunkline.twiml.xml import MAX_DEPTH, Element, parse


def refusal(text: str) -> TwimlError:
    with pytest.raises(TwimlError) as raised:
        parse(text)
    assert raised.value.code == 12100
    return raised.value


def test_elements_have_names_attributes_lines_and_content_in_order() -> None:
    root = parse("<?xml version='1.0'?>\n<a x='1'\n y='2'>t<b/>\n<c>u</c>v</a>")
    assert (root.name, root.attributes, root.line) == ("a", {"x": "1", "y": "2"}, 2)
    assert [part if isinstance(part, str) else part.name for part in root.content] == [
        "t",
        "b",
        "\n",
        "c",
        "v",
    ]
    assert [part.line for part in root.content if isinstance(part, Element)] == [3, 4]


def test_a_long_text_is_one_piece() -> None:
    text = "word\n" * 12_000
    assert parse(f"<a>{text}<!-- c -->{text}</a>").content == [text + text]


def test_names_are_compared_as_written_prefix_and_all() -> None:
    root = parse("<x:a xmlns='u' x:b='1'><y:c/></x:a>")
    assert root.name == "x:a"
    assert root.attributes == {"xmlns": "u", "x:b": "1"}


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "no element found"),
        (" <?xml version='1.0'?><a/>", 1, "Nothing may stand before <?xml"),
        ("\n<?xml version='1.0'?><a/>", 2, "Nothing may stand before <?xml"),
        ("<a>\n<b></a>", 2, "mismatched tag"),
        ("<a></A>", 1, "case-sensitive"),
        ("<a>\n\nTom & Ann</a>", 3, "&amp;"),
        ("<a>&nbsp;</a>", 1, "&#160;"),
        ("<a x=1/>", 1, "not well-formed"),
        ("<a x='1' x='2'/>", 1, "duplicate attribute"),
        ("<a/><b/>", 1, "junk after document element"),
        ("<a/>text", 1, "junk after document element"),
        ("<a", 1, "unclosed token"),
        ("<a>", 1, "no element found"),
        ("<a>&#0;</a>", 1, "no such character"),
        ("<a>&#8;</a>", 1, "no such character"),
        ("<a>&#xD800;</a>", 1, "no such character"),
        ("<a>&#xFFFF;</a>", 1, "no such character"),
        ("<a>&#x110000;</a>", 1, "no such character"),
        ("<a>\0</a>", 1, "not well-formed"),
        ("<a>\x1b</a>", 1, "not well-formed"),
        ("<a x='\x01'/>", 1, "not well-formed"),
        ("<a>\uffff</a>", 1, "not well-formed"),
        ("\ufeff<a/>", 1, "two byte order marks"),
        ("not xml", 1, "cannot be read"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    error = refusal(text)
    assert error.line == line
    assert part in error.message


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html/>",
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]><a>&a29;</a>',
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]><a b="&a29;"/>',
        f'<!DOCTYPE a [<!ENTITY x "{"x" * 30_000}">]><a>{"&x;" * 10_000}</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://192.0.2.1/p"> %p;]><a/>',
        "<?xml version='1.0'?>\n<!-- a > b --><?p i?>\n<!DOCTYPE a><a/>",
        "<!---->" * 9_000 + "<!DOCTYPE a><a/>",
    ],
    ids=["html", "laughs", "attribute", "quadratic", "file", "dtd", "parameter", "prolog", "long"],
)
def test_a_document_type_is_refused_before_anything_in_it_is_read(text: str) -> None:
    before = time.process_time()
    error = refusal(text)
    assert time.process_time() - before < 3
    assert "document type" in error.message
    assert error.line == text.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "<a><![CDATA[<!DOCTYPE a [<!ENTITY b 'c'>]>]]></a>",
        "<!-- <!DOCTYPE a> --><a>t</a>",
        "<?note <!DOCTYPE a> ?><a>t</a><!-- <!DOCTYPE a> -->",
    ],
)
def test_a_document_type_within_a_text_or_a_comment_is_only_text(text: str) -> None:
    assert parse(text).name == "a"


@given(
    st.lists(
        st.sampled_from(
            [
                *("<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<?xml version='1.0'?>"),
                *("<!--", "-->", "<?x", "?>", "<![CDATA[", "]]>", "<a>", "</a>", "<a/>"),
                *(">", " ", "\n", "\ufeff"),
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_no_document_type_that_expat_would_see_gets_past(text: str) -> None:
    seen: list[str] = []
    plain = expat.ParserCreate()
    plain.StartDoctypeDeclHandler = lambda name, *_: seen.append(name)
    with contextlib.suppress(expat.ExpatError):
        plain.Parse(text, True)
    if seen:
        refusal(text)


def test_depth_is_limited() -> None:
    deepest = "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH
    assert parse(deepest).name == "a"
    assert "nested" in refusal(f"<a>\n{deepest}</a>").message
    assert "nested" in refusal("<a>" * 10_000 + "</a>" * 10_000).message


@pytest.mark.parametrize(
    "text",
    [
        "<a " + " ".join(f"a{n}=''" for n in range(10_000)) + "/>",
        "<a>" + "<b/>" * 16_000 + "</a>",
        "<a>" + "&#65;" * 13_000 + "</a>",
        "<a>" + "<![CDATA[x]]>" * 5_000 + "</a>",
        "<a>" + "x<!---->" * 8_000 + "</a>",
        "<a>" + "<b x=''>y</b>" * 5_000 + "</a>",
        "\n" * 65_000 + "<a/>",
    ],
    ids=["attributes", "elements", "references", "cdata", "comments", "mixed", "lines"],
)
def test_the_largest_documents_take_little_time(text: str) -> None:
    before = time.process_time()
    assert parse(text).name == "a"
    assert time.process_time() - before < 3  # quadratic work would take seconds

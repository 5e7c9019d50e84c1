"""XML text to a checked root element: well-formed, small, and without a document type.

The parser is expat, the one of Python itself, with every door closed: a document type is refused
before expat sees it, so there are no entities but XML's own five, and nothing outside the document
is ever read. (lxml takes half the time, but keeps every element and attribute name that it ever
met: strangers' documents would fill the memory of a process that runs for months.)

Namespaces mean nothing in TwiML: a name is compared as it is written, so `<x:Response>` is not
`<Response>`.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from trunkline.twiml.errors import NOT_WELL_FORMED, TwimlError

__all__ = ["MAX_DEPTH", "Element", "parse"]

MAX_DEPTH: Final = 64  # elements within elements; the deepest sensible Say has about ten
_BOM: Final = "\ufeff"
_BLANK: Final = re.compile(r"[ \t\r\n]*")

# What to do about expat's commonest complaints.
_ADVICE: Final[dict[int, str]] = {
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]: (
        "Write & as &amp; and < as &lt; in texts and URLs."
    ),
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: (
        "XML knows &amp; &lt; &gt; &quot; and &apos; only; write others as numbers, like &#160;."
    ),
    expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]: (
        "Nothing may stand before <?xml, no blank and no empty line either."
    ),
    expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]: (
        "XML has no such character, not even as a number."
    ),
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: (
        "An element must be closed before the one around it; names are case-sensitive."
    ),
}


class Element:
    """One element: its name and attributes as written, the line of its tag (from 1), its content.

    Pieces of text that only a comment, a processing instruction or a CDATA mark separates are
    one piece.
    """

    __slots__ = ("attributes", "content", "line", "name")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.content: list[str | Element] = []


def parse(text: str) -> Element:
    """The root element of a document; 12100 if it is not well-formed or not allowed."""
    if text.startswith(_BOM):  # the decoder took one away; expat would pass over a second
        raise TwimlError(NOT_WELL_FORMED, "There are two byte order marks before the document.", 1)
    _refuse_document_type(text)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    root = Element("", {}, 0)
    open_elements = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if len(open_elements) > MAX_DEPTH:
            raise TwimlError(
                NOT_WELL_FORMED,
                f"Line {line}: elements are nested more than {MAX_DEPTH} deep.",
                line,
            )
        element = Element(name, attributes, line)
        open_elements[-1].content.append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop()

    def characters(data: str) -> None:
        content = open_elements[-1].content
        if content and isinstance(content[-1], str):  # a long text comes in pieces
            content[-1] += data
        else:
            content.append(data)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise _not_well_formed(error) from None
    finally:
        # The parser holds the functions and they hold the parser: do not leave that to the
        # garbage collector.
        parser.StartElementHandler = None
        parser.EndElementHandler = None
        parser.CharacterDataHandler = None
    (element,) = root.content
    assert isinstance(element, Element)
    return element


def _refuse_document_type(text: str) -> None:
    """Raise 12100 if the document has a `<!DOCTYPE`; one within the root is only text.

    It can stand only before the root, among comments and processing instructions. Looking there
    first, and not waiting for the parser to report it, means that declarations in it are never
    read, whichever version of expat is below.
    """
    if "<!DOCTYPE" not in text:
        return
    at = 0
    while True:
        match = _BLANK.match(text, at)
        at = match.end() if match else at
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            end = text.find("?>", at + 2)
        else:
            break
        if end < 0:
            return  # not well-formed, as the parser will say
        at = text.index(">", end) + 1
    if text.startswith("<!DOCTYPE", at):
        line = text.count("\n", 0, at) + 1
        raise TwimlError(
            NOT_WELL_FORMED,
            f"Line {line}: a document type (<!DOCTYPE …>) is not allowed in TwiML. "
            "A web page in its place is often an error page of the app.",
            line,
        )


def _not_well_formed(error: expat.ExpatError) -> TwimlError:
    advice = _ADVICE.get(error.code)
    message = (
        f"Line {error.lineno}, column {error.offset + 1}: the XML cannot be read: "
        f"{expat.ErrorString(error.code)}."
    )
    return TwimlError(NOT_WELL_FORMED, f"{message} {advice}" if advice else message, error.lineno)

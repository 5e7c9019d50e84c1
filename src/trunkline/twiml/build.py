"""Elements to typed values, by what is declared, with a warning for all that is not.

Twilio executes a document that breaks its schema and warns (12200): an unknown element or
attribute is ignored, a wrong value is replaced by the default. So does this builder; it never
refuses a document beyond its root.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from trunkline.twiml.errors import (
    ROOT_NOT_RESPONSE,
    SCHEMA,
    VERSION_INVALID,
    TwimlError,
    TwimlWarning,
)
from trunkline.twiml.kinds import BLANKS
from trunkline.twiml.schema import Schema, Text, Vocabulary
from trunkline.twiml.xml import Element

__all__ = ["MAX_WARNINGS", "Response", "read_response"]

V = TypeVar("V")

MAX_WARNINGS: Final = 20  # each becomes an alert: a bad document must not make thousands
_VERSIONS: Final = ("2008-08-01", "2010-04-01")
# Attributes that speak to XML tools and not to Twilio.
_XML_PREFIXES: Final = ("xmlns:", "xml:", "xsi:")


class Response(NamedTuple, Generic[V]):
    """What a document says, in its order, and what was ignored of it."""

    verbs: tuple[V, ...]
    warnings: tuple[TwimlWarning, ...]


def read_response(
    root: Element, vocabulary: Vocabulary[V], *, unknown_verb: int = SCHEMA
) -> Response[V]:
    """The verbs of a document; a top element that is not one of them is skipped and warned of.

    `unknown_verb` is the code of that warning (14110 in messaging). 12102 if the root is not
    `Response`, 12101 if its `version` is none that the API ever had. Text at the top level is
    ignored with a warning.
    """
    if root.name != "Response":
        raise TwimlError(
            ROOT_NOT_RESPONSE,
            f"Line {root.line}: the root element is <{_short(root.name)}> and must be <Response>.",
            root.line,
        )
    builder = _Builder()
    for name, value in root.attributes.items():
        if name != "version":
            builder.unknown_attribute(root, name, ("version",))
        elif value.strip(BLANKS) not in (*_VERSIONS, ""):
            raise TwimlError(
                VERSION_INVALID,
                f'Line {root.line}: version="{_short(value)}" of <Response> must be 2010-04-01.',
                root.line,
            )
    verbs: list[Any] = []
    for part in root.content:
        if isinstance(part, str):
            continue
        schema = vocabulary.schemas.get(part.name)
        if schema is None:
            builder.unknown_element(part, root, vocabulary.schemas, unknown_verb)
        else:
            verb = builder.build(part, schema)
            if verb is not None:
                verbs.append(verb)
    builder.stray_text(root)
    return Response(tuple(verbs), builder.finish())


class _Builder:
    """One document's values, and the warnings that come up while they are made."""

    __slots__ = ("more", "warnings")

    def __init__(self) -> None:
        self.warnings: list[TwimlWarning] = []
        self.more = 0  # warnings beyond the limit

    def build(self, element: Element, schema: Schema) -> Any:
        """The value of one element and all in it, or None if its check refuses it."""
        values: dict[str, Any] = {"line": element.line}
        for name, written in element.attributes.items():
            attribute = schema.attributes.get(name)
            if attribute is None:
                self.unknown_attribute(element, name, schema.attributes)
                continue
            try:
                value = attribute.kind(written)
            except ValueError as error:
                instead = _instead(attribute.default)
                message = f'"{name}" of <{element.name}> {error}. {instead}.'
                self.warn(getattr(error, "code", attribute.code), element, message)
            else:
                if value is not None:
                    values[attribute.field] = value
        if element.content:
            self._fill(element, schema, values)
        value = schema.type(**values)
        refused = schema.check(value) if schema.check else None
        if refused is not None:
            code, sentence = refused
            self.warn(code, element, f"<{element.name}> {sentence}")
            return None
        if schema.mend is not None:
            value, mended = schema.mend(value)
            for code, sentence in mended:
                self.warn(code, element, f"<{element.name}> {sentence}")
        return value

    def _fill(self, element: Element, schema: Schema, values: dict[str, Any]) -> None:
        """Sort the content of an element into the fields that are declared for it."""
        text, mixed, places = schema.text, schema.mixed, schema.places
        pieces: list[str] = []  # of the text
        direct = ""  # text of the element itself since its last nested text
        lists: dict[str, list[Any]] = {}
        for part in element.content:
            if isinstance(part, str):
                if text is not None:
                    direct += part
                elif mixed is not None:
                    lists.setdefault(mixed.field, []).append(part)
            elif text is not None and part.name == text.nested:
                if direct.strip(BLANKS):
                    pieces.append(direct)
                direct = ""
                pieces.append(self._only_text(part))
            elif (texts := schema.texts.get(part.name)) is not None:
                read = lists.setdefault(texts.field, [])
                if texts.at_most is not None and len(read) >= texts.at_most:
                    self.warn(
                        texts.code,
                        part,
                        f"<{element.name}> can have {texts.at_most} <{part.name}>. "
                        "This one is ignored.",
                    )
                elif (value := self._value_of_text(part, texts.kind, texts.code)) is not None:
                    read.append(value)
            elif (place := places.get(part.name)) is not None:
                child = self.build(part, place[0])
                if child is not None:
                    lists.setdefault(place[1], []).append(child)
            else:
                self.unknown_element(part, element, _names_within(schema), schema.misplaced)
        if text is not None:
            if direct.strip(BLANKS):
                pieces.append(direct)
            self._read_text(element, text, "".join(pieces), values)
        elif mixed is None:
            self.stray_text(element)
        elif mixed.trimmed and mixed.field in lists:
            lists[mixed.field] = _trim(lists[mixed.field])
        values.update((name, tuple(read)) for name, read in lists.items())

    def _read_text(
        self, element: Element, text: Text, written: str, values: dict[str, Any]
    ) -> None:
        try:
            value = text.kind(written)
        except ValueError as error:
            self.warn(text.code, element, f"The text of <{element.name}> {error}. It is ignored.")
        else:
            if value is not None:
                values[text.field] = value

    def _value_of_text(self, element: Element, kind: Any, code: int) -> Any:
        """The value of a nested element that is only text; None (and a warning) if it has none."""
        try:
            value = kind(self._only_text(element))
        except ValueError as error:
            self.warn(code, element, f"The text of <{element.name}> {error}. It is ignored.")
            return None
        if value is None:
            self.warn(code, element, f"<{element.name}> is empty. It is ignored.")
        return value

    def _only_text(self, element: Element) -> str:
        """The character data of an element that has no attributes and holds no others."""
        for name in element.attributes:
            self.unknown_attribute(element, name, ())
        pieces = []
        for part in element.content:
            if isinstance(part, str):
                pieces.append(part)
            else:
                self.unknown_element(part, element, (), SCHEMA)
        return "".join(pieces)

    def stray_text(self, element: Element) -> None:
        """Warn of text in an element that has none."""
        if any(isinstance(part, str) and part.strip(BLANKS) for part in element.content):
            self.warn(SCHEMA, element, f"<{element.name}> cannot hold text. It is ignored.")

    def unknown_attribute(self, element: Element, name: str, known: Iterable[str]) -> None:
        if name == "xmlns" or name.startswith(_XML_PREFIXES):
            return
        if self._is_only_counted():
            return
        message = f'<{element.name}> has no attribute "{_short(name)}"{_meant(name, known)}. '
        self.warn(SCHEMA, element, message + "It is ignored.")

    def unknown_element(
        self, element: Element, around: Element, known: Iterable[str], code: int
    ) -> None:
        if self._is_only_counted():
            return
        name = _short(element.name)
        message = f"<{name}> cannot stand in this <{around.name}>{_meant(name, known)}. "
        self.warn(code, element, message + "It is ignored, with all in it.")

    def warn(self, code: int, element: Element, sentence: str) -> None:
        if not self._is_only_counted():
            message = f"Line {element.line}: {sentence}"
            self.warnings.append(TwimlWarning(code, message, element.line))

    def _is_only_counted(self) -> bool:
        """Count a warning beyond the limit; False if there is room to word one more."""
        if len(self.warnings) < MAX_WARNINGS:
            return False
        self.more += 1
        return True

    def finish(self) -> tuple[TwimlWarning, ...]:
        """The first warnings, and one that counts the others."""
        if self.more:
            more = f"{self.more} more faults of this document are not told one by one."
            self.warnings.append(TwimlWarning(SCHEMA, more))
        return tuple(self.warnings)


def _names_within(schema: Schema) -> list[str]:
    names = [*schema.texts, *schema.places]
    return [*names, schema.text.nested] if schema.text and schema.text.nested else names


def _trim(parts: list[Any]) -> list[Any]:
    """Mixed content without the blanks at its two ends."""
    if isinstance(parts[0], str):
        parts[0] = parts[0].lstrip(BLANKS)
    if isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip(BLANKS)
    return [part for part in parts if part != ""]


def _meant(name: str, known: Iterable[str]) -> str:
    """A hint for a name that is right but for its case."""
    meant = next((each for each in known if each.lower() == name.lower()), None)
    return f"; {meant} may be meant (names are case-sensitive)" if meant else ""


def _instead(default: Any) -> str:
    """What happens in place of a value that is refused."""
    if isinstance(default, bool):
        default = str(default).lower()
    elif isinstance(default, tuple):
        default = " ".join(default)
    return f"{default} is taken" if default else "It is ignored"


def _short(written: str) -> str:
    """A name or value for a sentence: one line, no longer than it helps."""
    line = " ".join(written.split())
    return line if len(line) <= 60 else line[:59] + "…"

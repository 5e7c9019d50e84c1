"""How a verb or noun of TwiML is declared: a frozen dataclass whose fields name their sources.

    @element("Gather")
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Gather:
        \"\"\"Collects digits or speech.\"\"\"

        action: str = attribute("action", kinds.url, default="")
        method: str = attribute("method", kinds.method, default="POST", code=13312)
        timeout: int = attribute("timeout", kinds.integer(1, 600), default=5, code=13313)
        prompts: tuple[Say | Play | Pause, ...] = children(lambda: (Say, Play, Pause))
        line: int

Names are those of the API, case-sensitive. `build.py` makes such values from elements, with a
warning for everything that was not declared; what a document may hold at its top is a
`Vocabulary`. Sources: Appendix A (elements, attributes, nesting), Appendix B (codes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Generic, TypeVar

from trunkline.twiml import kinds
from trunkline.twiml.errors import SCHEMA

__all__ = [
    "Attribute",
    "Children",
    "Schema",
    "Text",
    "Texts",
    "Vocabulary",
    "attribute",
    "children",
    "element",
    "text",
    "texts",
    "written_at",
]

V = TypeVar("V")
C = TypeVar("C", bound=type)

_SOURCE: Final = "twiml"  # the key of a field's metadata
_SCHEMAS: Final[dict[type, Schema]] = {}

Check = Callable[[Any], tuple[int, str] | None]
Mend = Callable[[Any], tuple[Any, Iterable[tuple[int, str]]]]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field that is an attribute; a value that its kind refuses is told as `code`."""

    name: str
    kind: kinds.Kind[Any]
    code: int
    default: Any
    field: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A field that is the element's text, and that of its elements `nested`, in their order."""

    kind: kinds.Kind[Any]
    code: int
    nested: str | None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """A field that is a tuple with the text of each nested element `name`, `at_most` so many."""

    name: str
    kind: kinds.Kind[Any]
    code: int
    at_most: int | None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Children:
    """A field that is a tuple of nested values, and of the text between them if it is `mixed`."""

    types: Callable[[], Iterable[type]]
    mixed: bool
    code: int
    trimmed: bool
    field: str = ""


def attribute(name: str, kind: kinds.Kind[Any], *, default: Any = None, code: int = SCHEMA) -> Any:
    """A field from the attribute `name`, or its default if that is absent, blank or refused."""
    return field(default=default, metadata={_SOURCE: Attribute(name, kind, code, default)})


def text(
    kind: kinds.Kind[Any] = kinds.text,
    *,
    default: Any = "",
    code: int = SCHEMA,
    nested: str | None = None,
) -> Any:
    """A field from the character data of the element, or its default if that is blank or refused.

    With `nested`, elements of that name hold such text too, and all is joined in the order of the
    document. Their text is taken as written and only the whole is trimmed, so that an author
    decides what stands between two pieces; blanks between the elements are layout and not text.
    """
    return field(default=default, metadata={_SOURCE: Text(kind, code, nested)})


def texts(
    name: str,
    kind: kinds.Kind[Any] = kinds.text,
    *,
    code: int = SCHEMA,
    at_most: int | None = None,
) -> Any:
    """A tuple with the text of each nested element `name`; more than `at_most` are ignored."""
    return field(default=(), metadata={_SOURCE: Texts(name, kind, code, at_most)})


def children(
    types: Callable[[], Iterable[type]],
    *,
    mixed: bool = False,
    code: int = SCHEMA,
    trimmed: bool = True,
) -> Any:
    """A tuple of nested values in the order of the document.

    `types` is a function so that an element may hold itself and others that are declared later.
    With `mixed` the text between them is in the tuple as well (SSML), without the blanks at its
    outer ends if it is `trimmed`. `code` warns of an element that cannot stand there; of several
    such fields it is the first one's that counts.
    """
    return field(default=(), metadata={_SOURCE: Children(types, mixed, code, trimmed)})


def written_at() -> Any:
    """The field `line`: where the element begins, from 1. It does not count in comparisons."""
    return field(default=None, compare=False)


class Schema:
    """What is declared of one class: its element names, and the source of each of its fields."""

    __slots__ = (
        "_children",
        "_places",
        "attributes",
        "check",
        "mend",
        "mixed",
        "names",
        "text",
        "texts",
        "type",
    )

    def __init__(
        self, cls: type, names: tuple[str, ...], check: Check | None, mend: Mend | None = None
    ) -> None:
        self.type = cls
        self.names = names
        self.check = check
        self.mend = mend
        self.attributes: dict[str, Attribute] = {}
        self.text: Text | None = None
        self.texts: dict[str, Texts] = {}
        self.mixed: Children | None = None
        self._children: list[Children] = []
        self._places: Mapping[str, tuple[Schema, str]] | None = None
        for each in fields(cls):
            match each.metadata.get(_SOURCE):
                case Attribute(name, kind, code, default):
                    self.attributes[name] = Attribute(name, kind, code, default, each.name)
                case Text(kind, code, nested):
                    self.text = Text(kind, code, nested, each.name)
                case Texts(name, kind, code, at_most):
                    self.texts[name] = Texts(name, kind, code, at_most, each.name)
                case Children(types, mixed, code, trimmed):
                    held = Children(types, mixed, code, trimmed, each.name)
                    self._children.append(held)
                    if mixed:
                        self.mixed = held
        if (self.text is not None) + sum(each.mixed for each in self._children) > 1:
            raise TypeError(f"{cls.__name__}: the text belongs to one field, not to two")

    @property
    def misplaced(self) -> int:
        """The code of the warning that an element cannot stand in this one."""
        return self._children[0].code if self._children else SCHEMA

    @property
    def nested(self) -> Mapping[str, Schema]:
        """The schemas of the values that it may hold, by element name."""
        return {name: schema for name, (schema, _) in self.places.items()}

    @property
    def places(self) -> Mapping[str, tuple[Schema, str]]:
        """By the name of an element that it may hold: its schema, and the field it goes to."""
        if self._places is None:
            self._places = {
                name: (schema, held.field)
                for held in self._children
                for name, schema in _by_name(held.types()).items()
            }
        return self._places


def element(*names: str, check: Check | None = None, mend: Mend | None = None) -> Callable[[C], C]:
    """Declare a frozen dataclass as the elements of these names; it needs a field `line`.

    `check` sees the finished value and may refuse it with a warning's code and the rest of a
    sentence that begins with the element's name; the value is then left out of the tree. `mend`
    sees what was not refused, and gives the value that counts, with such warnings for what it
    changed.
    """

    def declare(cls: C) -> C:
        _SCHEMAS[cls] = Schema(cls, names, check, mend)
        return cls

    return declare


class Vocabulary(Generic[V]):
    """The verbs that a document may have at its top level."""

    __slots__ = ("schemas",)

    def __init__(self, *types: type[V]) -> None:
        self.schemas = _by_name(types)


def _by_name(types: Iterable[type]) -> dict[str, Schema]:
    return {name: _SCHEMAS[cls] for cls in types for name in _SCHEMAS[cls].names}

"""Declarations: what of a dataclass becomes its schema, and agreement with the official SDK."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from twilio.twiml.messaging_response import Message as OfficialMessage
from twilio.twiml.messaging_response import MessagingResponse

from trunkline.twiml import Message, Redirect, kinds
from trunkline.twiml.schema import Schema, Vocabulary, attribute, children, element, text
from trunkline.twiml.xml import Element, parse


@element("Box", "Case")
@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    label: str = attribute("boxLabel", kinds.text, default="none", code=13000)
    boxes: tuple[Box, ...] = children(lambda: (Box, Lid))
    line: int


@element("Lid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Lid:
    name: str = text(default="top")
    line: int


def schema_of(cls: type) -> Schema:
    """What is declared of a class."""
    return next(iter(Vocabulary(cls).schemas.values()))


def test_a_field_knows_its_attribute_its_code_and_its_default() -> None:
    declared = schema_of(Box).attributes["boxLabel"]
    assert (declared.field, declared.code, declared.default) == ("label", 13000, "none")
    assert Box(line=1).label == "none"
    assert Lid(line=1).name == "top"


def test_an_element_may_hold_itself_and_what_is_declared_later() -> None:
    nested = schema_of(Box).nested
    assert set(nested) == {"Box", "Case", "Lid"}
    assert nested["Box"] is schema_of(Box)
    assert schema_of(Lid).nested == {}


def test_a_vocabulary_has_every_name_of_its_verbs() -> None:
    assert set(Vocabulary[Box | Lid](Box, Lid).schemas) == {"Box", "Case", "Lid"}


def test_text_cannot_belong_to_two_fields() -> None:
    with pytest.raises(TypeError, match="text"):

        @element("Two")
        @dataclass(frozen=True, slots=True, kw_only=True)
        class Two:
            words: str = text()
            parts: tuple[str, ...] = children(lambda: (), mixed=True)
            line: int


def written_with_everything(make: Callable[..., Any], root: MessagingResponse) -> Element:
    """The element that the official builder writes when every parameter is given."""
    names = [
        parameter.name
        for parameter in inspect.signature(make).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    make(**dict.fromkeys(names, "x"))
    (made,) = parse(root.to_xml()).content
    assert isinstance(made, Element)
    return made


@pytest.mark.parametrize(("verb", "cls"), [("message", Message), ("redirect", Redirect)])
def test_attributes_are_those_of_the_official_builder(verb: str, cls: type) -> None:
    response = MessagingResponse()
    made = written_with_everything(getattr(response, verb), response)
    assert made.name in schema_of(cls).names
    assert set(made.attributes) == set(schema_of(cls).attributes)


def test_nested_elements_are_those_of_the_official_builder() -> None:
    schema = schema_of(Message)
    nouns = {"Body", "Media"}
    assert {name for name in dir(OfficialMessage) if name.capitalize() in nouns} == {
        "body",
        "media",
    }
    assert schema.text is not None
    assert {*schema.texts, schema.text.nested} == nouns

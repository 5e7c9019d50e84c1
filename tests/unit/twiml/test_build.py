"""The builder, with verbs as the voice family declares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from trunkline.twiml import TwimlError, kinds
from trunkline.twiml.build import MAX_WARNINGS, Response, read_response
from trunkline.twiml.schema import (
    Vocabulary,
    attribute,
    children,
    element,
    text,
    texts,
)
from trunkline.twiml.xml import parse


@element("emphasis")
@dataclass(frozen=True, slots=True, kw_only=True)
class Emphasis:
    level: str = attribute("level", kinds.one_of("strong", "reduced"), default="moderate")
    parts: tuple[str | Emphasis, ...] = children(lambda: (Emphasis,), mixed=True)
    line: int


@element("Say")
@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    voice: str = attribute("voice", kinds.text, default="man", code=13511)
    language: str | None = attribute("xml:lang", kinds.text)
    parts: tuple[str | Emphasis, ...] = children(lambda: (Emphasis,), mixed=True)
    line: int


@element("Pause")
@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    length: int = attribute("length", kinds.integer(1, 180), default=1, code=13910)
    line: int


@element("Gather")
@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    barge_in: bool = attribute("bargeIn", kinds.boolean, default=True)
    prompts: tuple[Say | Pause, ...] = children(lambda: (Say, Pause))
    line: int


def _needs_a_name(number: Number) -> tuple[int, str] | None:
    return None if number.number else (13223, "has no number.")


@element("Number", check=_needs_a_name)
@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    number: str = text()
    events: tuple[str, ...] = attribute(
        "statusCallbackEvent", kinds.words("ringing", "answered"), default=()
    )
    line: int


@element("Dial")
@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    number: str = text()
    numbers: tuple[Number, ...] = children(lambda: (Number,))
    loops: tuple[int, ...] = texts("Loop", kinds.integer(0, 9), at_most=2, code=13410)
    line: int


VERBS = Vocabulary[Say | Pause | Gather | Dial](Say, Pause, Gather, Dial)


def read(inner: str, **options: Any) -> Response[Say | Pause | Gather | Dial]:
    return read_response(parse(f"<Response>{inner}</Response>"), VERBS, **options)


def read_well(inner: str) -> tuple[object, ...]:
    verbs, warnings = read(inner)
    assert warnings == ()
    return verbs


def faults(inner: str) -> list[tuple[int, int | None]]:
    return [(warning.code, warning.line) for warning in read(inner).warnings]


def test_nested_values_keep_their_order_and_lines() -> None:
    assert read_well(
        "<Gather bargeIn='false'>\n<Pause/>\n<Say>Hi</Say><Pause length='3'/></Gather>"
    ) == (
        Gather(
            barge_in=False,
            prompts=(Pause(line=2), Say(parts=("Hi",), line=3), Pause(length=3, line=3)),
            line=1,
        ),
    )


def test_mixed_content_keeps_text_and_elements_in_order_and_is_trimmed_outside() -> None:
    (say,) = read_well(
        "<Say xml:lang='en'>\n I <emphasis level='strong'>do <emphasis>so</emphasis></emphasis>"
        " <emphasis/>mean it \n</Say>"
    )
    inner = Emphasis(parts=("so",), line=2)
    assert say == Say(
        language="en",
        parts=(
            "I ",
            Emphasis(level="strong", parts=("do ", inner), line=2),
            " ",
            Emphasis(line=2),
            "mean it",
        ),
        line=1,
    )


def test_blank_mixed_content_is_nothing() -> None:
    assert read_well("<Say> \n </Say>") == (Say(line=1),)


def test_text_and_nested_values_go_to_their_own_fields() -> None:
    assert read_well(
        "<Dial> +15551234567 <Number statusCallbackEvent='answered ringing'>+1555</Number>"
        "<Loop>3</Loop></Dial>"
    ) == (
        Dial(
            number="+15551234567",
            numbers=(Number(number="+1555", events=("answered", "ringing"), line=1),),
            loops=(3,),
            line=1,
        ),
    )


def test_a_wrong_value_is_warned_of_with_its_own_code_and_the_default_is_taken() -> None:
    verbs, warnings = read("\n<Pause length='181'/>")
    assert verbs == (Pause(length=1, line=2),)
    assert [(warning.code, warning.line, warning.message) for warning in warnings] == [
        (
            13910,
            2,
            'Line 2: "length" of <Pause> must be a whole number from 1 to 180. 1 is taken.',
        )
    ]
    assert faults("<Dial><Loop>x</Loop></Dial>") == [(13410, 1)]
    assert faults("<Dial><Loop/></Dial>") == [(13410, 1)]
    assert faults("<Dial><Loop>1</Loop>\n<Loop>2</Loop>\n<Loop>3</Loop></Dial>") == [(13410, 3)]


def test_a_value_that_its_check_refuses_is_left_out() -> None:
    verbs, warnings = read("<Dial>\n<Number/><Number>+1</Number></Dial>")
    assert verbs == (Dial(numbers=(Number(number="+1", line=2),), line=1),)
    assert [(warning.code, warning.message) for warning in warnings] == [
        (13223, "Line 2: <Number> has no number.")
    ]


def test_what_is_not_declared_is_ignored_with_a_warning() -> None:
    assert faults("<Gather>text</Gather>") == [(12200, 1)]
    assert faults("<Pause>text</Pause>") == [(12200, 1)]
    assert faults("<Pause><Say>x</Say></Pause>") == [(12200, 1)]
    assert faults("<Gather>\n<Gather/></Gather>") == [(12200, 2)]
    assert faults("<Say voices='x'/>") == [(12200, 1)]
    assert faults("text\n<Say/>") == [(12200, 1)]


def test_a_nested_name_that_is_right_but_for_its_case_is_pointed_out() -> None:
    _, warnings = read("<Dial><number>+1</number><loop>1</loop></Dial>")
    assert ["Number may be meant" in warnings[0].message, "Loop may" in warnings[1].message] == [
        True,
        True,
    ]


def test_an_unknown_verb_has_the_code_of_its_family() -> None:
    assert faults("<Message>Hi</Message>") == [(12200, 1)]
    (warning,) = read("<Message>Hi</Message>", unknown_verb=14110).warnings
    assert warning.code == 14110


def test_a_warning_stays_short_whatever_the_document_holds() -> None:
    verbs, warnings = read(f"<{'x' * 30_000}/><Say {'y' * 30_000}=''>Hi</Say>")
    assert len(verbs) == 1
    assert all(len(warning.message) < 200 for warning in warnings)
    assert len(warnings) == 2


def test_warnings_beyond_the_limit_are_counted() -> None:
    at_limit = read("<Pause x=''/>" * MAX_WARNINGS).warnings
    assert len(at_limit) == MAX_WARNINGS
    over = read("<Pause x=''/>" * (MAX_WARNINGS + 1) + "<Pause length='x'/><Foo/>").warnings
    assert over[:-1] == at_limit
    assert over[-1].message.startswith("3 more")


@pytest.mark.parametrize("root", ["response", "Say", "x:Response", "html"])
def test_another_root_is_refused(root: str) -> None:
    with pytest.raises(TwimlError, match=f"<{root}> and must be <Response>") as raised:
        read_response(parse(f"<!-- -->\n<{root}/>"), VERBS)
    assert (raised.value.code, raised.value.line) == (12102, 2)


@pytest.mark.parametrize("version", ["2010-04-01", "2008-08-01", ""])
def test_versions_that_the_api_had_are_fine(version: str) -> None:
    assert read_response(parse(f"<Response version='{version}'/>"), VERBS) == ((), ())


@pytest.mark.parametrize("version", ["1.0", "2011-01-01", "x" * 10_000])
def test_another_version_is_refused(version: str) -> None:
    with pytest.raises(TwimlError) as raised:
        read_response(parse(f"<Response version='{version}'/>"), VERBS)
    assert raised.value.code == 12101
    assert len(raised.value.message) < 200


def test_attributes_for_xml_tools_are_passed_over_in_silence() -> None:
    root = parse(
        "<Response xmlns='urn:a' xmlns:xsi='urn:b' xsi:schemaLocation='c' xml:space='preserve'>"
        "<Say xml:space='default'/></Response>"
    )
    assert read_response(root, VERBS).warnings == ()
    (warning,) = read_response(parse("<Response voice='x'/>"), VERBS).warnings
    assert warning.code == 12200


def test_a_class_that_was_not_declared_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        Vocabulary(str)

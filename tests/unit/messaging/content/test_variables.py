import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.content.variables import (
    checked_defaults,
    given_variables,
    placeholders,
    substitute,
    value_finder,
)
from trunkline.rest.errors import ApiError

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r\t {}"), min_size=1)
NAMES = st.from_regex(r"[A-Za-z0-9_]{1,16}", fullmatch=True)


def code_of(call, *arguments) -> int:
    with pytest.raises(ApiError) as caught:
        call(*arguments)
    return caught.value.code


def filled(text: str, values: dict[str, str], defaults: dict[str, str]) -> str:
    return substitute(text, value_finder(values, defaults))


@given(st.lists(st.tuples(TEXTS, NAMES), max_size=8), st.dictionaries(NAMES, TEXTS))
def test_each_variable_becomes_its_value_and_all_else_stays(parts, values):
    values |= {name: f"<{name}>" for _, name in parts if name not in values}
    template = "".join(f"{text}{{{{{name}}}}}" for text, name in parts)
    assert filled(template, values, {}) == "".join(f"{text}{values[name]}" for text, name in parts)
    assert placeholders(template) == [name for _, name in parts]


def test_a_value_of_the_message_goes_before_the_template_s():
    assert filled("{{1}} {{2}}", {"1": "a"}, {"1": "x", "2": "y"}) == "a y"


def test_what_a_value_brings_is_not_looked_at_again():
    assert filled("{{1}}", {"1": "{{2}}", "2": "no"}, {}) == "{{2}}"
    assert filled("{{1}}{{1}}", {"1": "{"}, {}) == "{{"


@pytest.mark.parametrize(
    "template",
    ["{{1}}", "{{}}", "{{example}", "{{ 1 }}", "{{a b}}", "{{12345678901234567}}", "a {{ b"],
)
def test_a_text_with_a_variable_that_has_no_value_cannot_be_sent(template):
    assert code_of(filled, template, {}, {"2": "x", "example": "x"}) == 21656


@pytest.mark.parametrize("value", ["", "a\nb", "a\tb", "a\rb", "a     b"])
def test_a_value_that_no_variable_may_have(value):
    assert code_of(filled, "{{1}}", {"1": value}, {"1": "default"}) == 21656
    assert code_of(filled, "{{1}}", {}, {"1": value}) == 21656
    assert filled("{{1}}", {"1": "a    b"}, {}) == "a    b"


def test_a_value_is_examined_once_however_often_it_is_named():
    class Counted(dict[str, str]):
        asked = 0

        def get(self, name, default=None):
            self.asked += 1
            return super().get(name, default)

    values = Counted({"1": "x" * 1600})
    assert len(filled("{{1}}" * 400, values, {})) == 640_000
    assert values.asked == 1


def test_braces_that_open_nothing_stay():
    assert filled("{a} }} { {{{1}}{", {"1": "x"}, {}) == "{a} }} { {x{"


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "[1]",
        '"a"',
        '{"1": 5}',
        '{"1": null}',
        '{"1": {}}',
        '{"1": "\\u0000"}',
        '{"1":"a","1":"b"}',
        json.dumps({str(n): "x" for n in range(101)}),
        '{"1": "\ud800"}',
    ],
)
def test_values_that_are_no_object_of_texts(raw):
    assert code_of(given_variables, raw) == 21656


def test_values_of_a_message():
    assert given_variables(None) == given_variables("") == given_variables("{}") == {}
    assert given_variables('{"1": "I\'m", "name": "é"}') == {"1": "I'm", "name": "é"}
    assert given_variables(json.dumps({"1": "x" * 1600})) == {"1": "x" * 1600}
    assert code_of(given_variables, json.dumps({"1": "x" * 1601})) == 21658


def test_variables_of_a_template():
    assert checked_defaults({}) == {}
    assert checked_defaults({"1": "a", "order_id": ""}) == {"1": "a", "order_id": ""}
    assert len(checked_defaults({str(n): "x" for n in range(100)})) == 100
    assert code_of(checked_defaults, {str(n): "x" for n in range(101)}) == 92002
    for wrong in ({"a b": "x"}, {"": "x"}, {"x" * 17: "x"}, {"1": 5}, {"1": "x" * 1601}):
        assert code_of(checked_defaults, wrong) == 92007
    assert checked_defaults({str(n): "x" * 1600 for n in range(10)})
    assert code_of(checked_defaults, {str(n): "x" * 1600 for n in range(11)}) == 92007

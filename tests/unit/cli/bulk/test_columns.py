from __future__ import annotations

from typing import Any

import pytest

from trunkline.cli.bulk.columns import Columns
from trunkline.cli.failure import Failure

FROM = {"From": ["+1from"]}


def columns(header: str, **options: Any) -> Columns:
    return Columns.of(header.split(","), **{"fixed": FROM, **options})


def test_a_row_becomes_parameters_and_says_its_own_sender() -> None:
    found = columns("to,body,from,status_callback")
    assert found.fields(["+1", "Hi", "", ""]) == (("To", "+1"), ("Body", "Hi"), ("From", "+1from"))
    assert found.fields(["+1", "Hi", "+2", "http://a"]) == (
        ("To", "+1"),
        ("Body", "Hi"),
        ("From", "+2"),
        ("StatusCallback", "http://a"),
    )


@pytest.mark.parametrize("name", ["validity_period", "ValidityPeriod", "validity period"])
def test_a_parameter_may_be_written_in_many_ways(name: str) -> None:
    fields = columns(f"TO, Body ,{name}").fields(["+1", "Hi", "60"])
    assert ("ValidityPeriod", "60") in fields


def test_a_row_with_a_messaging_service_gets_no_sender() -> None:
    found = columns("to,body,messaging_service_sid")
    assert found.fields(["+1", "Hi", "MG1"]) == (
        ("To", "+1"),
        ("Body", "Hi"),
        ("MessagingServiceSid", "MG1"),
    )
    assert found.fields(["+1", "Hi", ""]) == (("To", "+1"), ("Body", "Hi"), ("From", "+1from"))


def test_a_cell_holds_several_media() -> None:
    fields = columns("to,media_url").fields(["+1", "http://a  http://b"])
    assert fields == (("To", "+1"), ("MediaUrl", "http://a"), ("MediaUrl", "http://b"), *_from())


def test_a_template_is_filled_by_columns_of_any_name() -> None:
    found = columns("to,body,first name", template="{{Hi}} {first name}: {body}{ to }")
    assert dict(found.fields(["+1", "x", "Ann"]))["Body"] == "{Hi} Ann: x+1"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["+1"], "it has 1 cell, and the header has 2"),
        (["+1", "a", "b"], "it has 3 cells, and the header has 2"),
        (["", "a"], "its 'to' is empty"),
        ([" \t", "a"], "its 'to' is empty"),
        (["+1", ""], "its 'body' is empty"),
    ],
)
def test_what_is_wrong_with_a_row_is_told(cells: list[str], reason: str) -> None:
    assert columns("to,body").fields(cells) == reason


def test_a_fixed_parameter_can_be_the_content() -> None:
    found = columns("to", fixed={**FROM, "MediaUrl": ["http://a", "http://b"]})
    assert found.fields(["+1"]) == (
        ("To", "+1"),
        *_from(),
        ("MediaUrl", "http://a"),
        ("MediaUrl", "http://b"),
    )


@pytest.mark.parametrize(
    ("header", "options", "told"),
    [
        ("to", {}, "has no column 'body'"),
        ("body,name", {}, "no column 'to': write a header"),
        ("to;body", {}, "separated by ';': say --delimiter ';'"),
        ("to\tbody", {}, "separated by a tab: say --delimiter tab"),
        ("to,body,,x", {}, "Column 3 has no name"),
        ("to,body,body", {}, "names 'body' twice"),
        ("to,media_url,MediaUrl", {}, "names 'media_url' and 'MediaUrl', twice"),
        ("to,body,medai_url", {}, "'medai_url' is no parameter of a message"),
        ("to,name,age", {"template": "{name}"}, "'age' is no parameter"),
        ("to,name", {"template": "{nam}"}, r"names \{nam\}, and the columns are to, name"),
        ("to,name", {"template": "{name"}, r"a lone '\{'"),
        ("to,name", {"template": "name}"}, r"a lone '\}'"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(
    header: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(Failure, match=told):
        columns(header, **options)


def test_columns_that_mean_nothing_are_passed_over_on_demand() -> None:
    found = columns("id,to,body", ignore_unknown=True)
    assert found.fields(["7", "+1", "Hi"]) == (("To", "+1"), ("Body", "Hi"), *_from())


def _from() -> tuple[tuple[str, str], ...]:
    return (("From", "+1from"),)

"""One consent, as people write it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.consents.read_row import COLUMNS, BadConsent, ConsentRow, read_row

GOOD: dict[str, Any] = {"sender": "N", "recipient": "+15558675309", "status": "blocked"}


def known(raw: str) -> str | None:
    return "+14155550100" if raw == "N" else None


def read(**values: Any) -> ConsentRow:
    return read_row({**GOOD, **values}, known)


def test_the_least_that_is_a_row() -> None:
    assert read() == ConsentRow(scope="+14155550100", recipient="+15558675309", status="blocked")


def test_all_that_can_be_told() -> None:
    row = read(
        keyword="STOP",
        source="Website",
        ip="2001:DB8::1",
        user_agent="x",
        consented_at="2026-01-02T03:04:05+02:00",
        method="keyword",
    )
    assert (row.keyword, row.source, row.ip, row.user_agent) == (
        "STOP", "website", "2001:db8::1", "x",
    )  # fmt: skip
    assert row.consented_at == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "status"),
    [("Opt-Out", "blocked"), ("STOP", "blocked"), ("opted-in", "allowed"), ("allowed", "allowed")],
)
def test_words_for_a_status(word: str, status: str) -> None:
    assert read(status=word).status == status


def test_when_another_platform_heard_of_it_is_when_it_was_said() -> None:
    earlier, later = "2026-01-02T03:04:05Z", "2026-02-02T03:04:05Z"
    assert read(changed_at=later).consented_at == datetime(2026, 2, 2, 3, 4, 5, tzinfo=UTC)
    found = read(changed_at=later, consented_at=earlier).consented_at
    assert found == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender", "M"),
        ("sender", ""),
        ("sender", None),
        ("recipient", "+1555867530"),
        ("recipient", "15558675309"),
        ("recipient", "whatsapp:15558675309"),
        ("recipient", "+"),
        ("status", "maybe"),
        ("status", None),
        ("source", "website\x07"),
        ("source", "tv"),
        ("ip", "300.1.1.1"),
        ("keyword", "x" * 41),
        ("keyword", "a\0b"),
        ("user_agent", "x" * 501),
        ("consented_at", "2026-01-02"),
        ("consented_at", "2026-13-02T00:00:00Z"),
        ("consented_at", "0001-01-01T00:00:00+14:00"),
        ("consented_at", "1969-12-31T23:59:59Z"),
        ("changed_at", "soon"),
        ("nonsense", "x"),
        ("recipient", 5),
        ("keyword", ["STOP"]),
    ],
)
def test_what_is_wrong_is_told_by_its_column(name: str, value: Any) -> None:
    with pytest.raises(BadConsent) as caught:
        read(**{name: value})
    assert [column for column, _ in caught.value.problems] == [name]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadConsent) as caught:
        read_row({}, known)
    assert [column for column, _ in caught.value.problems] == ["sender", "recipient", "status"]


@pytest.mark.parametrize("recipient", ["whatsapp:+15558675309", "rcs:+493012345678"])
def test_people_have_addresses_of_channels(recipient: str) -> None:
    assert read(recipient=recipient).recipient == recipient


value = st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text()))


@given(st.dictionaries(st.sampled_from([*COLUMNS, "x"]), value))
def test_anything_is_a_row_or_told_to_be_none(values: dict[str, Any]) -> None:
    try:
        row = read_row(values, known)
    except BadConsent as error:
        assert error.problems  # noqa: PT017
    else:
        assert row.scope == "+14155550100"

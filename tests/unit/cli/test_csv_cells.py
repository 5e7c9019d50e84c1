from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.cli.csv_cells import plain_row, safe_row


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "=",
        "+1,2",
        "+12 3",
        "--1",
        "-",
        "+1\n=x",
    ],
)
def test_what_may_be_a_formula_is_made_a_text(text: str) -> None:
    assert next(csv.reader(io.StringIO(safe_row([text]), newline=""))) == [f"'{text}"]


@pytest.mark.parametrize("text", ["+14155550123", "-0.0075", "12", "", "Hi", "a=b", "'x", "+123.5"])
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert next(csv.reader(io.StringIO(safe_row([text, "x"]), newline=""))) == [text, "x"]


@given(st.lists(st.text(st.characters(exclude_characters="\0")), min_size=2))
def test_a_row_comes_back_as_it_was(cells: list[str]) -> None:
    row = plain_row(cells)
    assert row.endswith("\r\n")
    assert next(csv.reader(io.StringIO(row, newline=""), strict=True)) == cells

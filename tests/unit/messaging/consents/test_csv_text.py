"""Consents as CSV, out and in again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.consents.csv_text import HEAD, InvalidTable, csv_text, read_csv
from trunkline.messaging.consents.read_row import COLUMNS

cells = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=10, max_size=10)


@given(st.lists(cells))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    read = [values for _, values in read_csv(HEAD + csv_text(rows))]
    wanted = [dict(zip(COLUMNS, row, strict=True)) for row in rows if any(map(str.strip, row))]
    assert read == wanted


@given(st.from_regex(r"\A'*[=+@-]?.?\Z"))
def test_a_cell_with_apostrophes_comes_in_as_it_was(cell: str) -> None:
    ((_, values),) = read_csv("sender,recipient,status\n" + csv_text([["a", cell, "b"]]))
    assert values == {"sender": "a", "recipient": cell, "status": "b"}


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "-1-1", "+cmd|' /C calc'!A0", "\tx", "＝1+1", "'=1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    text = csv_text([["+14155550100", cell]])
    first, second = text.rstrip("\r\n").split(",", 1)
    assert first == "+14155550100"
    assert second.strip('"').startswith("''" if cell[0] == "'" else "'")


def test_rows_know_the_lines_where_they_begin() -> None:
    text = 'sender,recipient,status\n\n1,2,3\n4,"5\n5",6\n7,8\n9,9,9,9\n'
    assert list(read_csv(text)) == [
        (3, {"sender": "1", "recipient": "2", "status": "3"}),
        (4, {"sender": "4", "recipient": "5\n5", "status": "6"}),
        (6, {"sender": "7", "recipient": "8"}),
        (7, "4 values for 3 columns"),
    ]


@pytest.mark.parametrize(
    "head", ["\ufefffrom;to;status", "Sender ID,Contact-ID,STATUS", "status,phone,from,account_sid"]
)
def test_heads_as_others_write_them(head: str) -> None:
    ((line, values),) = read_csv(f"{head}\na{';' if ';' in head else ','}b\n")
    assert line == 2
    assert isinstance(values, dict)
    assert len(values) == 2


@pytest.mark.parametrize("broken", ['a,"b,c', 'a,"b"c,d', "x" * 200_000 + ',"'])
def test_a_broken_row_costs_itself_alone(broken: str) -> None:
    rows = "".join(f"a,b{n},c\n" for n in range(1000))
    (line, bad), *good = read_csv(f"sender,recipient,status\n{broken}\n{rows}")
    assert (line, isinstance(bad, str)) == (2, True)
    assert [line for line, _ in good] == list(range(3, 1003))
    assert good[-1][1] == {"sender": "a", "recipient": "b999", "status": "c"}


def test_an_open_quote_in_every_row_is_read_in_no_time() -> None:
    text = "sender,recipient,status\n" + 'a,"b,c\n' * 20_000
    assert sum(isinstance(found, str) for _, found in read_csv(text)) == 20_000


@pytest.mark.parametrize("text", ["", "\n\n", "a,b", "sender,recipient", "sender,to,status,to"])
def test_what_is_no_table(text: str) -> None:
    with pytest.raises(InvalidTable):
        list(read_csv(text))

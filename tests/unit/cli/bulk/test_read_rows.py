from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.cli.bulk.columns import Columns
from trunkline.cli.bulk.lines import MOST_BYTES, Lines, as_utf8
from trunkline.cli.bulk.read_rows import BadRow, read_header, read_rows
from trunkline.cli.bulk.row import Broken, Item, Row

NO_TEXT = "its bytes are no text: save the file as UTF-8, or say --encoding"


def rows(data: bytes, delimiter: str = ",") -> list[Item]:
    lines = Lines(as_utf8(io.BytesIO(data)))
    header = read_header(lines, delimiter)
    assert header is not None
    return list(read_rows(lines, Columns.of(header, fixed={}), delimiter))


def told(data: bytes, delimiter: str = ",") -> list[tuple[int, str]]:
    """Lines, and the bodies or the reasons."""
    return [
        (item.line, item.reason if isinstance(item, Broken) else dict(item.fields)["Body"])
        for item in rows(data, delimiter)
    ]


def test_rows_are_numbered_and_know_their_lines() -> None:
    found = rows(b'\r\n\r\nto,body\r\n+1,a\r\n\r\n+2,"b\r\nc"\r\n+3,d')
    assert [(item.number, item.line) for item in found] == [(1, 4), (2, 6), (3, 8)]
    assert found[1] == Row(2, 6, (("To", "+2"), ("Body", "b\r\nc")))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"+9", "it has 1 cell, and the header has 2"),
        (b"+9,a,b", "it has 3 cells, and the header has 2"),
        (b"+9,Gr\xfc\xdfe", NO_TEXT),
        (b'+9,"Gr\xfc\xdfe"', NO_TEXT),
        (b"+9,a\0b", "it has a NUL character"),
        (b'+9,"a"b', "text follows a closing quote: a quote inside of quotes is written twice"),
        (b"+9,a\rb", "it has a carriage return outside of quotes: save the file with LF or CRLF"),
        (b'+9,"a', "a quote opens here and is never closed"),
        (b"+9," + b"x" * MOST_BYTES, "it is longer than 1 MB"),
        (b'+9,"' + b"x" * MOST_BYTES + b'"', "it is longer than 1 MB"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_broken_row_costs_itself_alone(row: bytes, reason: str, end: bytes) -> None:
    data = end.join([b"to,body", b"+1,a", row, b"+2,b", b"+3,c"]) + end
    assert told(data) == [(2, "a"), (3, reason), (4, "b"), (5, "c")]


def test_a_quote_that_is_closed_by_the_next_one_costs_its_own_row() -> None:
    reason = (
        "a quote opens here, and in line 4 text follows a closing quote: a quote inside of quotes "
        "is written twice"
    )
    assert told(b'to,body\n+1,"a\n+2,b\n+3,"c"\n') == [(2, reason), (3, "b"), (4, "c")]


def test_a_cell_that_never_ends_takes_no_memory() -> None:
    line = b"+2," + b"y" * 996 + b"\n"
    data = b'to,body\n+1,"x\n' + line * 20_000
    tracemalloc.start()
    try:
        found = sum(isinstance(item, Row) for item in _iterated(data))
        assert tracemalloc.get_traced_memory()[1] < 8 * MOST_BYTES
    finally:
        tracemalloc.stop()
    assert found == 20_000


def _iterated(data: bytes) -> object:
    lines = Lines(as_utf8(io.BytesIO(data)))
    header = read_header(lines)
    assert header is not None
    first = next(found := read_rows(lines, Columns.of(header, fixed={})))
    assert first == Broken(1, 2, "a quote opens here and is not closed within 1 MB")
    return found


def test_other_delimiters() -> None:
    assert told(b'to;body\n+1;"a;b"\n+2;c,d\n', ";") == [(2, "a;b"), (3, "c,d")]


@pytest.mark.parametrize("data", [b"", b"\n\r\n  \n"])
def test_an_empty_file_has_no_header(data: bytes) -> None:
    assert read_header(Lines(as_utf8(io.BytesIO(data)))) is None


def test_a_header_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BadRow, match="NUL"):
        read_header(Lines(as_utf8(io.BytesIO(b"to,bo\0dy\n"))))


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.tuples(cells, cells)), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read(pairs: list[tuple[str, str]], end: str) -> None:
    file = io.StringIO(newline="")
    # Without a carriage return in its line end, it does not quote one in a cell.
    quoting = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(file, lineterminator=end, quoting=quoting)
    writer.writerow(["to", "body"])
    starts = []
    for pair in pairs:
        starts.append(file.getvalue().count("\n") + 1)
        writer.writerow(pair)
    found = rows(file.getvalue().encode())
    assert [item.line for item in found] == starts
    for item, (to, body) in zip(found, pairs, strict=True):
        if isinstance(item, Row):
            assert dict(item.fields) == {"To": to, "Body": body}
        else:
            assert item.reason == ("its 'body' is empty" if to.strip() else "its 'to' is empty")


@given(st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b" "])))
def test_whatever_a_file_holds_lines_go_up(parts: list[bytes]) -> None:
    found = rows(b"to,body\n" + b"".join(parts))
    assert [item.number for item in found] == list(range(1, len(found) + 1))
    assert sorted({item.line for item in found}) == [item.line for item in found]

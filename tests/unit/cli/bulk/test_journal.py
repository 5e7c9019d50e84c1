from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cli.bulk.honest_platform import HEADER
from trunkline.cli.bulk import journal
from trunkline.cli.bulk.journal import Damaged, Ending, Header, State, read_ending, read_state

SID = "SM" + "0" * 32
LINES = [
    journal.begun(1, 5, "ab12"),
    journal.broken(4, 5, "it has 3 cells, and the header has 2"),
    journal.sent(2, SID),
    journal.refused(1, 2, 21211, 'Invalid "To"\n+1415é'),
    journal.in_doubt(3, 4, "nobody knows"),
    journal.put_back(5),
    journal.begun(5, 5),
    journal.sent(5, SID.replace("SM", "MM")),
    journal.begun(6, 6),
    journal.sent(6, SID),
    journal.ended(),
]


def after(lines: list[str]) -> State:
    state = State()
    for line in lines:
        state.apply(line[:-1].encode())
    return state


def test_a_journal_says_what_became_of_each_row() -> None:
    state = after(LINES)
    assert (state.sent, state.refused, state.broken, state.in_doubt) == (3, {21211: 1}, 1, 1)
    assert state.sentences == {21211: 'Invalid "To"\n+1415é'}
    assert (state.begun_to, state.ended, state.complete) == (6, 6, True)
    assert (state.open, state.back, state.digest) == (set(), set(), "ab12")


def test_rows_that_were_begun_are_open_until_they_end() -> None:
    assert after(LINES[:3]).open == {1, 3, 5}
    assert after(LINES[:6]).open == set()
    assert after(LINES[:6]).back == {5}
    assert after(LINES[:7]).open == {5}


@pytest.mark.parametrize(
    "lines",
    [
        [journal.sent(1, SID)],
        [journal.begun(2, 3)],
        [journal.begun(1, 0)],
        [journal.begun(1, 10**9)],
        [journal.begun(1, 1), journal.sent(1, SID), journal.sent(1, SID)],
        [journal.begun(1, 1), journal.begun(1, 1)],
        [journal.begun(1, 1), journal.ended()],
        [journal.begun(1, 1), journal.put_back(1), journal.ended()],
        [journal.ended(), journal.begun(1, 1)],
        ["nonsense\n"],
        ["S 1 SMxyz\n"],
        ["B 1 1 \n"],
        ["\n"],
    ],
)
def test_what_cannot_have_happened_is_no_journal(lines: list[str]) -> None:
    with pytest.raises(Damaged):
        after(lines)


def test_the_header_comes_back() -> None:
    line = HEADER.line()
    assert line.endswith("\n")
    assert Header.read(line.encode()) == HEADER


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"to,body\n", "no journal"),
        (b"[]\n", "no journal"),
        (b'{"trunkline_bulk": 1}\n', "no journal"),
        (HEADER.line().replace(": 1,", ": 2,", 1).encode(), "another version"),
    ],
)
def test_what_is_no_header_is_refused(line: bytes, told: str) -> None:
    with pytest.raises(Damaged, match=told):
        Header.read(line)


@given(st.integers(0, len("".join(LINES))))
def test_a_prefix_is_read_up_to_its_last_whole_line(cut: int) -> None:
    data = "".join(LINES).encode()[:cut]
    state, valid = read_state(data.splitlines(keepends=True))
    whole = data[: data.rfind(b"\n") + 1]
    assert valid == len(whole)
    assert state == after([line.decode() for line in whole.splitlines(keepends=True)])


def test_what_a_crash_left_in_disorder_is_left_out() -> None:
    good = [journal.begun(1, 3).encode(), journal.sent(1, SID).encode()]
    state, valid = read_state([*good, b"\0\0\0\0\n", journal.sent(2, SID).encode()])
    assert (state.open, valid) == ({2, 3}, sum(map(len, good)))


def test_what_somebody_changed_is_refused() -> None:
    with pytest.raises(Damaged):
        read_state([b"B 1 3\n", b"changed\n", b"B 4 6\n"])
    with pytest.raises(Damaged):
        read_state([b"B 1 3\n", b"B 5 6\n"])


def test_endings_are_told_by_line() -> None:
    found = [read_ending(line.encode()) for line in LINES]
    assert [each for each in found if each is not None] == [
        Ending(5, "broken", None, "it has 3 cells, and the header has 2"),
        Ending(2, "refused", 21211, 'Invalid "To"\n+1415é'),
        Ending(4, "in doubt", None, "nobody knows"),
    ]

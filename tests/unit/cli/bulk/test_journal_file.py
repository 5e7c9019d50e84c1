from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.cli.bulk.honest_platform import HEADER
from trunkline.cli.bulk import journal
from trunkline.cli.bulk.journal_file import Journal, JournalLost
from trunkline.cli.failure import Failure

SID = "SM" + "0" * 32
OTHER = "MM" + "1" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv.trunkline"


def begun(path: Path | None) -> Journal:
    found = Journal.begin(path, HEADER)
    found.append(journal.begun(1, 3))
    found.append(journal.sent(1, SID), journal.sent(2, OTHER))
    return found


def test_what_was_written_is_there_for_the_next_run(path: Path) -> None:
    begun(path).close()
    found = Journal.resume(path)
    assert found is not None
    assert found.header == HEADER
    assert (found.state.sent, found.state.open) == (2, {3})
    found.append(journal.sent(3, SID), journal.ended())
    found.close()
    again = Journal.resume(path)
    assert again is not None
    assert again.state.complete
    again.close()


def test_nobody_else_reads_it(path: Path) -> None:
    begun(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_part_of_a_line_is_taken_away_before_more_is_written(path: Path) -> None:
    begun(path).close()
    with path.open("ab") as file:
        file.write(b"S 3 SM00")
    found = Journal.resume(path)
    assert found is not None
    found.append(journal.put_back(3))
    found.close()
    assert path.read_bytes().endswith(f"S 2 {OTHER}\nU 3\n".encode())


@pytest.mark.parametrize("cut", [0, 1, 20, len(HEADER.line()) - 1])
def test_without_a_whole_header_nothing_was_sent(path: Path, cut: int) -> None:
    path.write_bytes(HEADER.line().encode()[:cut])
    assert Journal.resume(path) is None
    Journal.begin(path, HEADER).close()
    assert path.read_text() == HEADER.line()


def test_a_journal_that_is_there_is_not_written_over(path: Path) -> None:
    begun(path).close()
    before = path.read_bytes()
    told = r"2 rows have been sent already, says .*: add --resume to send the rest, or remove it"
    with pytest.raises(Failure, match=told):
        Journal.begin(path, HEADER)
    assert path.read_bytes() == before


def test_a_journal_that_is_complete_says_so(path: Path) -> None:
    found = begun(path)
    found.append(journal.sent(3, SID), journal.ended())
    found.close()
    with pytest.raises(Failure, match="All rows have been sent already"):
        Journal.begin(path, HEADER)


def test_the_second_one_who_wants_it_is_refused(path: Path) -> None:
    first = begun(path)
    for another in (Journal.resume, lambda path: Journal.begin(path, HEADER)):
        with pytest.raises(Failure, match="Another bulk send is at work with"):
            another(path)
    first.close()
    again = Journal.resume(path)
    assert again is not None
    again.close()


def test_a_file_of_something_else_is_not_touched(path: Path) -> None:
    path.write_text("to,body\n+1,Hi\n")
    for another in (Journal.resume, lambda path: Journal.begin(path, HEADER)):
        with pytest.raises(Failure, match="cannot be used as a journal: It is no journal"):
            another(path)
    assert path.read_text() == "to,body\n+1,Hi\n"


def test_places_where_none_can_be(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"There is no journal .*, so nothing was begun"):
        Journal.resume(tmp_path / "none")
    with pytest.raises(Failure, match="There is no folder"):
        Journal.begin(tmp_path / "none" / "journal", HEADER)
    with pytest.raises(Failure, match=r"cannot be written \(Is a directory\).*--journal PATH"):
        Journal.begin(tmp_path, HEADER)
    with pytest.raises(Failure, match="is no ordinary file"):
        Journal.begin(Path("/dev/null"), HEADER)


def test_a_full_disk_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = begun(path)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(JournalLost, match="cannot be written: No space left on device"):
            found.append(journal.sent(3, SID))
    assert found.state.open == {3}
    found.close()


def test_after_a_full_disk_nothing_more_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(path)
    write = os.write
    room = [4]

    def almost_full(descriptor: int, data: bytes) -> int:
        if not room:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: room.pop()])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", almost_full)
        with pytest.raises(JournalLost):
            found.append(journal.sent(3, SID))
    with pytest.raises(JournalLost):  # it would follow a part of a line
        found.append(journal.begun(4, 9))
    found.close()
    again = Journal.resume(path)
    assert again is not None
    assert (again.state.open, again.state.begun_to) == ({3}, 3)
    again.close()


def test_a_journal_that_somebody_took_away_is_noticed(path: Path) -> None:
    found = begun(path)
    found.sync()
    path.unlink()
    with pytest.raises(JournalLost, match="somebody took it away"):
        found.sync()
    path.write_text("another")
    with pytest.raises(JournalLost, match="somebody took it away"):
        found.sync()
    found.close()


def test_it_knows_its_messages(path: Path) -> None:
    found = begun(path)
    assert found.known({SID, OTHER, "SM" + "2" * 32}) == {SID, OTHER}
    assert found.known(set()) == set()
    found.close()


def test_without_a_path_it_ends_with_the_command() -> None:
    found = begun(None)
    assert found.known({OTHER}) == {OTHER}
    found.append(journal.sent(3, SID))
    found.sync()
    assert [line[:1] for line in found.lines()] == [b"B", b"S", b"S", b"S"]
    found.close()

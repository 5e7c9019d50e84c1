from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cli.bulk.honest_platform import (
    ANSWER_LOST,
    ANSWERED,
    AWAY,
    BUSY,
    LATE,
    REFUSED,
    REQUEST_LOST,
    HonestPlatform,
    InMemoryRows,
    Killed,
    MortalJournal,
    opened,
)
from trunkline.cli.bulk import journal as told
from trunkline.cli.bulk.journal import read_state
from trunkline.cli.bulk.outcomes import Doubt, Outcome, Unwelcome
from trunkline.cli.bulk.pace import Pace
from trunkline.cli.bulk.row import Broken, Fields, Item, Row
from trunkline.cli.bulk.send_rows import MOST_DOUBTS, PATIENCE, SendRows, Stopped
from trunkline.cli.failure import Failure

SENDER = ("From", "+1from")


def row(number: int, to: str = "+1a", body: str = "x", *more: tuple[str, str]) -> Row:
    return Row(number, number + 1, (("To", to), ("Body", body), *more, SENDER))


def sending(
    items: list[Item],
    journal: MortalJournal,
    platform: HonestPlatform,
    sizes: list[int] | None = None,
    at_once: int = 4,
) -> SendRows:
    return SendRows(
        InMemoryRows(items, journal, sizes),
        journal,
        platform,
        at_once=at_once,
        pace=Pace(None, lambda: 0.0),
        sleep=platform.sleep,
    )


def run(
    path: Path,
    items: list[Item],
    platform: HonestPlatform,
    life: int | None = None,
    sizes: list[int] | None = None,
) -> MortalJournal:
    """One run of the command, which may be killed."""

    async def send() -> None:
        await sending(items, journal, platform, sizes)()

    journal = opened(path, platform, life)
    platform.dead = False
    try:
        asyncio.run(send())
    finally:
        journal.close()
    return journal


kinds = st.sampled_from(
    [("+1a", "x"), ("+1a", "x"), ("+1a", "y"), ("+1b", "x"), (REFUSED, "x"), None]
)
fates = st.sampled_from([ANSWERED, ANSWERED, ANSWERED, ANSWER_LOST, REQUEST_LOST, LATE, BUSY, AWAY])


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    made=st.lists(kinds, max_size=14),
    chances=st.lists(fates, min_size=1, max_size=30),
    kills=st.lists(st.integers(0, 900), max_size=3),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
)
def test_whenever_it_is_killed_each_row_is_sent_once(
    made: list[tuple[str, str] | None], chances: list[int], kills: list[int], sizes: list[int]
) -> None:
    items: list[Item] = [
        Broken(number, number + 1, "broken") if kind is None else row(number, *kind)
        for number, kind in enumerate(made, 1)
    ]
    # After so many misfortunes all goes well: a row that fails for ever ends as refused.
    fate = itertools.chain(chances, itertools.repeat(ANSWERED))
    platform = HonestPlatform(fate=lambda: next(fate))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        for life in kills:
            try:
                run(path, items, platform, life, sizes)
            except Killed:
                continue
            break
        journal = run(path, items, platform, None, sizes) if not _complete(path) else None
        state = opened(path, platform).state if journal is None else journal.state
    wanted: Counter[Fields] = Counter(
        item.fields for item in items if isinstance(item, Row) and item.first("To") != REFUSED
    )
    assert platform.arrived() == wanted
    assert state.complete
    assert state.sent == wanted.total()
    assert sum(state.refused.values()) == sum(kind == (REFUSED, "x") for kind in made)
    assert state.broken == made.count(None)


def _complete(path: Path) -> bool:
    return path.exists() and path.read_bytes().endswith(b"\nE\n")


def test_a_text_that_was_sent_before_the_journal_began_is_no_row_of_it(tmp_path: Path) -> None:
    platform = HonestPlatform()
    asyncio.run(platform.create(row(1).fields))
    fate = iter([REQUEST_LOST, ANSWERED])
    platform.fate = lambda: next(fate)
    path = tmp_path / "journal"
    journal = opened(path, platform)
    journal.header = type(journal.header)(
        **{**vars(journal.header), "since": platform.messages[-1][0]}
    )

    async def send() -> None:
        await sending([row(1)], journal, platform)()

    asyncio.run(send())
    journal.close()
    assert len(platform.messages) == 2


def test_rows_with_one_text_and_different_media_are_not_guessed_at(tmp_path: Path) -> None:
    lost = iter([ANSWER_LOST, REQUEST_LOST])
    platform = HonestPlatform(fate=lambda: next(lost))
    rows: list[Item] = [row(n, "+1a", "x", ("MediaUrl", f"http://m/{n}")) for n in (1, 2)]
    state = run(tmp_path / "journal", rows, platform).state
    assert len(platform.messages) == 1
    assert (state.sent, state.in_doubt, state.complete) == (0, 2, True)


def test_a_row_that_nothing_comes_of_is_given_up(tmp_path: Path) -> None:
    platform = HonestPlatform(fate=lambda: REQUEST_LOST)
    state = run(tmp_path / "journal", [row(1)], platform).state
    assert state.refused == {0: 1}
    assert state.sentences[0] == f"{MOST_DOUBTS} times nothing came of it: the connection broke"


def test_a_stop_lets_what_is_on_its_way_end_and_the_rest_can_be_sent_later(tmp_path: Path) -> None:
    platform = HonestPlatform()
    path = tmp_path / "journal"
    items: list[Item] = [row(n, f"+1{n}") for n in range(1, 601)]
    journal = opened(path, platform)

    async def send() -> None:
        all_of_it = sending(items, journal, platform, [7])
        create = platform.create

        async def stop_after_ten(fields: Fields) -> Outcome:
            outcome = await create(fields)
            await asyncio.sleep(0)
            if len(platform.messages) >= 10:
                all_of_it.stop()
            return outcome

        platform.create = stop_after_ten
        await all_of_it()

    with pytest.raises(Stopped):
        asyncio.run(send())
    journal.close()
    assert 10 <= journal.state.sent == len(platform.messages) < 20
    assert journal.state.open == set(), "there is nothing to ask about"
    del platform.create
    again = run(path, items, platform)
    assert again.state.sent == 600
    assert platform.arrived() == Counter(item.fields for item in items if isinstance(item, Row))


def test_a_row_is_begun_on_the_disk_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    platform = HonestPlatform()
    begun = opened(path, platform)
    begun.append(told.begun(1, 3), told.sent(1, "SM" + "0" * 32), told.put_back(2))
    begun.close()
    journal = opened(path, platform)
    on_the_disk: list[bytes] = []
    sync, create = journal.sync, platform.create

    def synced() -> None:
        on_the_disk[:] = journal.lines()
        sync()

    async def create_if_begun(fields: Fields) -> Outcome:
        number = dict(fields)["Body"]
        state, _ = read_state(on_the_disk)
        assert int(number) <= state.begun_to
        assert int(number) not in state.back
        return await create(fields)

    async def send() -> None:
        await sending(items, journal, platform, [2])()

    journal.sync, platform.create = synced, create_if_begun  # type: ignore[method-assign]
    items: list[Item] = [row(n, body=str(n)) for n in range(1, 8)]
    asyncio.run(send())
    journal.close()
    assert (journal.state.sent, len(platform.messages)) == (7, 6)


def test_a_platform_that_lets_nobody_in_stops_it_at_once(tmp_path: Path) -> None:
    platform = HonestPlatform()
    tried = []

    async def create(fields: Fields) -> Outcome:
        tried.append(fields)
        return Unwelcome("Authenticate (error 20003)")

    platform.create = create
    with pytest.raises(Failure, match="lets nobody in: Authenticate"):
        run(tmp_path / "journal", [row(n) for n in range(1, 100)], platform)
    assert len(tried) <= 4


def test_a_platform_that_stays_away_is_waited_for_and_no_longer(tmp_path: Path) -> None:
    platform = HonestPlatform(fate=lambda: AWAY)
    journal = opened(tmp_path / "journal", platform)
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def send() -> None:
        made = SendRows(
            InMemoryRows([row(1)], journal), journal, platform,
            at_once=2, pace=Pace(None, lambda: 0.0), sleep=sleep, now=lambda: now,
        )  # fmt: skip
        await made()

    with pytest.raises(Failure, match=r"The platform is away \(refused\)"):
        asyncio.run(send())
    journal.close()
    assert PATIENCE < now < PATIENCE + 10
    assert journal.state.back == {1}


def test_it_says_what_it_waits_for(tmp_path: Path) -> None:
    platform = HonestPlatform(fate=iter([ANSWER_LOST]).__next__)
    journal = opened(tmp_path / "journal", platform)
    told = []

    async def send() -> None:
        made = sending([row(1)], journal, platform)
        find = platform.find

        def asked(*place: object) -> object:
            told.append(made.waits_for)
            return find(*place)

        platform.find = asked
        await made()
        told.append(made.waits_for)
        assert (made.asked, made.found) == (1, 1)

    asyncio.run(send())
    journal.close()
    assert told == ["asking the platform about 1 row in doubt", None]


def test_an_answer_that_says_nothing_is_a_doubt_too(tmp_path: Path) -> None:
    platform = HonestPlatform()
    create = platform.create
    answers = iter([Doubt("the platform answered 503")])

    async def doubtful(fields: Fields) -> Outcome:
        outcome = await create(fields)
        return next(answers, outcome)

    platform.create = doubtful
    assert run(tmp_path / "journal", [row(1), row(2)], platform).state.sent == 2
    assert len(platform.messages) == 2

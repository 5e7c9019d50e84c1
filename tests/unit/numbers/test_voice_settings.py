"""How calls to a number are handled, as far as the database need be asked."""

from __future__ import annotations

from typing import Any

from trunkline.numbers.voice_settings import FindVoiceSettings


class NeverAsked:
    """A database that a test does not expect to be asked."""

    async def fetchrow(self, *_: Any) -> None:
        raise AssertionError("the database was asked")


class Asked:
    """A database that has no such number."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def fetchrow(self, _query: Any, *values: Any) -> None:
        self.asked.append(values)


async def test_a_number_that_is_known_to_be_nobodys_costs_nothing() -> None:
    find = FindVoiceSettings(NeverAsked(), lambda _world, _number: None)  # type: ignore[arg-type]
    assert await find("w", "+14155550100") is None


async def test_of_a_known_one_the_database_is_asked() -> None:
    database = Asked()
    find = FindVoiceSettings(database, lambda world, number: (world, number))  # type: ignore[arg-type]
    assert await find("w", "+14155550100") is None
    assert database.asked == [("w", "+14155550100")]

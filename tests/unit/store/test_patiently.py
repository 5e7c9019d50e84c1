"""What is tried again while the database is away, and what is not."""

from __future__ import annotations

import pytest

from trunkline.store import Overloaded, StoreUnavailable
from trunkline.store import patiently as module
from trunkline.store.patiently import patiently


async def test_it_is_tried_until_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRY_AGAIN", 0)
    left = [StoreUnavailable("gone"), StoreUnavailable("gone")]

    async def attempt() -> str:
        if left:
            raise left.pop()
        return "there"

    assert await patiently(attempt) == "there"
    assert left == []


async def test_another_trouble_is_told_at_once() -> None:
    tries = []

    async def attempt() -> None:
        tries.append(1)
        raise Overloaded("too much")

    with pytest.raises(Overloaded):
        await patiently(attempt)
    assert len(tries) == 1

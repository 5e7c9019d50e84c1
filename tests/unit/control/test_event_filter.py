from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from trunkline.bus import Event
from trunkline.control import event_filter
from trunkline.control.event_filter import Choose, EventFilter, Parties

NOW = datetime(2026, 3, 4, tzinfo=UTC)
A, B, C = (f"SM{n:032x}" for n in (1, 2, 3))


def of(sid: str) -> Event:
    return Event(
        world="w",
        account="AC",
        subject=sid,
        seq=1,
        kind="message.sent",
        data={},
        world_time=NOW,
        real_time=NOW,
    )


async def test_what_is_forgotten_is_never_what_is_being_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_filter, "MOST_KNOWN", 2)
    asked: list[Sequence[str]] = []

    async def between(world_id: str, sids: Sequence[str]) -> Mapping[str, Parties]:
        assert world_id == "w"
        asked.append(sids)
        return dict.fromkeys(sids, ("+12065550100", "+14155550123"))

    choose = Choose("w", EventFilter(number="+14155550123"), between)
    assert len(await choose([of(A)])) == 1
    assert len(await choose([of(A), of(B), of(C)])) == 3
    assert asked == [[A], [B, C]]
    assert len(await choose([of("PN1")])) == 0

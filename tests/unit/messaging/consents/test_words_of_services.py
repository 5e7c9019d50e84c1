"""The words of services are known to every node, soon after they are chosen."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.make_service import make_service
from tests.unit.messaging.node import Node
from trunkline.clock import RealClock
from trunkline.messaging.consents.service_words import InvalidWords, ServiceWords, WordList
from trunkline.messaging.consents.words_of_services import WordsOfServices

WORDS = ServiceWords(enabled=True, stop=WordList(("STOP", "FIN"), "a b"))


async def test_what_is_chosen_counts_at_once_here_and_soon_elsewhere(node: Node) -> None:
    service = await make_service(node)
    other = WordsOfServices(node.database)
    await other.load()
    await node.words.set(service.sid, WORDS, RealClock().now)
    assert node.words.of(service.sid) == WORDS
    await eventually(lambda: other.of(service.sid) == WORDS)
    later = WordsOfServices(node.database)
    await later.load()
    assert later.of(service.sid) == WORDS


async def test_what_is_not_enabled_is_kept_and_does_not_count(node: Node) -> None:
    service = await make_service(node)
    words = ServiceWords(stop=WORDS.stop)
    await node.words.set(service.sid, words, RealClock().now)
    assert node.words.of(service.sid) is None
    assert node.words.settings(service.sid) == words


async def test_enabled_words_stay_enabled_whoever_is_faster(node: Node) -> None:
    service = await make_service(node)
    await node.words.set(service.sid, WORDS, RealClock().now)
    with pytest.raises(InvalidWords, match="cannot be disabled"):
        await WordsOfServices(node.database).set(service.sid, ServiceWords(), RealClock().now)
    again = ServiceWords(enabled=True, help=WordList(("HELP", "SOS"), "c d"))
    results = await asyncio.gather(
        node.words.set(service.sid, again, RealClock().now),
        WordsOfServices(node.database).set(service.sid, ServiceWords(), RealClock().now),
        return_exceptions=True,
    )
    assert results[0] == again
    assert isinstance(results[1], InvalidWords)
    assert node.words.of(service.sid) == again


async def test_a_service_that_is_not_there_has_no_words(node: Node) -> None:
    with pytest.raises(LookupError):
        await node.words.set(node.sids.new("MG"), WORDS, RealClock().now)

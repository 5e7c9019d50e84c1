from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from trunkline.cli.bulk.platform import Found, NotFoundOut
from trunkline.cli.bulk.row import Row
from trunkline.cli.bulk.settle_doubts import SETTLED_AFTER, Unclear, assign, settle


def row(number: int, body: str | None = "x", *more: tuple[str, str]) -> Row:
    text = () if body is None else (("Body", body),)
    return Row(number, number + 1, (("To", "+1"), *text, *more))


def found(*bodies: str) -> list[Found]:
    """Messages, the newest first."""
    return [Found(f"SM{n}", body) for n, body in zip(range(len(bodies), 0, -1), bodies)]  # noqa: B905


def test_equal_rows_share_their_messages_the_oldest_first() -> None:
    rows = [row(1), row(2), row(3)]
    assert assign(rows, found("x", "y", "x")) == {1: "SM1", 2: "SM3", 3: None}
    assert assign(rows, found("x", "x", "x", "x")) == {1: "SM1", 2: "SM2", 3: "SM3"}
    assert assign(rows, found()) == {1: None, 2: None, 3: None}


def test_texts_are_kept_apart() -> None:
    assert assign([row(1, "a"), row(2, "b")], found("b", "c")) == {1: None, 2: "SM2"}


def test_smart_encoding_may_have_changed_the_text() -> None:
    smart = ("SmartEncoded", "true")
    assert assign([row(1, "it’s", smart)], found("it's")) == {1: "SM1"}
    assert assign([row(1, "it’s", smart)], found("it’s")) == {1: "SM1"}


def test_a_text_that_was_forgotten_counts_for_any() -> None:
    assert assign([row(1, "a")], found("")) == {1: "SM1"}
    assert assign([row(1, "a"), row(2, "a")], found("", "a")) == {1: "SM1", 2: "SM2"}
    assert assign([row(1, "a"), row(2, "b")], found("")) == {
        1: Unclear("1 of 2 rows with its text was sent, and not which"),
        2: Unclear("1 of 2 rows with its text was sent, and not which"),
    }


def test_a_message_without_a_text_is_no_forgotten_one() -> None:
    media = ("MediaUrl", "http://a")
    assert assign([row(1, None, media), row(2, "a")], found("")) == {1: "SM1", 2: None}


def test_rows_that_differ_in_what_the_platform_does_not_show_are_not_guessed_at() -> None:
    rows = [row(1, "x", ("MediaUrl", "http://a")), row(2, "x", ("MediaUrl", "http://b"))]
    unclear = Unclear("1 of 2 rows with its text was sent, and not which")
    assert assign(rows, found("x")) == {1: unclear, 2: unclear}
    assert assign(rows, found("x", "x")) == {1: "SM1", 2: "SM2"}
    assert assign(rows, found()) == {1: None, 2: None}


def test_a_recipient_that_may_be_masked_is_not_sent_to_again() -> None:
    masked = row(1, "x", ("AddressRetention", "Obfuscate"))
    assert assign([masked], found()) == {1: Unclear("its recipient may have been masked since")}
    assert assign([masked], found("x")) == {1: "SM1"}


def test_where_the_platform_does_not_tell_it_stays_unclear() -> None:
    assert assign([row(1)], None) == {1: Unclear("the platform does not list its recipient")}


class Telling:
    """A platform that has more at each look."""

    def __init__(self, *looks: list[Found] | Exception) -> None:
        self.looks = list(looks)
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.paused: list[float] = []

    async def create(self, fields: object) -> object:
        raise AssertionError("nothing may be sent now")

    async def find(self, to: str, sender: str | None, since: str | None) -> AsyncIterator[Found]:
        self.asked.append((to, sender, since))
        look = self.looks.pop(0)
        if isinstance(look, Exception):
            raise look
        for each in look:
            yield each

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    async def settle(self, *rows: Row, known: frozenset[str] = frozenset()) -> object:
        async def told(sids: set[str]) -> set[str]:
            return sids & known

        return await settle(rows, self, since="SM0", known=told, pause=self.pause)


async def test_what_is_there_is_there_and_nobody_waits() -> None:
    platform = Telling(found("x"))
    assert await platform.settle(row(1)) == {1: "SM1"}
    assert (platform.asked, platform.paused) == ([("+1", None, "SM0")], [])


async def test_what_is_missing_is_looked_for_until_no_more_comes() -> None:
    platform = Telling(found(), found("x"), found("x"))
    assert await platform.settle(row(1), row(2)) == {1: "SM1", 2: None}
    assert platform.paused == [SETTLED_AFTER, SETTLED_AFTER]


async def test_a_message_of_another_row_does_not_count() -> None:
    platform = Telling(found("x", "x"), found("x", "x"))
    assert await platform.settle(row(1), row(2), known=frozenset({"SM1"})) == {1: "SM2", 2: None}


async def test_a_message_is_one_rows_however_its_recipient_is_written() -> None:
    rows = [row(1), row(2)._replace(fields=(("To", "+ 1"), ("Body", "x")))]
    platform = Telling(found("x"), found("x"), found("x"), found("x"))
    assert await platform.settle(*rows) == {1: "SM1", 2: None}
    platform = Telling(found("x", "x"), found("x", "x"))
    assert await platform.settle(*rows) == {1: "SM1", 2: "SM2"}


async def test_a_platform_that_cannot_tell_now_is_asked_again_later() -> None:
    platform = Telling(NotFoundOut("503", for_now=True))
    with pytest.raises(NotFoundOut):
        await platform.settle(row(1))
    platform = Telling(NotFoundOut("400", for_now=False), NotFoundOut("400", for_now=False))
    assert await platform.settle(row(1)) == {1: Unclear("the platform does not list its recipient")}

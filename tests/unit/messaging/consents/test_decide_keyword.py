"""What a keyword brings about, at each kind of number; and in any order of keywords and sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.consents.decide_keyword import (
    Addressed,
    KeywordEffect,
    decide_keyword,
    kind_of,
    understand,
)
from trunkline.messaging.consents.service_words import ServiceWords, WordList
from trunkline.messaging.inbound.opt_out_keywords import HELP_REPLY, START_REPLY, STOP_REPLY

N1, N2, FREE, CODE = "+14155550100", "+12065550100", "+18005550100", "12345"
MG = "MG" + "a" * 32
WORDS = ServiceWords(
    enabled=True,
    stop=WordList(("STOP", "NO"), "Gone."),
    start=WordList(("START", "UNSTOP", "OK"), "Back."),
    help=WordList(("HELP",), "Ask."),
)
KINDS = {N1: "local", N2: "mobile", FREE: "tollfree", CODE: "short_code"}


def at(sender: str, service: str | None = None, words: ServiceWords | None = None) -> Addressed:
    return Addressed(
        sender=sender, kind=kind_of(KINDS[sender], sender), service=service, words=words
    )


def effect(body: str, number: Addressed, *blocked: str) -> KeywordEffect | None:
    understood = understand(body, number, "US")
    return None if understood is None else decide_keyword(understood, number, blocked)


def seen(found: KeywordEffect | None) -> tuple[object, ...] | None:
    if found is None:
        return None
    reply = {STOP_REPLY: "stopped", START_REPLY: "started", HELP_REPLY: "helped"}.get(
        found.reply or "", found.reply and found.reply[:11]
    )
    return dict(found.changes), reply, found.message, found.told


def test_without_a_service_a_pair_is_meant() -> None:
    assert seen(effect("stop", at(N1))) == ({N1: "blocked"}, "stopped", None, None)
    assert seen(effect("yes", at(N1), N1)) == ({N1: "allowed"}, "started", None, None)
    assert effect("start", at(N1)) is None
    assert seen(effect("info", at(N1), N1)) == ({}, "helped", None, None)


def test_in_a_pool_the_service_is_meant() -> None:
    assert seen(effect("END", at(N1, MG))) == ({MG: "blocked"}, "stopped", None, None)
    assert seen(effect("start", at(N2, MG), MG)) == ({MG: "allowed"}, "started", None, None)


def test_start_lifts_what_a_number_was_told_before_it_joined() -> None:
    found = effect("start", at(N1, MG), MG, N1)
    assert found is not None
    assert dict(found.changes) == {N1: "allowed", MG: "allowed"}


def test_a_toll_free_number_in_a_pool_is_blocked_by_the_network_too() -> None:
    assert seen(effect("stop", at(FREE, MG))) == (
        {FREE: "blocked", MG: "blocked"}, "NETWORK MSG", None, None,
    )  # fmt: skip
    assert effect("end", at(FREE, MG)) is None
    assert effect("yes", at(FREE, MG), FREE, MG) is None
    found = effect("unstop", at(FREE, MG), FREE, MG)
    assert found is not None
    assert dict(found.changes) == {FREE: "allowed", MG: "allowed"}


@pytest.mark.parametrize("body", ["STOP", "START", "HELP"])
def test_a_short_code_has_no_words_of_its_own(body: str) -> None:
    assert effect(body, at(CODE), CODE) is None
    assert effect(body, at(CODE, MG), MG) is None


def test_the_words_of_a_service_count_at_a_short_code() -> None:
    number = at(CODE, MG, WORDS)
    assert seen(effect("no", number)) == ({MG: "blocked"}, None, "Gone.", "STOP")
    assert seen(effect("ok", number, MG)) == ({MG: "allowed"}, None, "Back.", "START")


def test_the_words_of_a_service_take_the_place_of_the_default_ones() -> None:
    number = at(N1, MG, WORDS)
    assert seen(effect("stop", number)) == ({MG: "blocked"}, None, "Gone.", "STOP")
    assert effect("quit", number) is None  # not on its list
    assert seen(effect("help", number)) == ({}, None, "Ask.", "HELP")


def test_who_has_left_hears_nothing_of_a_service() -> None:
    number = at(N1, MG, WORDS)
    assert seen(effect("help", number, MG)) == ({}, None, None, "HELP")
    assert seen(effect("stop", number, MG)) == ({MG: "blocked"}, None, None, "STOP")
    assert seen(effect("start", number)) == ({}, None, None, "START")


def test_a_reply_that_is_empty_is_none() -> None:
    words = ServiceWords(enabled=True, stop=WordList(("STOP",), ""))
    assert seen(effect("stop", at(N1, MG, words))) == ({MG: "blocked"}, None, None, "STOP")


def test_a_toll_free_network_answers_stop_and_the_service_does_not() -> None:
    number = at(FREE, MG, WORDS)
    stopped = effect("stop", number)
    assert seen(stopped) == ({FREE: "blocked", MG: "blocked"}, "NETWORK MSG", None, "STOP")
    # A word that the network does not know is the service's alone.
    assert seen(effect("no", number)) == ({MG: "blocked"}, None, "Gone.", "STOP")


def test_both_answer_start_at_a_toll_free_number() -> None:
    number = at(FREE, MG, WORDS)
    assert seen(effect("start", number, FREE, MG)) == (
        {FREE: "allowed", MG: "allowed"}, "NETWORK MSG", "Back.", "START",
    )  # fmt: skip


def test_a_word_of_the_service_does_not_lift_what_the_network_blocked() -> None:
    number = at(FREE, MG, WORDS)
    assert seen(effect("ok", number, FREE, MG)) == ({MG: "allowed"}, None, None, "START")


# --- any order ------------------------------------------------------------------------------
BODIES = ["STOP", "stop.", "END", "NO", "START", "YES", "UNSTOP", "OK", "HELP", "hello", "quit"]
steps = st.lists(st.tuples(st.sampled_from([N1, N2, FREE, CODE]), st.sampled_from(BODIES)))


def may_send(blocked: set[str], sender: str, service: str | None) -> bool:
    return sender not in blocked and service not in blocked


@given(steps, st.booleans(), st.booleans())
def test_in_any_order_whoever_stopped_is_left_alone_until_they_start(
    order: list[tuple[str, str]], in_pool: bool, advanced: bool
) -> None:
    """Told by a model that knows senders and a service, and by the words alone."""
    service = MG if in_pool else None
    words = WORDS if in_pool and advanced else None
    blocked: set[str] = set()
    left: set[str] = set()  # scopes that the person has left, by the model
    for sender, body in order:
        number = at(sender, service, words)
        word = body.strip(".").upper()
        before = may_send(blocked, sender, service)
        found = effect(body, number, *(blocked & set(number.scopes)))
        for scope, status in () if found is None else found.changes:
            (blocked.add if status == "blocked" else blocked.discard)(scope)
        kind = KINDS[sender]
        if words is not None:
            stops, starts = word in ("STOP", "NO"), word in ("START", "UNSTOP", "OK")
        elif kind == "short_code":
            stops = starts = False
        elif kind == "tollfree":
            stops, starts = word == "STOP", word in ("START", "UNSTOP")
        else:
            stops, starts = word in ("STOP", "END", "QUIT"), word in ("START", "YES", "UNSTOP")
        if stops:
            left.add(service or sender)
            if kind == "tollfree" and word == "STOP":
                left.add(sender)
        elif starts:
            left.discard(service or "")
            if kind != "tollfree" or word in ("START", "UNSTOP"):
                left.discard(sender)
        assert blocked == left
        if stops:
            assert not may_send(blocked, sender, service)
        elif not starts:
            assert may_send(blocked, sender, service) == before
        # Whoever is told that they are subscribed can be sent to; who left hears no service.
        if found is not None and found.message in ("Back.", "Ask."):
            assert may_send(blocked, sender, service)
        if found is not None and found.reply == START_REPLY:
            assert may_send(blocked, sender, service)


def test_the_network_of_toll_free_numbers_is_north_america_s() -> None:
    assert kind_of("tollfree", "+18005550100") == "toll_free"
    assert kind_of("tollfree", "+448085550100") == "long_code"

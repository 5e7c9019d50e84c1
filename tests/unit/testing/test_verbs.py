from __future__ import annotations

from typing import Any

import pytest

from trunkline.testing.verbs import Gather, Hangup, Play, Record, Say, Verb, executed, said


def known(verb: str, text: str | None = None, *within: Any, **attributes: Any) -> dict[str, Any]:
    return {"verb": verb, "text": text, "attributes": attributes, "within": list(within)}


GATHER = executed(
    known("Gather", None, known("Say", "Press one."), known("Play", "/a.mp3"), num_digits=1)
)


@pytest.mark.parametrize(
    "wanted",
    [
        Gather(),
        Gather(num_digits=1),
        Gather(num_digits="1"),
        Gather(timeout=5),  # by default
        Gather(input="dtmf"),
        Gather(Say("Press one."), Play("/a.mp3"), num_digits=1),
        Gather(Say(), Play()),
    ],
)
def test_what_is_not_named_is_not_compared(wanted: Verb) -> None:
    assert wanted == GATHER
    assert wanted == GATHER


@pytest.mark.parametrize(
    "wanted",
    [
        Record(),
        Gather(num_digits=2),
        Gather(timeout=6),
        Gather(Say("Press one.")),
        Gather(Say("Press two."), Play("/a.mp3")),
        Gather(finish_on_key=""),
    ],
)
def test_what_is_named_must_be_so(wanted: Verb) -> None:
    assert wanted != GATHER


def test_a_list_is_compared_in_one_assertion() -> None:
    verbs = [executed(known("Say", "Hi", voice="alice")), executed(known("Hangup"))]
    assert verbs == [Say("Hi"), Hangup()]
    assert verbs != [Say("Hi")]
    assert verbs != [Say("Ho"), Hangup()]
    assert verbs == [Say("Hi", voice="alice"), Hangup()]
    assert verbs[1] != "Hangup"


def test_two_of_a_kind_are_compared_in_full() -> None:
    assert Say("Hi") == Say("Hi")
    assert Say("Hi") != Say("Hi", voice="alice")
    assert executed(known("Say", "Hi")) != executed(known("Say", "Hi", loop=2))


def test_how_it_is_shown() -> None:
    assert repr(GATHER) == "Gather(Say('Press one.'), Play('/a.mp3'), num_digits=1)"
    assert repr(executed(known("Novelty", None, a=1))) == "Novelty(a=1)"


def test_what_was_said() -> None:
    assert said([GATHER, executed(known("Say", "Bye")), Hangup()]) == [
        "Press one.",
        "/a.mp3",
        "Bye",
    ]

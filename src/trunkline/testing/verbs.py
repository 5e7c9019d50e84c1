"""TwiML verbs as values, to compare with those that a call executed.

`assert call.verbs == [Say("Hello"), Gather(num_digits=1), Say("You pressed 1.")]`. What an expected
verb does not name is not compared. Attributes are named as by twilio-python: `num_digits`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

__all__ = [
    "Client",
    "Conference",
    "Connect",
    "Dial",
    "Echo",
    "Enqueue",
    "Gather",
    "Hangup",
    "Leave",
    "Message",
    "Number",
    "Pause",
    "Pay",
    "Play",
    "Queue",
    "Record",
    "Recording",
    "Redirect",
    "Refer",
    "Reject",
    "Say",
    "Sip",
    "Sms",
    "Start",
    "Stop",
    "Stream",
    "Verb",
    "executed",
    "said",
]


class Verb:
    """A verb of TwiML: its text (or URL, or number), the elements within it, its attributes.

    Of two verbs the one that a test writes decides what is compared: what it does not name may be
    anything. `Say()` is any `Say`.
    """

    name: str
    """`Say`, `Gather`, …"""
    text: str | None
    """The text of `Say`; the URL of `Play` and `Redirect`; the number of `Dial` and `Number`."""
    within: tuple[Verb, ...]
    """The verbs and nouns within it."""
    attributes: Mapping[str, Any]
    """The attributes that it was given."""

    def __init__(self, *inside: str | Verb, **attributes: Any) -> None:
        self.name = type(self).__name__
        texts = [each for each in inside if isinstance(each, str)]
        self.text = "".join(texts) if texts else None
        self.within = tuple(each for each in inside if isinstance(each, Verb))
        self.attributes = attributes
        self._executed = False

    def __repr__(self) -> str:
        parts = [] if self.text is None else [repr(self.text)]
        parts += map(repr, self.within)
        parts += [f"{name}={value!r}" for name, value in self.attributes.items()]
        return f"{self.name}({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Verb):
            return NotImplemented
        if self._executed == other._executed:
            return self._facts() == other._facts()
        return _fits(self, other) if self._executed else _fits(other, self)

    __hash__ = None  # type: ignore[assignment]  # equality here is no equivalence

    def _facts(self) -> tuple[Any, ...]:
        return (self.name, self.text, self.within, dict(self.attributes))


class Say(Verb):
    """`<Say>`: `Say("Hello", voice="alice")`."""


class Play(Verb):
    """`<Play>`: `Play("https://app.example/a.mp3")`."""


class Pause(Verb):
    """`<Pause>`."""


class Gather(Verb):
    """`<Gather>`: `Gather(Say("Press one."), num_digits=1)`."""


class Record(Verb):
    """`<Record>`."""


class Dial(Verb):
    """`<Dial>`: `Dial("+14155550123")`, `Dial(Number("+14155550123"))`."""


class Number(Verb):
    """`<Number>` in `<Dial>`."""


class Client(Verb):
    """`<Client>` in `<Dial>`."""


class Sip(Verb):
    """`<Sip>` in `<Dial>`."""


class Conference(Verb):
    """`<Conference>` in `<Dial>`."""


class Queue(Verb):
    """`<Queue>` in `<Dial>`."""


class Redirect(Verb):
    """`<Redirect>`: `Redirect("/menu")`."""


class Reject(Verb):
    """`<Reject>`."""


class Hangup(Verb):
    """`<Hangup>`."""


class Sms(Verb):
    """`<Sms>`."""


class Message(Verb):
    """`<Message>`."""


class Start(Verb):
    """`<Start>`: `Start(Recording())`."""


class Stop(Verb):
    """`<Stop>`."""


class Recording(Verb):
    """`<Recording>` in `<Start>` and `<Stop>`."""


class Stream(Verb):
    """`<Stream>` in `<Start>`, `<Stop>` and `<Connect>`."""


class Connect(Verb):
    """`<Connect>`."""


class Enqueue(Verb):
    """`<Enqueue>`."""


class Leave(Verb):
    """`<Leave>`."""


class Echo(Verb):
    """`<Echo>`."""


class Pay(Verb):
    """`<Pay>`."""


class Refer(Verb):
    """`<Refer>`."""


def executed(known: Mapping[str, Any]) -> Verb:
    """A verb as the control API tells of it."""
    name = known["verb"]
    kind = globals().get(name)
    is_kind = isinstance(kind, type) and issubclass(kind, Verb)
    made: type[Verb] = kind if kind is not None and is_kind else Verb
    verb = made(
        *([] if known["text"] is None else [known["text"]]),
        *map(executed, known["within"]),
        **known["attributes"],
    )
    verb.name = name
    verb._executed = True
    return verb


def said(verbs: Sequence[Verb]) -> list[str]:
    """The texts that were spoken and the URLs that were played, in their order, those within
    `Gather` too."""
    texts: list[str] = []
    for verb in verbs:
        if verb.name in ("Say", "Play") and verb.text:
            texts.append(verb.text)
        texts += said(verb.within)
    return texts


def _fits(found: Verb, wanted: Verb) -> bool:
    return (
        found.name == wanted.name
        and (wanted.text is None or found.text == wanted.text)
        and (not wanted.within or list(found.within) == list(wanted.within))
        and all(_same(found, name, value) for name, value in wanted.attributes.items())
    )


def _same(found: Verb, name: str, wanted: Any) -> bool:
    """Whether an attribute has a value, which may be its default: that stands in no event."""
    value = found.attributes[name] if name in found.attributes else _default(found.name, name)
    return bool(_plain(value) == _plain(wanted))


def _default(verb: str, name: str) -> Any:
    from trunkline.twiml import voice

    known = getattr(voice, verb, None)
    found = [each.default for each in fields(known) if each.name == name] if known else []
    return found[0] if found else None


def _plain(value: Any) -> Any:
    """`dtmf speech` and `["dtmf", "speech"]` are the same; so are `5` and `"5"`."""
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    if isinstance(value, bool) or value is None:
        return value
    return str(value)

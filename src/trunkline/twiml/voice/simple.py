"""Verbs of few words: Hangup, Reject, Leave, Echo, Refer, Sms, and the Parameter of many.

Source: behaviour 3.1, 6.6, Appendix A; codes 13810, 14103-14105.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.messaging import Message, says_something
from trunkline.twiml.schema import attribute, children, element, text, written_at

__all__ = ["Config", "Echo", "Hangup", "Leave", "Parameter", "Refer", "ReferSip", "Reject", "Sms"]

_REASON_INVALID: Final = 13810


@element("Parameter")
@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`<Parameter>`: a name and a value that the other side is given."""

    name: str | None = attribute("name", kinds.text)
    value: str | None = attribute("value", kinds.text)
    line: int | None = written_at()


@element("Config")
@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`<Config>`: a setting of the service that the noun around it uses."""

    name: str | None = attribute("name", kinds.text)
    value: str | None = attribute("value", kinds.text)
    line: int | None = written_at()


@element("Hangup")
@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """`<Hangup>`: end the call."""

    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("Reject")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """`<Reject>`: do not answer; `reason` is `rejected` or `busy`. Later in a call it hangs up."""

    reason: str = attribute(
        "reason", kinds.one_of("rejected", "busy"), default="rejected", code=_REASON_INVALID
    )
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("Leave")
@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """`<Leave>`: leave the queue that the call waits in."""

    line: int | None = written_at()


@element("Echo")
@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """`<Echo>`: let the caller hear what the caller says."""

    line: int | None = written_at()


@element("Sip")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReferSip:
    """`<Sip>` in Refer: the address that the caller's side is to call."""

    sip_url: str = text()
    line: int | None = written_at()


@element("Refer")
@dataclass(frozen=True, slots=True, kw_only=True)
class Refer:
    """`<Refer>`: hand a SIP call over to another address. `action` is as written."""

    action: str | None = attribute("action", kinds.text)
    method: str = attribute("method", kinds.method, default="POST")
    sips: tuple[ReferSip, ...] = children(lambda: (ReferSip,))
    line: int | None = written_at()


@element("Sms", "Message", check=says_something)
@dataclass(frozen=True, slots=True, kw_only=True)
class Sms(Message):
    """`<Sms>` in a call: send a message, from the number called to the caller if not told else.

    Its fields, and what is wrong with them, are those of a message in a reply.
    """

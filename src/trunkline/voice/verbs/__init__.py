"""What each TwiML verb does in a call: one module a verb."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from trunkline.twiml import voice as twiml
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.apology import apologise
from trunkline.voice.verbs.dial import dial
from trunkline.voice.verbs.gather import gather
from trunkline.voice.verbs.hangup import hangup, reject
from trunkline.voice.verbs.later import later_verb
from trunkline.voice.verbs.pause import pause
from trunkline.voice.verbs.play import play
from trunkline.voice.verbs.record import record
from trunkline.voice.verbs.redirect import redirect
from trunkline.voice.verbs.say import say
from trunkline.voice.verbs.sms import sms
from trunkline.voice.verbs.start_stop import start, stop

__all__ = ["VERBS", "Execute", "apologise", "later_verb"]

Execute = Callable[[Any, CallSession, Page], Awaitable[Outcome]]

VERBS: Final[Mapping[type, Execute]] = {
    twiml.Say: say,
    twiml.Play: play,
    twiml.Pause: pause,
    twiml.Gather: gather,
    twiml.Redirect: redirect,
    twiml.Reject: reject,
    twiml.Hangup: hangup,
    twiml.Record: record,
    twiml.Dial: dial,
    twiml.Sms: sms,
    twiml.Start: start,
    twiml.Stop: stop,
}

"""A platform in a pytest fixture: `def test_welcome(trunkline): …`

The names here are for annotations and `pytest.raises`; the fixtures come by themselves. The
package imports nothing before one of them is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trunkline.testing.apps.served import App
    from trunkline.testing.apps.watch import AppError
    from trunkline.testing.async_calls import AsyncCall
    from trunkline.testing.asynchronous import AsyncClock, AsyncPhone, AsyncTrunkline
    from trunkline.testing.calls import Call, CallRecording
    from trunkline.testing.clock import Clock
    from trunkline.testing.errors import ExpectationFailed, TrunklineError
    from trunkline.testing.fixture import Trunkline
    from trunkline.testing.heard import Heard, HeardTone
    from trunkline.testing.messages import Message
    from trunkline.testing.phone import Phone
    from trunkline.testing.transcript import Transcript
    from trunkline.testing.verbs import Verb
    from trunkline.testing.webhooks import Attempt, WebhookRequest, Webhooks
    from trunkline.testing.why import Explanation

__all__ = [
    "App",
    "AppError",
    "AsyncCall",
    "AsyncClock",
    "AsyncPhone",
    "AsyncTrunkline",
    "Attempt",
    "Call",
    "CallRecording",
    "Clock",
    "ExpectationFailed",
    "Explanation",
    "Heard",
    "HeardTone",
    "Message",
    "Phone",
    "Transcript",
    "Trunkline",
    "TrunklineError",
    "Verb",
    "WebhookRequest",
    "Webhooks",
]

MODULES = {
    "App": "apps.served",
    "AppError": "apps.watch",
    "AsyncCall": "async_calls",
    "AsyncClock": "asynchronous",
    "AsyncPhone": "asynchronous",
    "AsyncTrunkline": "asynchronous",
    "Attempt": "webhooks",
    "Call": "calls",
    "CallRecording": "calls",
    "Clock": "clock",
    "ExpectationFailed": "errors",
    "Explanation": "why",
    "Heard": "heard",
    "HeardTone": "heard",
    "Message": "messages",
    "Phone": "phone",
    "Transcript": "transcript",
    "Trunkline": "fixture",
    "TrunklineError": "errors",
    "Verb": "verbs",
    "WebhookRequest": "webhooks",
    "Webhooks": "webhooks",
}


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)

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
    from trunkline.testing.asynchronous import AsyncClock, AsyncPhone, AsyncTrunkline
    from trunkline.testing.clock import Clock
    from trunkline.testing.errors import ExpectationFailed, TrunklineError
    from trunkline.testing.fixture import Trunkline
    from trunkline.testing.messages import Message
    from trunkline.testing.phone import Phone
    from trunkline.testing.transcript import Transcript
    from trunkline.testing.webhooks import Attempt, WebhookRequest, Webhooks
    from trunkline.testing.why import Explanation

__all__ = [
    "App",
    "AppError",
    "AsyncClock",
    "AsyncPhone",
    "AsyncTrunkline",
    "Attempt",
    "Clock",
    "ExpectationFailed",
    "Explanation",
    "Message",
    "Phone",
    "Transcript",
    "Trunkline",
    "TrunklineError",
    "WebhookRequest",
    "Webhooks",
]

MODULES = {
    "App": "apps.served",
    "AppError": "apps.watch",
    "AsyncClock": "asynchronous",
    "AsyncPhone": "asynchronous",
    "AsyncTrunkline": "asynchronous",
    "Attempt": "webhooks",
    "Clock": "clock",
    "ExpectationFailed": "errors",
    "Explanation": "why",
    "Message": "messages",
    "Phone": "phone",
    "Transcript": "transcript",
    "Trunkline": "fixture",
    "TrunklineError": "errors",
    "WebhookRequest": "webhooks",
    "Webhooks": "webhooks",
}


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)

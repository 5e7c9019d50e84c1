"""The proxy: a request of a caller, by a connection, to its provider, and the answer back.

`Forward` is the whole of it; `AskJson` the same for what the gateway itself asks.
"""

from trunkline.gateway.proxy.ask import Answered, Ask, BrokenOff, Limits
from trunkline.gateway.proxy.ask_json import AskJson
from trunkline.gateway.proxy.claims import Claims, DuplicateOfUnknown
from trunkline.gateway.proxy.exchange import Reply
from trunkline.gateway.proxy.forward import Forward
from trunkline.gateway.proxy.http_client import (
    AnswerLost,
    HttpClient,
    NotReached,
    Refused,
    UpstreamAnswer,
)
from trunkline.gateway.proxy.pass_on import PassOn, gone_of
from trunkline.gateway.proxy.rates import Rates
from trunkline.gateway.proxy.until_answered import serve_until_answered

__all__ = [
    "AnswerLost",
    "Answered",
    "Ask",
    "AskJson",
    "BrokenOff",
    "Claims",
    "DuplicateOfUnknown",
    "Forward",
    "HttpClient",
    "Limits",
    "NotReached",
    "PassOn",
    "Rates",
    "Refused",
    "Reply",
    "UpstreamAnswer",
    "gone_of",
    "serve_until_answered",
]

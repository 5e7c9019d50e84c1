"""One request to a customer's app: signed, bounded in time and size, retried, redirected."""

from trunkline.webhooks.http.cookies import Jar
from trunkline.webhooks.http.egress import Egress
from trunkline.webhooks.http.exchange import LIMIT, Attempt, Exchange, Outgoing
from trunkline.webhooks.http.network_rules import NOBODY, AllowList, NetworkRules
from trunkline.webhooks.http.passage import Passage
from trunkline.webhooks.http.requests import Requests

__all__ = [
    "LIMIT",
    "NOBODY",
    "AllowList",
    "Attempt",
    "Egress",
    "Exchange",
    "Jar",
    "NetworkRules",
    "Outgoing",
    "Passage",
    "Requests",
]

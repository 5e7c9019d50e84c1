"""Connections: accounts at providers, whose credentials are sealed here and never told.

`Connections` is all that others need: make, find, choose, establish, fail. The status of one is
written by `change_status` alone. `Requests` and `Sessions` lead a person to the hosted page, and
`EnterCredentials` does what its form asks for.
"""

from trunkline.gateway.connections.changes import Changes
from trunkline.gateway.connections.check_entered import Entered, EntryInvalid, check_entered
from trunkline.gateway.connections.check_input import check_redirect
from trunkline.gateway.connections.connections import KEEP, Connections, Page
from trunkline.gateway.connections.enter_credentials import EnterCredentials
from trunkline.gateway.connections.methods import (
    find_method,
    is_asked_of_a_person,
    is_platform,
    offered_methods,
)
from trunkline.gateway.connections.probe_credentials import ProbeCredentials
from trunkline.gateway.connections.requests import ConnectRequest, Requests
from trunkline.gateway.connections.seams import SEALED, bound_of
from trunkline.gateway.connections.sessions import Session, SessionBusy, SessionGone, Sessions
from trunkline.gateway.connections.sweep import Swept, sweep
from trunkline.gateway.connections.test_connection import TestConnection, TestResult

__all__ = [
    "KEEP",
    "SEALED",
    "Changes",
    "ConnectRequest",
    "Connections",
    "EnterCredentials",
    "Entered",
    "EntryInvalid",
    "Page",
    "ProbeCredentials",
    "Requests",
    "Session",
    "SessionBusy",
    "SessionGone",
    "Sessions",
    "Swept",
    "TestConnection",
    "TestResult",
    "bound_of",
    "check_entered",
    "check_redirect",
    "find_method",
    "is_asked_of_a_person",
    "is_platform",
    "offered_methods",
    "sweep",
]

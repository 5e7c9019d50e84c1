"""The audit log: who did what by which connection, when, and how it ended.

It is append-only and hash-chained: each entry holds the SHA-256 of the one before it and of itself,
so that whoever changes or removes one later has to change all that follow, and the head besides.
"""

from trunkline.gateway.audit.entry import Entry
from trunkline.gateway.audit.find_entries import AuditFilter, FoundEntry
from trunkline.gateway.audit.record import Audit
from trunkline.gateway.audit.template_path import template_path
from trunkline.gateway.audit.verify import Anchor, Broken, Verified

__all__ = [
    "Anchor",
    "Audit",
    "AuditFilter",
    "Broken",
    "Entry",
    "FoundEntry",
    "Verified",
    "template_path",
]

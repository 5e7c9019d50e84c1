"""What the pages show of a connection and of a method's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from trunkline.gateway.connections import Session
from trunkline.gateway.connectors import Connector, Field, Method
from trunkline.gateway.model import Status

__all__ = ["FIELD", "FieldShown", "Shown", "Way", "plain", "show", "show_fields", "with_outcome"]

FIELD = "field."  # before the name of a method's field in the form
LONGEST_SHOWN = 100  # characters of a name that others chose
LONGEST_ENTRY = 16_384

_STRANGE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """For whom something is connected."""

    app: str
    tenant: str
    user: str
    connection: str
    replaces: bool  # it works already


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link to the form of one method."""

    label: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """One input. A secret is never filled in."""

    id: str
    name: str
    label: str
    hint: str
    secret: bool
    required: bool
    value: str = field(repr=False)
    fault: str
    described_by: str
    longest: int = LONGEST_ENTRY


def plain(text: str) -> str:
    """A text that others chose: in one direction, on one line, not too long."""
    text = _STRANGE.sub("\ufffd", text)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def show(session: Session, connector: Connector) -> Shown:
    """For whom the session's connection is."""
    return Shown(
        app=connector.name,
        tenant=plain(session.caller.tenant_key),
        user=plain(session.caller.user_key),
        connection=plain(session.connection.name),
        replaces=session.connection.status is Status.ACTIVE,
    )


def show_fields(
    method: Method,
    settings: Mapping[str, object],
    given: Mapping[str, str],
    faults: Mapping[str, str],
) -> list[FieldShown]:
    """The inputs of a method, with what was entered before, or what the connection's settings are;
    secrets are left empty."""
    return [_shown(each, settings, given, faults.get(each.key, "")) for each in method.fields]


def _shown(
    each: Field, settings: Mapping[str, object], given: Mapping[str, str], fault: str
) -> FieldShown:
    value = ""
    if not each.secret:
        value = given.get(each.key, str(settings.get(each.key, "")) if each.setting else "")
    described = [f"{each.key}-fault" if fault else "", f"{each.key}-hint" if each.hint else ""]
    return FieldShown(
        id=each.key,
        name=FIELD + each.key,
        label=each.label,
        hint=each.hint,
        secret=each.secret,
        required=each.required,
        value=value if len(value) <= LONGEST_ENTRY else "",
        fault=fault,
        described_by=" ".join(filter(None, described)),
    )


def with_outcome(url: str, connection_id: str, request_id: str | None) -> str:
    """The URL to which a person goes back, with what was connected in its query."""
    query = urlencode(
        {"connectionId": connection_id, **({"requestId": request_id} if request_id else {})}
    )
    return f"{url}{'&' if '?' in url else '?'}{query}"

"""The request that an action makes of its input: pure, and the same for every action."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from trunkline.gateway.actions.declare import Action, Input
from trunkline.gateway.actions.read_time import DAY_OR_TIME, TIME, read_time

__all__ = ["ProviderRequest", "build_request", "needs_account"]

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRequest:
    """What the provider is asked. `form` is None where there is no body."""

    method: str
    path: str  # percent-encoded
    query: Pairs
    form: Pairs | None


def _placeholder(name: str) -> str:
    """How a path names a parameter in it."""
    return f"{{{name}}}"


def needs_account(action: Action, given: Mapping[str, Any]) -> bool:
    """Whether the connection's account has to be known for this."""
    return _placeholder("AccountSid") in action.path and "accountSid" not in given


def build_request(
    action: Action, given: Mapping[str, Any], account_sid: str = ""
) -> ProviderRequest:
    """The request for `given`, which `check_input` has passed; `account_sid` if it needs one."""
    path = action.path
    if needs_account(action, given):
        path = path.replace(_placeholder("AccountSid"), quote(account_sid, safe=""))
    sent: Pairs = []
    for field in action.inputs:
        if field.name not in given:
            continue
        values = list(_texts(field, given[field.name]))
        if _placeholder(field.sends) in path:
            path = path.replace(_placeholder(field.sends), quote(values[0], safe=""))
        elif action.paging is not None and field.name == action.paging.limit:
            sent.append((field.sends, str(min(int(given[field.name]), action.paging.most))))
        else:
            sent += ((field.sends, value) for value in values)
    if action.method == "POST":
        return ProviderRequest(method="POST", path=path, query=[], form=sent)
    return ProviderRequest(method=action.method, path=path, query=sent, form=None)


def _texts(field: Input, value: Any) -> Iterator[str]:
    """A value as form and query parameters have it."""
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, (int, float)):
        yield str(int(value))  # JSON Schema counts 50.0 as a whole number
    elif isinstance(value, list):
        for item in value:
            yield from _texts(field, item)
    elif isinstance(value, dict):
        yield json.dumps(value, ensure_ascii=False)
    else:
        kind = field.schema.get("format")
        if kind in (DAY_OR_TIME, TIME):
            value = read_time(value, day=kind == DAY_OR_TIME)
        yield str(value)

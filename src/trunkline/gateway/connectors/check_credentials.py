"""Whether a provider accepts credentials, and whose they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trunkline.gateway.connectors.declare import Connector, Method, Probe
from trunkline.gateway.connectors.fill import fill_path

__all__ = ["Checked", "Probing", "check_credentials"]

MOST_CHARACTERS = 256  # of a value that is kept as metadata

Probing = Callable[[str, str], Awaitable[tuple[int, Any]]]
"""Ask the provider: method and path (or URL) → status and the answer's JSON, None if it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of it. `message` is for a person and holds nothing that the provider said."""

    success: bool
    message: str = ""
    status: int | None = None  # the last answer's; None where nothing can be asked
    metadata: Mapping[str, str] = field(default_factory=dict)


async def check_credentials(
    connector: Connector, method: Method, entered: Mapping[str, Any], ask: Probing
) -> Checked:
    """Ask the method's probes in turn until one succeeds.

    `entered` is all that the probes' `{name}`s may name. Further ones are asked only where the
    provider says that these credentials may not read (401, 403, 404). What `ask` raises goes
    through: it says that nobody answered, not that the credentials are wrong.
    """
    last: int | None = None
    for probe in connector.probes(method):
        try:
            path = fill_path(probe.path, entered)
        except KeyError as missing:
            return Checked(success=False, message=f"{missing.args[0]} is missing.")
        last, answer = await ask(probe.method, path)
        if 200 <= last < 300 and (probe.ok is None or _at(answer, probe.ok) is True):
            return Checked(success=True, status=last, metadata=_metadata(probe, answer, entered))
        if last not in (401, 403, 404):
            break
    if last is None:
        return Checked(success=True)
    return Checked(success=False, message=_sentence(connector, last), status=last)


def _sentence(connector: Connector, status: int) -> str:
    if status in (401, 403) or 200 <= status < 300:
        return f"{connector.name} does not accept these credentials."
    if status == 404:
        return f"{connector.name} does not know the account of these credentials."
    return f"{connector.name} answered {status} and cannot be asked now: try again later."


def _metadata(probe: Probe, answer: Any, entered: Mapping[str, Any]) -> dict[str, str]:
    kept = {}
    for name, source in probe.metadata.items():
        value = entered.get(source[1:-1]) if source.startswith("{") else _at(answer, source)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            text = "".join(c for c in str(value) if c.isprintable())
            kept[name] = text[:MOST_CHARACTERS]
    return kept


def _at(answer: Any, path: str) -> Any:
    """What is at a dotted path in JSON; None if nothing is."""
    for part in path.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdecimal() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer

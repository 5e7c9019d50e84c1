"""An action's input: every name in the declared spelling, or all that is wrong with it at once.

Sentences name the field and say what it must be. They do not repeat what was given: it may be a
text to somebody.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
    ValidationError,
)

from trunkline.gateway.actions.declare import Action, Choice, Input
from trunkline.gateway.actions.read_time import DAY_OR_TIME, TIME, read_time
from trunkline.gateway.errors import InputInvalid

__all__ = ["MOST_PROBLEMS", "check_input"]

MOST_PROBLEMS = 20  # shown of one input
MOST_NAME = 64  # characters of a name that is repeated in a sentence


def _day_or_time(value: object) -> bool:
    return not isinstance(value, str) or read_time(value, day=True) is not None


def _time(value: object) -> bool:
    return not isinstance(value, str) or read_time(value, day=False) is not None


def _web_address(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    clean = value.isprintable() and " " not in value
    return clean and parts.scheme in ("http", "https") and bool(parts.hostname)


formats = FormatChecker(formats=())
formats.checks(DAY_OR_TIME)(_day_or_time)
formats.checks(TIME)(_time)
formats.checks("uri")(_web_address)


@dataclass(frozen=True, slots=True)
class _Problem:
    field: str | None
    message: str  # without the full stop


def check_input(action: Action, given: Any) -> dict[str, Any]:
    """The input by its declared names, with defaults.

    Names are also taken in the provider's spelling, in any case, and with `_` or `-` between words
    (`To`, `media_url`). A null counts as not given. Raises InputInvalid; its `data["errors"]` has
    `{"field", "message"}` of each problem.
    """
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise _invalid([_Problem(None, "The input must be a JSON object")])
    found, problems = _by_declared_names(action, given)
    for field in action.inputs:
        if field.name in found:
            problems += _faults(action, field, found[field.name])
        elif field.required:
            problems.append(_Problem(field.name, f"{field.name} is missing: {field.must_be}"))
    for choice in action.choices:
        problems += _unmet(choice, found)
    if problems:
        raise _invalid(problems)
    return {**action.defaults, **found}


def _by_declared_names(
    action: Action, given: Mapping[Any, Any]
) -> tuple[dict[str, Any], list[_Problem]]:
    spellings = _spellings(action)
    found: dict[str, Any] = {}
    problems: list[_Problem] = []
    for name, value in given.items():
        declared = spellings.get(_plain(name)) if len(name) <= MOST_NAME else None
        if declared is None:
            if len(problems) <= MOST_PROBLEMS:
                problems.append(_unknown(name, spellings))
        elif value is None:
            continue
        elif declared in found:
            problems.append(_Problem(declared, f"{declared} is there twice, in two spellings"))
        else:
            found[declared] = value
    return found, problems


@cache
def _spellings(action_: Action) -> dict[str, str]:
    named = {_plain(field.sends): field.name for field in action_.inputs}
    return named | {_plain(field.name): field.name for field in action_.inputs}


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _unknown(name: str, spellings: Mapping[str, str]) -> _Problem:
    if len(name) > MOST_NAME or not name.isprintable():
        return _Problem(None, "There is a field with a name that this action does not have")
    message = f"{name} is not a field of this action"
    near = difflib.get_close_matches(_plain(name), spellings, n=1, cutoff=0.7)
    if near:
        return _Problem(name, f"{message}: did you mean {spellings[near[0]]}?")
    return _Problem(name, f"{message}, which has {', '.join(sorted(set(spellings.values())))}")


@cache
def _validator(action: Action, name: str) -> Draft202012Validator:
    schema = next(field.schema for field in action.inputs if field.name == name)
    return Draft202012Validator(dict(schema), format_checker=formats)


def _faults(action: Action, field: Input, value: Any) -> list[_Problem]:
    if _oversized(field, value):
        return [_Problem(field.name, f"{field.name} must be {field.must_be}")]
    errors = list(_validator(action, field.name).iter_errors(value))
    if errors:
        # One sentence for each place is enough, whatever is wrong there.
        sentences = {_place(field, error): _sentence(field, error) for error in errors[::-1]}
        return [_Problem(place, text) for place, text in list(sentences.items())[::-1]]
    if not _sendable(value):
        return [_Problem(field.name, f"{field.name} has characters that cannot be sent")]
    return []


def _oversized(field: Input, value: Any) -> bool:
    """Whether it has more parts than any input may have: they are not looked at one by one."""
    most = field.schema.get("maxItems", 0), field.schema.get("maxProperties", 0)
    if isinstance(value, list):
        return len(value) > int(most[0])
    return isinstance(value, dict) and len(value) > int(most[1])


def _place(field: Input, error: ValidationError) -> str:
    steps = "".join(
        f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in error.path
    )
    return field.name + steps


def _shown(step: Any) -> str:
    text = str(step)
    return text if len(text) <= MOST_NAME and text.isprintable() else "…"


def _sentence(field: Input, error: ValidationError) -> str:
    place, limit = _place(field, error), error.validator_value
    if error.validator == "maxLength":
        return f"{place} is longer than {limit:,} characters"
    if error.validator == "minLength" and not error.instance:
        return f"{place} is empty"
    if error.path and error.validator == "type":
        return f"{place} must be a text"
    if error.path and error.validator == "format":
        return f"{place} must be an http or https address"
    return f"{place} must be {field.must_be}"


def _sendable(value: Any) -> bool:
    """Whether every text in it can be sent: no NUL, and no half of a surrogate pair."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, list):
        return all(_sendable(item) for item in value)
    if isinstance(value, dict):
        return all(_sendable(name) and _sendable(item) for name, item in value.items())
    return True


def _unmet(choice: Choice, found: Mapping[str, Any]) -> list[_Problem]:
    there = [name for name in choice.names if name in found]
    if choice.needed and not there:
        kind = "exactly one" if choice.exclusive else "at least one"
        return [_Problem(None, f"Give {kind} of {_spoken(choice.names)}")]
    if choice.exclusive and len(there) > 1:
        return [_Problem(there[1], f"Give only one of {_spoken(tuple(there))}")]
    return []


def _spoken(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _invalid(problems: list[_Problem]) -> InputInvalid:
    shown = problems[:MOST_PROBLEMS]
    sentences = [
        each.message if each.message.endswith("?") else f"{each.message}." for each in shown
    ]
    if len(problems) > len(shown):
        sentences.append("There is more that is wrong.")
    errors = [
        {"field": each.field, "message": sentence}
        for each, sentence in zip(shown, sentences, strict=False)
    ]
    return InputInvalid(" ".join(sentences), data={"errors": errors})

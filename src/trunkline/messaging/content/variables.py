"""The variables of content templates: `{{1}}` or `{{name}}` in texts, and their values.

https://www.twilio.com/docs/content/using-variables-with-content-api: a name has at most 16
letters and digits, a template at most 100 variables, a value at most 1,600 characters.
https://www.twilio.com/docs/api/errors/21656: no value may be null or empty when a message is sent,
nor hold a new line, a tab, or more than four spaces in a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.json_body import parse_json

__all__ = [
    "MOST_VARIABLES",
    "checked_defaults",
    "given_variables",
    "placeholders",
    "substitute",
    "value_finder",
]

MOST_VARIABLES = 100
LONGEST_VALUE = 1600  # characters
LONGEST_DEFAULTS = 16_000  # characters of all values of a template: ten messages of them
NAME = r"[A-Za-z0-9_]{1,16}"
PLACEHOLDER = re.compile(r"\{\{(" + NAME + r")\}\}")
IS_NAME = re.compile(NAME).fullmatch
NOT_IN_VALUES = re.compile(r"[\n\r\t]| {5}")


def checked_defaults(given: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a template, as it is made: a text for each name.

    Errors: 92002 for too many, 92007 for a name or value that cannot be one, and for values that
    are too long together.
    """
    if len(given) > MOST_VARIABLES:
        raise catalogue.CONTENT_TOO_MANY_VARIABLES()
    for name, value in given.items():
        if not IS_NAME(name) or not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise catalogue.CONTENT_DEFAULTS_INVALID()
    if sum(map(len, given.values())) > LONGEST_DEFAULTS:
        raise catalogue.CONTENT_DEFAULTS_INVALID()
    return dict(given)


def given_variables(raw: str | None) -> dict[str, str]:
    """The values that a message gives, from its ContentVariables: a JSON object of strings.

    Errors: 21656 for anything else, 21658 for a value of more than 1,600 characters. Names that
    the template does not have are no error.
    """
    if not raw:
        return {}
    try:
        given = parse_json(raw.encode())
    except (ApiError, UnicodeEncodeError):
        raise catalogue.CONTENT_VARIABLES_INVALID() from None
    if len(given) > MOST_VARIABLES or not all(isinstance(one, str) for one in given.values()):
        raise catalogue.CONTENT_VARIABLES_INVALID()
    if any(len(one) > LONGEST_VALUE for one in given.values()):
        raise catalogue.CONTENT_VARIABLES_TOO_LONG()
    return given


def placeholders(text: str) -> list[str]:
    """The names of the variables in a text, in its order."""
    return PLACEHOLDER.findall(text)


def substitute(text: str, value_of: Callable[[str], str]) -> str:
    """`text` with its variables replaced, once: what a value brings is not looked at again.

    Errors: those of `value_of`; 21656 for braces that open no variable (`{{}}`, `{{example}`).
    """
    if "{{" in PLACEHOLDER.sub(" ", text):
        raise catalogue.CONTENT_VARIABLES_INVALID()
    return PLACEHOLDER.sub(lambda found: value_of(found[1]), text)


def value_finder(values: Mapping[str, str], defaults: Mapping[str, str]) -> Callable[[str], str]:
    """What a variable stands for, by its name: the message's value, else the template's.

    The function raises 21656 where a value is missing, empty, or holds what none may hold. Each
    value is examined once, however often the texts name it: they may do so thousands of times.
    """

    @cache
    def value_of(name: str) -> str:
        value = values.get(name)
        if value is None:
            value = defaults.get(name)
        if not value or NOT_IN_VALUES.search(value):
            raise catalogue.CONTENT_VARIABLES_INVALID()
        return value

    return value_of

"""`{name}`s in the texts of a declaration, and what was entered for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

__all__ = ["fill", "fill_path"]

_names = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with values as they were entered. KeyError names the first one that is missing."""
    return _filled(text, values, str)


def fill_path(text: str, values: Mapping[str, Any]) -> str:
    """The text with values percent-encoded, so that none can be more than one part of a path."""
    return _filled(text, values, lambda value: quote(str(value), safe=""))


def _filled(text: str, values: Mapping[str, Any], shown: Callable[[Any], str]) -> str:
    def value_of(found: re.Match[str]) -> str:
        value = values[found[1]]
        if not isinstance(value, str) or not value:
            raise KeyError(found[1])
        return shown(value)

    return _names.sub(value_of, text)

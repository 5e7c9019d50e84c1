"""A configuration that cannot be used, told in one sentence."""

from __future__ import annotations

import re

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

__all__ = ["SettingsError", "ValidationError", "settings_trouble"]

PREFIX = "TRUNKLINE_"


def settings_trouble(error: ValidationError | SettingsError) -> str:
    """What is wrong with the first wrong variable: never its value, which may be a secret."""
    if isinstance(error, SettingsError):  # a list or an object whose JSON cannot be read
        found = re.search(r'field "(\w+)"', str(error))
        name = PREFIX + found[1].upper() if found else "A variable"
        return f"{name} cannot be used: its value is no JSON."
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name, *inside = (str(part) for part in first["loc"])
    where = f"{PREFIX}{name.upper()}{''.join(f'.{part}' for part in inside)}"
    return f"{where} cannot be used: {first['msg']}."

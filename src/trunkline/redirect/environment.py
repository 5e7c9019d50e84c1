"""The variables that make an unchanged program reach the platform: `trunkline exec` sets them.

They hold for all that the program starts, too. Nothing here reads or changes this process's own
environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trunkline.redirect.hosts import VARIABLE

__all__ = [
    "NODE_PRELOAD",
    "PYTHON_FOLDER",
    "CannotRedirect",
    "gateway_variables",
    "redirected_environment",
]

HERE = Path(__file__).resolve().parent
PYTHON_FOLDER = HERE / "python"
NODE_PRELOAD = HERE / "node" / "redirect.cjs"

ALWAYS = {"TWILIO_ACCOUNT_SID": "account_sid", "TWILIO_AUTH_TOKEN": "auth_token"}
# The gateway's, on a platform in development: in production its user has a key, or has none.
GATEWAY = {"MATON_API_KEY": "tlk_", "MEMBRANE_TOKEN": "pat-"}
# Names that programs and the Twilio CLI prefer to the account's token, and names of the test
# credentials: set only where they were, so that no program begins to use what it did not use, and
# none shows a key of a real account to anybody.
WHERE_SET = {
    "TWILIO_API_KEY": "api_key",
    "TWILIO_API_KEY_SID": "api_key",
    "TWILIO_API_SECRET": "api_secret",
    "TWILIO_API_KEY_SECRET": "api_secret",
    "TWILIO_TEST_ACCOUNT_SID": "test_account_sid",
    "TWILIO_TEST_AUTH_TOKEN": "test_auth_token",
}


class CannotRedirect(Exception):
    """The redirect cannot be loaded into programs; the text is one sentence."""


def redirected_environment(
    base: Mapping[str, str],
    routes: str,
    credentials: Mapping[str, Any],
    *,
    python: Path = PYTHON_FOLDER,
    node: Path = NODE_PRELOAD,
) -> dict[str, str]:
    """`base` with what redirects a Python or Node program, and who it is to the platform.

    `routes` is the value of `TRUNKLINE_REDIRECT`, `credentials` what `trunkline credentials --json`
    prints. Given its own result as `base`, it adds nothing twice. Raises CannotRedirect.
    """
    made = {
        **base,
        VARIABLE: routes,
        "PYTHONPATH": _with_folder(base.get("PYTHONPATH", ""), str(python)),
        "NODE_OPTIONS": _with_preload(base.get("NODE_OPTIONS", ""), str(node)),
    }
    for name, key in ALWAYS.items():
        made[name] = str(credentials[key])
    for name, key in WHERE_SET.items():
        if base.get(name):
            _set(made, name, credentials.get(key))
    made |= gateway_variables(credentials.get("gateway_key"))
    _set(made, "TWILIO_PHONE_NUMBER", next(iter(credentials.get("numbers") or ()), None))
    return made


def gateway_variables(key: str | None) -> dict[str, str]:
    """The variables by which a program finds its key of the gateway; none without a key."""
    if not key:
        return {}
    secret = key.partition("_")[2]
    return {
        **{name: prefix + secret for name, prefix in GATEWAY.items()},
        "MATON_TELEMETRY": "0",
    }


def _set(made: dict[str, str], name: str, value: Any) -> None:
    """Without a value the program is not left with the one of a real account."""
    if value:
        made[name] = str(value)
    else:
        made.pop(name, None)


def _with_folder(existing: str, folder: str) -> str:
    """A PYTHONPATH that begins with `folder`. An empty entry is the current folder to Python: those
    of the user stay, and none is made of a variable that was empty."""
    if os.pathsep in folder:
        raise CannotRedirect(
            f"PYTHONPATH cannot name {folder}, because of its '{os.pathsep}': "
            f"install Trunkline in another folder."
        )
    entries = existing.split(os.pathsep) if existing else []
    return os.pathsep.join([folder, *(entry for entry in entries if entry != folder)])


def _with_preload(existing: str, script: str) -> str:
    """NODE_OPTIONS with `script`, quoted as Node reads it, behind the options that are there."""
    escaped = script.replace("\\", "\\\\").replace('"', '\\"')
    option = f'--require="{escaped}"'
    if option in existing:
        return existing
    return f"{existing} {option}" if existing.strip() else option

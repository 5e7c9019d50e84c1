"""The codes that the reader of calls' TwiML warns with are known to alerts."""

from __future__ import annotations

import importlib
import pkgutil

from trunkline.twiml import voice
from trunkline.webhooks.alerts.catalogue import alert_level, alert_title


def codes() -> dict[int, str]:
    """Every constant of the package that is a code."""
    found = {}
    for module in pkgutil.iter_modules(voice.__path__, f"{voice.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            # Limits are constants too: no code has seconds or characters for a name.
            if isinstance(value, int) and 11_000 <= value < 22_000 and not name.startswith("MAX_"):
                found[value] = name
    return found


def test_every_code_has_a_title() -> None:
    assert len(codes()) > 60
    assert {code: name for code, name in codes().items() if alert_title(code)[:5] == "Error"} == {}


def test_levels_are_those_of_the_dictionary() -> None:
    assert (alert_level(13410), alert_title(13410)) == ("warning", "Play: Invalid loop value")
    assert (alert_level(13420), alert_title(13420)) == ("error", "Play: Invalid Content-Type")
    assert (alert_level(15003), alert_level(11100)) == ("warning", "error")

"""The supervisor as a program: `python -m trunkline.server.up [--json]`, configured by the
environment. `trunkline up` becomes it."""

from __future__ import annotations

import sys

from trunkline.server.screen import Screen
from trunkline.server.start_settings import SettingsInvalid, StartSettings
from trunkline.server.supervisor import Reports, run

__all__ = ["main"]


def main() -> int:
    """Run the platform until it is told to stop; the exit code."""
    try:
        settings = StartSettings.read()
    except SettingsInvalid as error:
        print(error, file=sys.stderr)
        return 1
    screen = Screen(settings.data, as_json="--json" in sys.argv[1:])
    return run(
        settings,
        Reports(ready=screen.ready, progress=screen.progress, trouble=screen.trouble),
    )


if __name__ == "__main__":
    sys.exit(main())

"""`trunkline version`."""

from __future__ import annotations

from trunkline import __version__
from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption

__all__ = ["version"]


def version(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the version of this program, and of the platform that runs, if any.

    With `--json`, `running` is the version of the platform that runs on the data folder, or null.

        $ trunkline version
        trunkline 0.1.0
        $ trunkline version --json
        {
          "version": "0.1.0",
          "running": "0.1.0"
        }
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    running: str | None
    try:
        running = Control(data).get("/version")["version"]
    except Failure:
        running = None
    if as_json:
        print_json({"version": __version__, "running": running})
        return
    print(f"trunkline {__version__}")
    if running not in (None, __version__):
        print(f"The platform that runs is {running}: start it again to use {__version__}.")

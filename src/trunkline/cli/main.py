"""Entry point of the `trunkline` program."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line. Never shows a traceback for what its user did."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # whatever the terminal cannot show is escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        # Here, and not above: Ctrl-C may come while it is imported.
        from trunkline.cli.app import app

        app(prog_name="trunkline")
    except KeyboardInterrupt:
        sys.exit(130)

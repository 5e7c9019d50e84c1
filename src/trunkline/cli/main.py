"""Entry point of the `trunkline` program."""

from __future__ import annotations

import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line. Never shows a traceback for what its user did."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # whatever the terminal cannot show is escaped
            stream.reconfigure(errors="backslashreplace")
    if hasattr(sys.stdin, "reconfigure") and not sys.stdin.isatty():
        # As in arguments: who uses it refuses what is no text. A terminal is readline's.
        sys.stdin.reconfigure(errors="surrogateescape")
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 - closed by the shell: `<&-`
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - closed by the shell: `>&-`
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    code: object = 0
    try:
        # Here, and not above: Ctrl-C may come while it is imported.
        if "_TRUNKLINE_COMPLETE" in os.environ:
            from trunkline.cli.completion import answer

            answer(sys.argv[1:])
        else:
            from trunkline.cli.app import app

            app(prog_name="trunkline")
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        code = _cannot_write(error) if error.filename is None else _cannot_use(error)
    sys.exit(_flush() or code)  # type: ignore[arg-type]


def _flush() -> int:
    """Write what is left. The interpreter would do it at its end, and complain at length."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return _cannot_write(error)
    return 0


def _cannot_use(error: OSError) -> int:
    print(f"{error.filename} cannot be used: {error.strerror}.", file=sys.stderr)
    return 1


def _cannot_write(error: OSError) -> int:
    """1, for output that nobody reads, or that has no place."""
    # What is still in the buffer goes nowhere, instead of failing once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        print(f"The output cannot be written: {error.strerror}.", file=sys.stderr)
    return 1

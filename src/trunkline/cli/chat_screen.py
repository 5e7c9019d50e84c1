"""Where a conversation is shown and lines come from: a terminal with a line that is being typed,
or a pipe."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from typing import Any

from trunkline.cli.show import colours, width_of

__all__ = ["Screen"]

CLEAR = "\r\x1b[K"
UP = "\x1b[A"


class Screen:
    """Shows lines above the one that is being typed, from any thread."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt
        self.is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._typing = False
        self._lock = threading.Lock()
        self._typed: Callable[[], str] = _line_buffer() if self.is_terminal else str

    def show(self, text: str, *, error: bool = False) -> None:
        """Lines of their own; what is being typed stays below them."""
        with self._lock:
            if self._typing:
                typed = self._typed()
                rows = width_of(self._prompt + typed) // max(shutil.get_terminal_size().columns, 1)
                sys.stdout.write(CLEAR + (UP + CLEAR) * rows + text + "\n" + self._prompt + typed)
                sys.stdout.flush()
            else:
                print(text, file=sys.stderr if error else sys.stdout, flush=True)

    def read(self) -> str | None:
        """The next line; None when there is no more. Raises KeyboardInterrupt."""
        if not self.is_terminal:
            line = sys.stdin.readline()
            return line.rstrip("\r\n") if line else None
        # Readline must know which characters of the prompt take no place.
        prompt = f"\001\x1b[1m\002{self._prompt}\001\x1b[0m\002" if colours() else self._prompt
        self._typing = True
        try:
            return input(prompt)
        except EOFError:
            print()
            return None
        finally:
            self._typing = False


def _line_buffer() -> Callable[[], str]:
    """What tells how much of a line is typed. Importing it is what makes lines editable."""
    try:
        import readline
    except ImportError:  # a Python without it: what comes in stands behind what is typed
        return str
    module: Any = readline
    if "libedit" not in (readline.__doc__ or ""):
        module.parse_and_bind("set enable-bracketed-paste on")
    found: Callable[[], str] = readline.get_line_buffer
    return found

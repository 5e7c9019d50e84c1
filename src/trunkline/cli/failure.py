"""Failures that are told in one sentence, without a traceback."""

from __future__ import annotations

__all__ = ["Failure"]


class Failure(Exception):
    """A command cannot do what it was asked; the text is one sentence, which says what to do."""

    exit_code = 1

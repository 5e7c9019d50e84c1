"""What goes wrong in a test, in one sentence each."""

from __future__ import annotations

from typing import Any

__all__ = ["ExpectationFailed", "TrunklineError", "hidden"]


class TrunklineError(Exception):
    """The fixture cannot do what it was asked for. The text is a sentence that says why."""


class ExpectationFailed(AssertionError):
    """A phone did not get what was expected. The text tells what happened instead."""


def hidden(failure: Any) -> bool:
    """Whether the frames of a module that has this as `__tracebackhide__` are left out of pytest's
    report about a failure: they are, where a sentence tells all there is to know."""
    return bool(failure.errisinstance((TrunklineError, ExpectationFailed)))


# As a failed test shows them.
for each in (TrunklineError, ExpectationFailed):
    each.__module__ = "trunkline.testing"

"""Write the reference of the fixtures: `python -m trunkline.testing.reference docs`.

It is made from the docstrings of the public classes and from the plugin's options. A test compares
the committed file with what this module makes.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

from trunkline import testing
from trunkline.testing import plugin
from trunkline.testing.phone import KEEP

__all__ = ["NAME", "main", "reference"]

NAME = "testing-reference.md"
HEAD = """\
# Reference of the fixtures

Generated from the docstrings of `trunkline.testing`; do not edit. [Testing](testing.md) shows how
all of it is used.

`def test_…(trunkline)` is given a [`Trunkline`](#trunkline), `async def test_…(async_trunkline)` an
[`AsyncTrunkline`](#asynctrunkline). Every class is importable from `trunkline.testing`, for
annotations; none is to be made by a test.

## Options

| Option | Ini option | What it sets |
|---|---|---|
"""
ORDER = (
    "Trunkline",
    "Phone",
    "Message",
    "Call",
    "CallRecording",
    "Heard",
    "HeardTone",
    "Verb",
    "Clock",
    "App",
    "AppError",
    "Webhooks",
    "WebhookRequest",
    "Attempt",
    "Transcript",
    "Explanation",
    "TrunklineError",
    "ExpectationFailed",
    "AsyncTrunkline",
    "AsyncPhone",
    "AsyncCall",
    "AsyncClock",
)


def reference() -> str:
    """The text of the file."""
    rows = [
        f"| `--trunkline-data DIR` | `trunkline_data` | {plugin.DATA}. |",
        f"| | `trunkline_within` | {plugin.WITHIN}. |",
        "| `-p no:trunkline` | | The plugin is not loaded. |",
    ]
    parts = [HEAD + "\n".join(rows)]
    for name in ORDER:
        parts += _class(name, getattr(testing, name))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the file below the folder that the command line names."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    (folder / NAME).write_text(reference(), encoding="utf-8")


def _class(name: str, described: type) -> Iterator[str]:
    yield f"## {name}"
    yield _text(described.__doc__)
    rows = [f"| `{name}` | {text} |" for name, text in _values(described)]
    if rows:
        yield "\n".join(["| Value | |", "|---|---|", *rows])
    for name, member in vars(described).items():
        if isinstance(member, FunctionType) and not name.startswith("_"):
            awaited = "await " if inspect.iscoroutinefunction(member) else ""
            yield f"### `{awaited}{name}{_signature(member)}`"
            yield _text(member.__doc__)


def _values(described: type) -> Iterator[tuple[str, str]]:
    """The attributes with a docstring below them, and the properties."""
    yield from _attributes(described)
    for name, member in vars(described).items():
        if isinstance(member, property) and not name.startswith("_"):
            yield name, _line(member.__doc__)


def _attributes(described: type) -> Iterator[tuple[str, str]]:
    if not inspect.get_annotations(described):
        return
    tree = ast.parse(textwrap.dedent(inspect.getsource(described))).body[0]
    assert isinstance(tree, ast.ClassDef)
    for statement, after in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            yield statement.target.id, _line(str(after.value.value))


def _signature(function: FunctionType) -> str:
    shown = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        shown.append(parameter.replace(annotation=inspect.Parameter.empty))
    return str(inspect.Signature(shown)).replace(repr(KEEP), "…")


def _text(doc: str | None) -> str:
    return inspect.cleandoc(doc or "")


def _line(doc: str | None) -> str:
    return " ".join(_text(doc).split()).replace("|", "\\|")


if __name__ == "__main__":
    main()

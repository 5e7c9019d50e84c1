"""The list of what is covered, docs/coverage.md, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trunkline.rest.openapi import request_path
from trunkline.rest.operation import Operation, operations_of
from trunkline.rest.parameters import parameters_of

__all__ = ["coverage_markdown"]

HEAD = """\
# Coverage

Generated from the declared operations; do not edit. What is not listed is answered with 404 and
code 20404. The 2010 API answers JSON with `.json` at the end of the path, and XML without.
"""


def coverage_markdown(classes: Iterable[type], notes: Mapping[str, str]) -> str:
    """Tables of operations and of their parameters, one pair for each product.

    `notes` are remarks by the name of a product or of an operation. Raises KeyError for one that
    names neither, so that a note does not outlive what it speaks of.
    """
    products: dict[str, list[Operation]] = {}
    for cls in classes:
        for _, declared in operations_of(cls):
            products.setdefault(declared.product, []).append(declared)
    names = {declared.name for operations in products.values() for declared in operations}
    for name in notes:
        if name not in names and name not in products:
            raise KeyError(f"a note on {name}, which is not declared")
    parts = [HEAD, *(_product(name, products[name], notes) for name in products)]
    return "\n".join(parts)


def _product(name: str, operations: list[Operation], notes: Mapping[str, str]) -> str:
    lines = [f"## {name}", ""]
    if name in notes:
        lines += [notes[name], ""]
    lines += ["| Operation | Request | What it does |", "|---|---|---|"]
    for declared in operations:
        told = " ".join(
            part for part in (declared.summary, *_rules(declared), notes.get(declared.name)) if part
        )
        request = f"`{declared.method} {request_path(declared)}`"
        lines.append(_row(declared.name, request, told))
    described = [(o, parameters_of(o.parameters)) for o in operations]
    if any(table for _, table in described):
        lines += ["", "| Operation | Parameter | Meaning |", "|---|---|---|"]
        for declared, table in described:
            for parameter in table.values():
                repeats = " May be repeated." if parameter.many else ""
                meaning = f"{parameter.doc}{repeats}"
                lines.append(_row(declared.name, f"`{parameter.name}`", meaning))
    return "\n".join([*lines, ""])


def _rules(declared: Operation) -> list[str]:
    rules = []
    if declared.test_credentials:
        rules.append("Test credentials may use it.")
    if declared.main_key_only:
        rules.append("Standard API keys may not use it.")
    return rules


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").strip() for cell in cells) + " |"

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import typer

from trunkline.cli.values import Reader


def read(kind: type, text: Any, least: float | None = None, most: float | None = None) -> Any:
    parameter = typer.Option()  # the error names it; what it is does not matter here
    return Reader(kind, least, most).coerce(text, parameter, None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (int, "42", 42),
        (int, "-1", -1),
        (float, "0.25", 0.25),
        (float, "1e3", 1000.0),
        (float, ".5", 0.5),
        (str, " a b ", " a b "),
        (Path, "a/b", Path("a/b")),
        (int, 20, 20),  # a default
        (str, ["a", "b"], ["a", "b"]),
    ],
)
def test_a_text_becomes_a_value(kind: type, text: Any, value: Any) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((int, text) for text in ("", "x", "1.5", "1_000", " 1", "٣", "9" * 20, "--1")),
        *((float, text) for text in ("", "nan", "inf", "1e999", "1_0", "0x1")),
    ],
)
def test_what_is_no_number_is_refused(kind: type, text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is no (whole )?number"):
        read(kind, text)


@pytest.mark.parametrize("number", ["-1", "11", str(math.pi * 10)])
def test_what_is_out_of_range_is_refused(number: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is (less|more) than (0|10)"):
        read(float, number, 0, 10)


def test_what_may_be_repeated_and_is_absent_is_nothing() -> None:
    class Many:
        multiple = True
        nargs = 1

    assert Reader(str, None, None).coerce(None, Many(), None) == ()

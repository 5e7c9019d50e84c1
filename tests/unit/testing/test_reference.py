from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from trunkline import testing
from trunkline.testing.reference import NAME, ORDER, reference

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_file_is_as_generated() -> None:
    assert (DOCS / NAME).read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_every_public_class_is_in_it() -> None:
    assert sorted(ORDER) == sorted(testing.__all__)


@pytest.mark.parametrize("name", ORDER)
def test_everything_public_has_a_docstring(name: str) -> None:
    described = getattr(testing, name)
    members = {n: m for n, m in vars(described).items() if not n.startswith("_")}
    undocumented = [
        n
        for n, m in members.items()
        if (inspect.isfunction(m) or isinstance(m, property)) and not m.__doc__
    ]
    assert described.__doc__
    assert undocumented == []


def test_the_asynchronous_classes_have_what_the_others_have() -> None:
    for name in ("Trunkline", "Phone", "Clock", "Call"):
        one, other = getattr(testing, name), getattr(testing, f"Async{name}")
        names = [{n for n in dir(each) if not n.startswith("_")} for each in (one, other)]
        assert names[0] == names[1]

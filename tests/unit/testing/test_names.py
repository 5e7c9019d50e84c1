from __future__ import annotations

import subprocess
import sys

import pytest

from trunkline import testing


@pytest.mark.parametrize("name", testing.__all__)
def test_every_name_is_there_and_says_where_it_is_from(name: str) -> None:
    assert getattr(testing, name).__name__ == name


def test_no_other_name_is() -> None:
    assert set(testing.MODULES) == set(testing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = testing.Nothing  # type: ignore[attr-defined]


def test_the_plugin_imports_nothing_of_trunkline_or_of_others() -> None:
    look = (
        "import sys, pytest; before = set(sys.modules); import trunkline.testing.plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["trunkline", "trunkline.testing", "trunkline.testing.plugin"]

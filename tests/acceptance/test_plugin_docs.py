"""The examples of docs/testing.md run as they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.pytest_runs import run_pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = dict(BLOCK.findall((ROOT / "docs" / "testing.md").read_text(encoding="utf-8")))
TESTS = sorted(name for name in FILES if name.startswith("test_"))


def test_there_are_examples_of_each_kind() -> None:
    assert {"app.py", "test_app.py", "test_async.py", "test_flask.py"} <= FILES.keys()


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.usefixtures("running")
def test_the_examples_pass(tmp_path: Path, short_tmp: Path, workers: str) -> None:
    data = str(short_tmp / "acceptance data")
    done = run_pytest(tmp_path, FILES, "-n", workers, "--trunkline-data", data)
    assert (done.status, done.summary) == (0, f"{len(TESTS)} passed"), done.text


@pytest.mark.usefixtures("running")
def test_the_example_passes(tmp_path: Path, short_tmp: Path) -> None:
    folder = ROOT / "examples" / "testing"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    done = run_pytest(tmp_path, files, "--trunkline-data", str(short_tmp / "acceptance data"))
    assert (done.status, done.summary) == (0, "3 passed"), done.text

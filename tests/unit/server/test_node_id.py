from __future__ import annotations

import re
from pathlib import Path

import pytest

from trunkline.server.node_id import node_id


def test_a_node_stays_the_same(tmp_path: Path) -> None:
    made = node_id(tmp_path)
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert node_id(tmp_path) == made


def test_folders_have_nodes_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert node_id(tmp_path / "a") != node_id(tmp_path / "b")


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 32, b"G" * 32])
def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "node_id").write_bytes(content)
    made = node_id(tmp_path)
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert node_id(tmp_path) == made

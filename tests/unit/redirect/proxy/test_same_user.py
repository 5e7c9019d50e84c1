from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline.redirect.proxy import same_user
from trunkline.redirect.proxy.same_user import is_same_user

ME = os.getuid()
MAPPED = "0000000000000000FFFF0000" if sys.byteorder == "little" else "00000000000000000000FFFF"


@pytest.fixture
def accepted() -> Iterator[socket.socket]:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        yield accepted


def shown(address: tuple[str, int], before: str = "") -> str:
    number = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{before}{number:08X}:{address[1]:04X}"


def line(local: str, remote: str, state: str = "01", owner: int = ME, inode: int = 7) -> str:
    queues = "00000000:00000000 00:00000000 00000000"
    return f"   0: {local} {remote} {state} {queues} {owner} 0 {inode} 1\n"


def test_a_socket_of_ones_own(accepted: socket.socket) -> None:
    assert is_same_user(accepted) == same_user.TABLES[0].exists()


@pytest.mark.parametrize(
    ("state", "owner", "inode", "same"),
    [
        ("01", ME, 7, True),
        ("01", ME + 1, 7, False),
        ("06", ME, 0, False),  # TIME_WAIT: nobody's, and shown as of root
        ("01", ME, 0, False),
        ("04", ME, 7, False),
    ],
)
@pytest.mark.parametrize("before", ["", MAPPED])
def test_only_an_open_socket_of_this_user_counts(
    accepted: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    owner: int,
    inode: int,
    same: bool,
    before: str,
) -> None:
    far, near = shown(accepted.getpeername(), before), shown(accepted.getsockname(), before)
    elsewhere = shown(("127.0.0.1", 1), before)
    table = tmp_path / "tcp"
    table.write_text(
        "  sl  local_address rem_address   st …\n"
        + line(near, elsewhere, "0A")
        + line(near, far)  # this end of it is of this user in any case
        + line(far, elsewhere)
        + line(far, near, state, owner, inode)
    )
    monkeypatch.setattr(same_user, "TABLES", (table,))
    assert is_same_user(accepted) == same


def test_another_address_with_the_same_ports_does_not_count(
    accepted: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = ("127.0.0.2", accepted.getpeername()[1])
    near = accepted.getsockname()
    table = tmp_path / "tcp"
    table.write_text("head\n" + line(shown(far), shown(near)) + line(shown(far, "1" * 24), near[0]))
    monkeypatch.setattr(same_user, "TABLES", (table,))
    assert not is_same_user(accepted)


@pytest.mark.parametrize("content", [None, "", "head\nnonsense\n", "head\n 0: x:y\n"])
def test_where_nothing_tells_it_is_not(
    accepted: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str | None,
) -> None:
    table = tmp_path / "tcp"
    if content is not None:
        table.write_text(content)
    monkeypatch.setattr(same_user, "TABLES", (table,))
    assert not is_same_user(accepted)

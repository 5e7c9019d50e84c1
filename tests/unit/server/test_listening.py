from __future__ import annotations

import socket

import pytest

from trunkline.server.listening import CannotListen, address_of, listen


def test_port_0_takes_a_free_one_and_accepts_connections() -> None:
    with listen("127.0.0.1", 0) as listening:
        address = address_of(listening)
        assert address.startswith("http://127.0.0.1:")
        port = int(address.rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), timeout=10).close()


def test_every_address_is_reached_by_loopback() -> None:
    with listen("0.0.0.0", 0) as listening:
        assert address_of(listening).startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"Port {port} on 127.0.0.1 is taken .* --port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 300, "a..b"])
def test_an_unknown_host_is_refused_in_a_sentence(host: str) -> None:
    with pytest.raises(CannotListen, match="is not known here"):
        listen(host, 0)


def test_an_address_of_another_machine_is_refused_in_a_sentence() -> None:
    with pytest.raises(CannotListen, match="is not an address of this machine"):
        listen("192.0.2.1", 0)  # RFC 5737: nobody's

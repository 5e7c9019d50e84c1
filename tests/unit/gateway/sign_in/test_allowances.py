"""How often one address may try."""

from __future__ import annotations

import pytest

from tests.unit.gateway.sign_in.conftest import MovedClock
from trunkline.gateway.sign_in.allowances import Allowances, network_of


def test_so_many_and_then_some_time() -> None:
    clock = MovedClock()
    tries = Allowances(clock, most=3, seconds=60)
    for _ in range(3):
        assert tries.wait("192.0.2.1") == 0
        tries.take("192.0.2.1")
    assert 0 < tries.wait("192.0.2.1") <= 20
    assert tries.wait("192.0.2.2") == 0
    clock.move(seconds=20)
    assert tries.wait("192.0.2.1") == 0
    tries.take("192.0.2.1")
    assert tries.wait("192.0.2.1") > 0
    clock.move(hours=1)
    for _ in range(3):  # no more than at first
        tries.take("192.0.2.1")
    assert tries.wait("192.0.2.1") > 0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    clock = MovedClock()
    tries = Allowances(clock, most=1, seconds=60)
    tries.take("192.0.2.1")
    clock.move(hours=-1)
    assert tries.wait("192.0.2.1") > 0


def test_memory_is_bounded() -> None:
    tries = Allowances(MovedClock(), most=1, addresses=100)
    for number in range(1000):
        tries.take(f"10.0.{number // 250}.{number % 250}")
    assert len(tries._left) == 100
    assert tries.wait("10.0.3.249") > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("?", "?"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_what_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network

"""How often one address may do something: guesses at keys, registrations."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from datetime import datetime

from trunkline.clock import Clock

__all__ = ["Allowances", "network_of"]


class Allowances:
    """`most` at once from each address, and `most` in `seconds` in the long run.

    Held in memory, for `addresses` of them at most; who came longest ago is forgotten first, at a
    time when its allowance is mostly full again.
    """

    def __init__(
        self, clock: Clock, *, most: int, seconds: float = 60.0, addresses: int = 10_000
    ) -> None:
        self._clock = clock
        self._most = most
        self._rate = most / seconds
        self._addresses = addresses
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until the address may try again; 0 when it may now."""
        left = self._now_left(network_of(address))
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def take(self, address: str) -> None:
        """Count one try."""
        network = network_of(address)
        self._left[network] = (max(0.0, self._now_left(network) - 1), self._clock.now())
        self._left.move_to_end(network)
        while len(self._left) > self._addresses:
            self._left.popitem(last=False)

    def _now_left(self, network: str) -> float:
        known = self._left.get(network)
        if known is None:
            return float(self._most)
        left, at = known
        passed = max(0.0, (self._clock.now() - at).total_seconds())
        return min(float(self._most), left + passed * self._rate)


def network_of(address: str) -> str:
    """What is counted as one address: the /64 of IPv6, which one customer has at least."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))

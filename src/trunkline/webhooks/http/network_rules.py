"""Which addresses webhooks and media may connect to.

In production private addresses are refused, so that a URL given by a customer cannot reach the
operator's own network: server-side request forgery. What an account is allowed besides is a list
of networks and host names.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["NOBODY", "AddressRefused", "AllowList", "NetworkRules", "is_public", "literal_address"]

# Special addresses that some versions of the `ipaddress` module call global.
NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # RFC 6890
        "192.88.99.0/24",  # RFC 7526: the former 6to4 relays
        "168.63.129.16/32",  # Azure's platform address, reachable only from within
        "2001::/23",  # RFC 2928: Teredo, ORCHID
        "2001:db8::/32",
        "3fff::/20",  # RFC 9637: documentation
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4: what IANA gives out
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056


class AddressRefused(OSError):
    """The network rules do not let a connection go to an address."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """What an account may reach besides public addresses."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()  # lower case; they may resolve to any address

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AllowList:
        """From addresses, networks (`10.0.0.0/8`) and host names.

        ValueError names an entry that is none of them.
        """
        networks = []
        hosts = set()
        for entry in entries:
            text = entry.strip().lower().rstrip(".")
            try:
                networks.append(ip_network(text.strip("[]"), strict=False))
            except ValueError:
                if not text or not set(text) <= _HOST_CHARACTERS or literal_address(text):
                    raise ValueError(f"{entry!r} is neither a network nor a host name") from None
                hosts.add(text)
        return cls(tuple(networks), frozenset(hosts))

    def covers(self, host: str, address: IPv4Address | IPv6Address) -> bool:
        """Whether the list lets a connection for `host` go to `address`."""
        if host.lower().rstrip(".") in self.hosts:
            return True
        return any(
            address.version == network.version and address in network for network in self.networks
        )


_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")
NOBODY = AllowList()


class NetworkRules:
    """`private`: whether every address may be connected to, as in development."""

    def __init__(self, *, private: bool) -> None:
        self.private = private

    def permit(self, host: str, address: str, allowed: AllowList) -> bool:
        """Whether a connection for `host` may go to `address`, one that it resolved to."""
        if self.private or is_public(address):
            return True
        if allowed is NOBODY:
            return False
        try:
            return allowed.covers(host, _plain(ip_address(address)))
        except ValueError:
            return False


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether an address belongs to the public Internet. False for what is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _is_public(_plain(parsed))


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv4-mapped one stands for; any other as it is."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        if address in NAT64:
            return _is_public(IPv4Address(address.packed[12:]))
        if address in SIX_TO_FOUR:
            return _is_public(IPv4Address(address.packed[2:6]))
        if address not in GLOBAL_UNICAST:
            return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(
        address.version == network.version and address in network for network in NOT_PUBLIC
    )


def literal_address(host: str) -> str | None:
    """The address that a host of a URL is, None for a name.

    `getaddrinfo` also takes `2130706433`, `0x7f.1` and `0177.1` for IPv4 addresses (inet_aton(3)).
    """
    text = host.strip("[]")
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    if not text or not text[0].isdigit() or not set(text) <= _NUMERIC:
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        return None


_NUMERIC = frozenset("0123456789abcdefABCDEFxX.")

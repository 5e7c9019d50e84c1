"""Which addresses may be connected to."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.http.network_rules import (
    NOBODY,
    AllowList,
    NetworkRules,
    is_public,
    literal_address,
)

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:81b::200e"]
PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8",
    "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::a9fe:a9fe", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2001:0:7f00:1::", "3fff::1", "100::1",
    "64:ff9b:1::a00:1", "4000::1", "", "localhost", "example.com",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_reached(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_special_addresses_may_not(address: str) -> None:
    assert not is_public(address)
    rules = NetworkRules(private=False)
    assert not rules.permit("app.example.com", address, NOBODY)
    assert NetworkRules(private=True).permit("app.example.com", address, NOBODY)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_clothes_is_judged_by_itself(address: IPv4Address) -> None:
    number = int(address)
    for dressed in (
        IPv6Address((0xFFFF << 32) | number),  # IPv4-mapped
        IPv6Address((0x0064_FF9B << 96) | number),  # NAT64
        IPv6Address((0x2002 << 112) | (number << 80) | 1),  # 6to4
    ):
        assert is_public(str(dressed)) == is_public(str(address))
    assert not is_public(str(IPv6Address(number)))  # IPv4-compatible: nobody uses them


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)) and getattr(address, "ipv4_mapped", None) is None:
        assert not address.is_private
        assert not address.is_multicast
        assert not address.is_loopback
        assert not address.is_link_local


def test_an_account_reaches_what_its_list_names() -> None:
    rules = NetworkRules(private=False)
    allowed = AllowList.parse(["10.1.0.0/16", "fd00::/8", "192.168.0.7", "App.Internal."])

    assert rules.permit("x.example.com", "10.1.2.3", allowed)
    assert rules.permit("x.example.com", "::ffff:10.1.2.3", allowed)
    assert rules.permit("x.example.com", "fd12::1", allowed)
    assert rules.permit("x.example.com", "192.168.0.7", allowed)
    assert rules.permit("app.internal", "172.16.0.1", allowed)
    assert rules.permit("APP.internal.", "::1", allowed)
    assert rules.permit("x.example.com", "1.1.1.1", allowed)
    assert not rules.permit("x.example.com", "10.2.0.1", allowed)
    assert not rules.permit("sub.app.internal", "172.16.0.1", allowed)
    assert not rules.permit("x.example.com", "192.168.0.8", allowed)
    assert not rules.permit("x.example.com", "fe80::1%eth0", allowed)


@pytest.mark.parametrize(
    "entry", ["", " ", "http://x", "a b", "10.0.0.0/99", "a/b", "*.x", "127.1"]
)
def test_an_entry_that_is_neither_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a network nor a host name") as caught:
        AllowList.parse(["10.0.0.1", entry])
    assert repr(entry) in str(caught.value)


@given(st.ip_addresses(v=4))
def test_every_spelling_of_an_address_is_that_address(address: IPv4Address) -> None:
    number, packed = int(address), address.packed
    for text in (
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{packed[0]}.{number & 0xFFFFFF}",
        ".".join(hex(byte) for byte in packed),
        ".".join(f"0{byte:o}" for byte in packed),
    ):
        assert literal_address(text) == str(address)


@given(st.ip_addresses(v=6))
def test_ipv6_addresses_are_literals_with_and_without_brackets(address: IPv6Address) -> None:
    assert literal_address(str(address)) == str(address)
    assert literal_address(f"[{address}]") == str(address)


@given(st.text(alphabet="0123456789abcdefx.:-", max_size=20))
def test_what_the_system_takes_for_an_address_is_taken_for_one_here(text: str) -> None:
    try:
        infos = socket.getaddrinfo(text, 80, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    if text:
        found = literal_address(text)
        assert found is not None
        assert ip_address(found) == ip_address(infos[0][4][0])

"""The table of forbidden addresses, each range at its edges."""

from __future__ import annotations

import pytest

from engine.workloads.web.addresses.ranges import FORBIDDEN, Range, forbidden

_PUBLIC = """
1.1.1.1 8.8.8.8 93.184.216.34 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255
192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700:4700::1111 2a00:1450::1 2001:200::1
2001:db7:ffff::1 2001:db9::1 2003::1 2c0f::1
"""
PUBLIC = _PUBLIC.split()
_PRIVATE = """
127.0.0.1 10.1.2.3 169.254.169.254 168.63.129.16 100.64.0.1 224.0.0.1 255.255.255.255 0.0.0.0 ::1 ::
fe80::1 fe80::1%eth0 fec0::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1
2002:7f00:1::1 2001:0:1::1 100::1 ::ffff:0:127.0.0.1 4000::1
"""
PRIVATE = _PRIVATE.split()


@pytest.mark.parametrize("item", FORBIDDEN, ids=lambda item: str(item.network))
def test_the_first_and_the_last_address_of_every_range_are_forbidden(item: Range) -> None:
    assert forbidden(str(item.network.network_address)) is not None
    assert forbidden(str(item.network.broadcast_address)) is not None
    assert item.source


@pytest.mark.parametrize("item", FORBIDDEN, ids=lambda item: str(item.network))
def test_an_address_beside_a_range_is_forbidden_only_by_another_range(item: Range) -> None:
    for beside in (int(item.network.network_address) - 1, int(item.network.broadcast_address) + 1):
        if 0 <= beside < 2**item.network.max_prefixlen:
            address = type(item.network.network_address)(beside)
            others = [other for other in FORBIDDEN if other != item and address in other.network]
            assert (forbidden(str(address)) is not None) == bool(others)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert forbidden(address) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_what_python_calls_global_is_no_excuse(address: str) -> None:
    assert forbidden(address) is not None


def test_a_metadata_service_is_named() -> None:
    found = [forbidden(address) for address in ("169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200")]
    assert [item.kind for item in found if item] == ["a cloud's metadata service"] * 4


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
        forbidden("shop.example")

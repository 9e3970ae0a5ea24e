"""The addresses that a fetch may never connect to, each range with its source.

A table instead of `ipaddress.is_global`, which calls `fec0::1`, `64:ff9b::7f00:1`, `2002:7f00:1::1`,
`224.0.0.1` and 168.63.129.16 global. Sources: the IANA special-purpose address registries for IPv4 and IPv6
(RFC 6890 and its updates), IANA's IPv6 address space registry, and the cloud providers' own pages for
their metadata services. Ranges that embed an IPv4 address (mapped, translated, 6to4, Teredo) are forbidden
as a whole: no shop is published on one. The first range that holds an address names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Range:
    """One forbidden range: what it is, in words that complete "is", and where that is laid down."""

    network: IPv4Network | IPv6Network
    kind: str
    source: str


FORBIDDEN: tuple[Range, ...] = tuple(
    Range(ip_network(network), kind, source)
    for network, kind, source in (
        # Metadata services first, so that they are named rather than the range around them.
        ("169.254.169.254/32", "a cloud's metadata service", "AWS, Azure, Google, Oracle: instance metadata"),
        ("169.254.170.2/32", "a cloud's metadata service", "AWS ECS: task metadata"),
        ("100.100.100.200/32", "a cloud's metadata service", "Alibaba Cloud: instance metadata"),
        ("192.0.0.192/32", "a cloud's metadata service", "Oracle Cloud classic: instance metadata"),
        ("168.63.129.16/32", "a cloud's metadata service", "Azure: the virtual public address of the host"),
        ("fd00:ec2::/32", "a cloud's metadata service", "AWS: fd00:ec2::254 and its siblings"),
        ("fd20:ce::/32", "a cloud's metadata service", "Google Cloud: fd20:ce::254"),
        ("0.0.0.0/8", "this network", "RFC 791"),
        ("10.0.0.0/8", "a private address", "RFC 1918"),
        ("100.64.0.0/10", "a carrier's shared address", "RFC 6598"),
        ("127.0.0.0/8", "this machine", "RFC 1122"),
        ("169.254.0.0/16", "a link-local address", "RFC 3927"),
        ("172.16.0.0/12", "a private address", "RFC 1918"),
        ("192.0.0.0/24", "reserved for protocols", "RFC 6890"),
        ("192.0.2.0/24", "reserved for documentation", "RFC 5737"),
        ("192.31.196.0/24", "an AS112 sink", "RFC 7535"),
        ("192.52.193.0/24", "reserved for multicast tunnels", "RFC 7450"),
        ("192.88.99.0/24", "a 6to4 relay", "RFC 7526"),
        ("192.168.0.0/16", "a private address", "RFC 1918"),
        ("192.175.48.0/24", "an AS112 sink", "RFC 7534"),
        ("198.18.0.0/15", "reserved for benchmarks", "RFC 2544"),
        ("198.51.100.0/24", "reserved for documentation", "RFC 5737"),
        ("203.0.113.0/24", "reserved for documentation", "RFC 5737"),
        ("224.0.0.0/4", "a multicast address", "RFC 1112"),
        ("240.0.0.0/4", "a reserved address", "RFC 1112; holds 255.255.255.255, RFC 919"),
        ("::/128", "no address at all", "RFC 4291"),
        ("::1/128", "this machine", "RFC 4291"),
        ("::/96", "an IPv4-compatible address", "RFC 4291, deprecated"),
        ("::ffff:0:0/96", "an IPv4-mapped address", "RFC 4291"),
        ("::ffff:0:0:0/96", "an IPv4-translated address", "RFC 2765"),
        ("64:ff9b::/96", "a NAT64 address", "RFC 6052"),
        ("64:ff9b:1::/48", "a local NAT64 address", "RFC 8215"),
        ("100::/64", "a discard-only address", "RFC 6666"),
        ("100:0:0:1::/64", "a dummy address", "RFC 9780"),
        ("2001::/32", "a Teredo address", "RFC 4380"),
        ("2001:2::/48", "reserved for benchmarks", "RFC 5180"),
        ("2001:10::/28", "an ORCHID", "RFC 4843"),
        ("2001:20::/28", "an ORCHID", "RFC 7343"),
        ("2001:30::/28", "a drone's identity", "RFC 9374"),
        ("2001::/23", "reserved for protocols", "RFC 2928"),
        ("2001:db8::/32", "reserved for documentation", "RFC 3849"),
        ("2002::/16", "a 6to4 address", "RFC 3056"),
        ("2620:4f:8000::/48", "an AS112 sink", "RFC 7534"),
        ("3ffe::/16", "an address of the closed 6bone", "RFC 3701"),
        ("3fff::/20", "reserved for documentation", "RFC 9637"),
        ("5f00::/16", "a segment identifier", "RFC 9602"),
        ("fc00::/7", "a private address", "RFC 4193"),
        ("fe80::/10", "a link-local address", "RFC 4291"),
        ("fec0::/10", "a site-local address", "RFC 3879, deprecated"),
        ("ff00::/8", "a multicast address", "RFC 4291"),
        # What is left outside 2000::/3 is not given out for the public network.
        ("::/3", "outside the public network", "IANA IPv6 address space: only 2000::/3 is global unicast"),
        ("4000::/2", "outside the public network", "IANA IPv6 address space: only 2000::/3 is global unicast"),
        ("8000::/1", "outside the public network", "IANA IPv6 address space: only 2000::/3 is global unicast"),
    )
)


@lru_cache(maxsize=4096)
def forbidden(address: str) -> Range | None:
    """The range that forbids this address, None when it is public. Raises ValueError for what is no address.

    A scope (`fe80::1%eth0`) is ignored: it names an interface, not another address.
    """
    parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    return next((item for item in FORBIDDEN if parsed in item.network), None)

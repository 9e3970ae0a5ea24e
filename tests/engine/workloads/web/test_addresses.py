"""The table of forbidden addresses × ways to write them × both drivers: not one connection is even tried."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest

from engine.errors import TaskFailed
from engine.workloads.web.addresses.gate import Gate
from engine.workloads.web.addresses.ranges import FORBIDDEN
from tests.engine.workloads.web.conftest import Browser, Configure, Open
from tests.engine.workloads.web.servers import NameServer, server

EDGES = [edge for item in FORBIDDEN for edge in (item.network.network_address, item.network.broadcast_address)]
BLOCKED = {"blocked_address", "invalid_host", "invalid_url"}
_tried: list[Any] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """CPython tells of every `connect` of a socket, of blocking ones and of an event loop's alike."""
    if _tried is not None and event == "socket.connect":
        _tried.append(arguments[1])


@cache
def _listening() -> None:
    """Hook in, once: an audit hook cannot be taken away again."""
    sys.addaudithook(_audit)


@contextmanager
def connections_tried() -> Iterator[list[Any]]:
    """Every address that this process tries to connect a socket to while the block runs."""
    global _tried
    _listening()
    _tried = []
    try:
        yield _tried
    finally:
        _tried = None


def spellings(address: IPv4Address | IPv6Address) -> list[str]:
    """The ways to write an address that some resolver, library or proxy is known to understand."""
    if isinstance(address, IPv6Address):
        text, long = str(address), address.exploded
        return [f"[{text}]", f"[{long}]", f"[{long.upper()}]", f"[{text}%25lo]", f"[{text}]."]
    text, number = str(address), int(address)
    parts = text.split(".")
    low, rest = number & 0xFFFF, number & 0xFFFFFF
    return [
        text, f"{text}.", str(number), hex(number), f"0{number:o}", ".".join(f"0x{int(part):x}" for part in parts),
        ".".join(f"0{int(part):o}" for part in parts), f"{parts[0]}.{rest}", f"{parts[0]}.{parts[1]}.{low}",
        ".".join([*parts[:3], parts[3].zfill(4)]), text.replace(".", "。"), f"{text}%00.shop.example",
        "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in text),
        "".join(f"%{ord(sign):02x}" for sign in text), f"shop.example@{text}", f"shop.example\\@{text}",
        f"[::ffff:{text}]", f"[::ffff:{number >> 16:x}:{low:x}]", f"[::{text}]", f"[::ffff:0:{text}]",
        f"[64:ff9b::{number >> 16:x}:{low:x}]", f"[2002:{number >> 16:x}:{low:x}::]",
    ]  # fmt: skip


def reasons_of(browser: Browser, urls: list[str]) -> dict[str, str]:
    """Why each of these was not fetched."""
    found = dict(zip(urls, browser.many(urls), strict=True))
    return {url: end.reason if isinstance(end, TaskFailed) else repr(end) for url, end in found.items()}


def test_the_table_holds_what_is_known_to_hurt() -> None:
    assert len(FORBIDDEN) > 30 and len({spelling for edge in EDGES for spelling in spellings(edge)}) > 600
    assert any(edge == ip_address("127.0.0.0") for edge in EDGES)


def test_no_spelling_of_any_forbidden_range_is_connected_to(open_browser: Open, configure: Configure) -> None:
    browser = open_browser(configure())
    urls = sorted({f"http://{spelling}/" for edge in EDGES for spelling in spellings(edge)})
    with connections_tried() as tried:
        reasons = reasons_of(browser, urls)
    assert {url: reason for url, reason in reasons.items() if reason not in BLOCKED} == {}
    assert tried == []


def test_no_name_that_leads_to_a_forbidden_range_is_connected_to(open_browser: Open, configure: Configure) -> None:
    """The answers come over the wire, a name for each edge of each range."""
    edges = {f"edge{number}.example": str(edge) for number, edge in enumerate(EDGES)}
    names = NameServer(lambda name, _: [edges[name]])
    with names.serving():
        settings = configure()
        browser = open_browser(settings, gate=Gate(settings, names.lookup))
        with connections_tried() as tried:
            reasons = reasons_of(browser, [f"http://{name}/" for name in edges])
    assert set(reasons.values()) == {"blocked_address"}
    assert tried == [] and names.questions == len(edges)


def test_the_audit_sees_what_is_connected_to(open_browser: Open, configure: Configure) -> None:
    """That none was seen above says something only because one that is made is seen."""
    with server() as shop, connections_tried() as tried:
        open_browser(configure(shop)).fetch(f"{shop.url}/")
    assert tried == [("127.0.0.1", shop.port)]


@pytest.mark.parametrize(
    "url",
    [
        "http://user:password@{host}/", "http://user@{host}/", "http://shop.example\\@{host}/", "http:\\\\{host}/",
        "http://{host}/a\tb", "http://{host}/a\r\nX: y", "\thttp://{host}/", "http://{host}\n/", "http:/{host}/",
        "file://{host}/etc/passwd", "file:///etc/passwd", "ftp://{host}/", "data:text/html,<p>1 EUR</p>",
        "javascript:alert(1)", "gopher://{host}/", "//{host}/", "{host}",
    ],
)  # fmt: skip
def test_what_is_no_proper_web_address_is_not_connected_to(
    open_browser: Open, configure: Configure, url: str
) -> None:
    """The host itself is allowed here: it is the spelling alone that is refused."""
    with server() as shop, connections_tried() as tried, pytest.raises(TaskFailed) as failure:
        open_browser(configure(shop)).fetch(url.format(host=f"127.0.0.1:{shop.port}"))
    assert failure.value.reason in ("invalid_url", "scheme")
    assert tried == [] and shop.connections == 0

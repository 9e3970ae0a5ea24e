"""The gate, asked through both drivers, against servers that count: what may not be reached gets no connection."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from engine.errors import TaskFailed
from engine.workloads.web.addresses.allowed import register_shop
from engine.workloads.web.addresses.gate import Gate
from engine.workloads.web.fetching.answers import FetchedPage
from tests.engine.workloads.web.addresses.made import SPELLINGS
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.servers import NameServer, canaries, server

BLOCKED = ("blocked_address", "invalid_host", "invalid_url")
_OTHERS = """
10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 168.63.129.16 [fd00:ec2::254] [fec0::1] [fe80::1]
[2001:0:1::1] [64:ff9b:1::1] 224.0.0.1 255.255.255.255 198.18.0.1 [ff02::1]
"""
OTHERS = _OTHERS.split()


def test_no_spelling_of_loopback_reaches_the_canary(open_browser: Open, configure: Configure) -> None:
    browser = open_browser(configure())
    with canaries() as targets:
        for target in targets:
            for host in SPELLINGS:
                with pytest.raises(TaskFailed) as failure:
                    browser.fetch(f"http://{host}:{target.port}/")
                assert failure.value.reason in BLOCKED, host
        assert not any(target.connections for target in targets)


def test_private_and_reserved_addresses_are_blocked_without_a_try(open_browser: Open, configure: Configure) -> None:
    browser = open_browser(configure())
    begun = time.monotonic()
    for host in OTHERS:
        with pytest.raises(TaskFailed) as failure:
            browser.fetch(f"http://{host}/")
        assert failure.value.reason == "blocked_address", host
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("port", [22, 25, 6379, 11211])
def test_ports_of_other_services_are_blocked(open_browser: Open, configure: Configure, port: int) -> None:
    with pytest.raises(TaskFailed, match=f"Port {port}") as failure:
        open_browser(configure()).fetch(f"http://93.184.216.34:{port}/")
    assert failure.value.reason == "blocked_address"


class Playing(Gate):
    """Takes 127.0.0.2 for a public address, so that a server of the test can stand there."""

    def check_address(self, host: str, port: int, ip: str) -> None:
        if ip != "127.0.0.2":
            super().check_address(host, port, ip)


def test_a_thousand_fetches_under_an_answer_that_flips_never_reach_the_canary(
    open_browser: Open, configure: Configure
) -> None:
    """The name leads to the shop at first, then at random to it, to the canary at the same port, or to both."""
    answers = [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.2"], ["::ffff:127.0.0.1"]]
    names = NameServer(lambda name, count: random.choice(answers) if count > 1 else answers[0])
    with server({"*": lambda reply: reply.send(Connection="close")}, host="127.0.0.2") as shop:
        with server(port=shop.port) as canary, names.serving():
            settings = configure()
            browser = open_browser(settings, gate=Playing(settings, names.lookup))
            outcomes = browser.many([f"http://shop.example:{shop.port}/{index}" for index in range(1_000)])
        pages = [item for item in outcomes if isinstance(item, FetchedPage)]
        refused = [item.reason for item in outcomes if isinstance(item, TaskFailed)]
        assert len(pages) + len(refused) == 1_000 and len(pages) > 0
        assert set(refused) <= {"blocked_address"}
        assert canary.connections == 0
        # One look-up for each connection, and none for anything else: robots.txt is the one fetch more.
        assert names.questions == shop.connections + len(refused)


def test_public_and_private_answers_together_are_blocked(open_browser: Open, configure: Configure) -> None:
    names = NameServer(lambda name, count: ["8.8.8.8", "127.0.0.1"])
    with server() as canary, names.serving():
        settings = configure()
        browser = open_browser(settings, gate=Gate(settings, names.lookup))
        with pytest.raises(TaskFailed, match=r"leads to 127\.0\.0\.1") as failure:
            browser.fetch(f"http://shop.example:{canary.port}/")
        assert failure.value.reason == "blocked_address"
        assert canary.connections == 0


def test_a_connection_asks_for_its_name_once_and_is_kept(open_browser: Open, configure: Configure) -> None:
    names = NameServer(lambda name, count: ["127.0.0.1"])
    with server() as shop, names.serving():
        settings = configure(allowed_hosts=("shop.example",))
        browser = open_browser(settings, gate=Gate(settings, names.lookup))
        for _ in range(5):
            assert browser.fetch(f"http://shop.example:{shop.port}/").status == 200
        assert (names.questions, shop.connections) == (1, 1)


def test_each_new_connection_asks_anew_so_that_a_flip_after_the_first_is_seen(
    open_browser: Open, configure: Configure
) -> None:
    """The first connection is allowed by its name; to another name the same address is private."""
    names = NameServer(lambda name, count: ["127.0.0.1"])
    with server({"*": lambda reply: reply.send(Connection="close")}) as shop, names.serving():
        settings = configure(allowed_hosts=("shop.example",))
        browser = open_browser(settings, gate=Gate(settings, names.lookup))
        browser.fetch(f"http://shop.example:{shop.port}/")
        before = shop.connections
        with pytest.raises(TaskFailed) as failure:
            browser.fetch(f"http://other.example:{shop.port}/")
        assert failure.value.reason == "blocked_address"
        assert shop.connections == before
        assert names.questions >= 2


def test_a_name_without_an_address_is_said_to_have_none(open_browser: Open, configure: Configure) -> None:
    names = NameServer(lambda name, count: [])
    with names.serving():
        settings = configure()
        with pytest.raises(TaskFailed, match=r"shop\.example has no address") as failure:
            open_browser(settings, gate=Gate(settings, names.lookup)).fetch("http://shop.example/")
        assert failure.value.reason == "dns_failed"


def test_a_demo_shop_passes_and_its_neighbour_does_not(
    open_browser: Open, configure: Configure, tmp_path: Path
) -> None:
    with server() as shop, server() as neighbour, register_shop(tmp_path, "127.0.0.1", shop.port):
        browser = open_browser(configure())
        assert browser.fetch(f"{shop.url}/").status == 200
        with pytest.raises(TaskFailed):
            browser.fetch(f"{neighbour.url}/")
        assert neighbour.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_blocked_with_its_hop(
    open_browser: Open, configure: Configure, status: int
) -> None:
    with server() as canary:
        table = {
            "/": lambda reply: reply.send(status, b"", Location="/again"),
            "/again": lambda reply: reply.send(status, b"", Location=f"http://localhost:{canary.port}/"),
        }
        with server(table) as shop, pytest.raises(TaskFailed, match="blocked at hop 2") as failure:
            open_browser(configure(shop)).fetch(f"{shop.url}/")
        assert failure.value.reason == "redirect_blocked"
        assert canary.connections == 0


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://user@shop.example/", "http://0x7f.1/", "//[::1]:1/", "http://[x/"]
)
def test_a_redirect_that_is_no_web_address_is_blocked(open_browser: Open, configure: Configure, location: str) -> None:
    with server({"/": lambda reply: reply.send(302, b"", Location=location)}) as shop:
        with pytest.raises(TaskFailed, match="blocked at hop 1") as failure:
            open_browser(configure(shop)).fetch(f"{shop.url}/")
        assert failure.value.reason == "redirect_blocked"


def test_robots_txt_that_redirects_to_a_private_address_reaches_nothing(
    open_browser: Open, configure: Configure
) -> None:
    with server() as canary:
        target = f"http://127.0.0.1:{canary.port}/robots.txt"
        with server({"/robots.txt": lambda reply: reply.send(302, b"", Location=target)}) as shop:
            assert open_browser(configure(shop)).fetch(f"{shop.url}/").status == 200
        assert canary.connections == 0

"""The running shops, asked over real sockets: every page's price, the recoveries, the load, the ways to stop."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from html import unescape
from pathlib import Path

import aiohttp
import pytest
import requests

from engine.workloads.shop.catalogue import FAILURES_FIRST, FORBIDDEN, SLOW_S, latency_s, product_paths
from engine.workloads.shop.demo import DemoShops
from engine.workloads.web.addresses.allowed import shop_addresses
from tests.engine.workloads.shop.expected import expected

MACHINE = {
    "nordlicht": r'"@context": "https://schema\.org/",.*?"price": "([\d.]+)",\s+"priceCurrency": "(\w+)"',
    "gadget-barn": r'og:price:amount" content="([\d.,]+)">\s+<meta property="og:price:currency" content="(\w+)"',
    "alpenkontor": r'"priceCurrency" content="(?P<currency>\w+)".*?itemprop="price" content="(?P<price>[\d.]+)"',
    "bazaar-lane": r'"offers": \{\s+"@type": "Offer",\s+"url": "[^"]+",\s+"price": "(\d+)",\s+"priceCurrency": "(\w+)"',
    "pennywhistle": r'price:amount" content="([\d.]+)">\s+<meta property="product:price:currency" content="(\w+)"',
    "kumo-denki": r'"priceCurrency" content="(?P<currency>\w+)">.*?itemprop="price">¥(?P<price>[\d,]+)<',
    "le-phare": r'class="prix">([\d\u202f]+,\d\d)\u00a0(€)<',
    "northpine": r'"offers": \[.*?"price": "([\d.]+)",\s+"priceCurrency": "(\w+)"',
}
"""Where each shop's mark-up says price and currency, read here without any of the project's own code."""

SHOWN = {
    "nordlicht": r'class="price">(\d{1,3}(?:\.\d{3})*,\d\d)\u00a0€<',
    "gadget-barn": r'price-item--sale">\$(\d{1,3}(?:,\d{3})*\.\d\d)<',
    "alpenkontor": r"content=\"[\d.]+\">CHF\u00a0(\d{1,3}(?:'\d{3})*\.(?:–|\d\d))<",
    "bazaar-lane": r'class="price">₹(\d{1,2}(?:,\d\d)*,\d{3})<',
    "pennywhistle": r'class="now">£(\d{1,3}(?:,\d{3})*\.\d\d)<',
    "kumo-denki": r'itemprop="price">¥(\d{1,3}(?:,\d{3})*)<',
    "le-phare": r'class="prix">(\d{1,3}(?:\u202f\d{3})*,\d\d)\u00a0€<',
    "northpine": r'class="product-price">CA\$(\d{1,3}(?:,\d{3})*\.\d\d)<',
}
"""What people see there."""


def fetch(base: str, path: str, tries: int = 4) -> tuple[list[int], str]:
    """The status of each try until one is not 503, and the last body."""
    statuses = []
    for _ in range(tries):
        answer = requests.get(base + path, timeout=20)
        statuses.append(answer.status_code)
        if answer.status_code != 503:
            break
    return statuses, answer.text


@pytest.fixture(scope="module")
def answers(shops: DemoShops) -> dict[str, tuple[list[int], str]]:
    """Every product path's answer, fetched with 32 requests at once."""
    with ThreadPoolExecutor(32) as pool:
        found = pool.map(lambda path: fetch(shops.base_url, path), product_paths())
        return dict(zip(product_paths(), found, strict=True))


@pytest.mark.parametrize("path", product_paths())
def test_every_path_says_what_is_expected_of_it(path: str, answers: dict[str, tuple[list[int], str]]) -> None:
    statuses, html = answers[path]
    wanted, shop = expected(path), path.split("/")[1]
    assert statuses[-1] == (404 if wanted.reason == "not_found" else 200)
    machine, shown = re.search(MACHINE[shop], html, re.S), re.search(SHOWN[shop], html)
    if wanted.price is None:
        assert machine is None
        assert shown is None
        return
    assert machine is not None and shown is not None
    named = machine.groupdict()
    price, currency = (named["price"], named["currency"]) if named else machine.groups()
    assert number(price) == number(shown[1]) == Decimal(wanted.price)
    assert currency.replace("€", "EUR") == wanted.currency
    assert wanted.name == unescape(re.search(r"<h1[^>]*>([^<]+)</h1>", html)[1])  # type: ignore[index]
    assert (" disabled>" in html) == (wanted.availability == "out_of_stock")


def number(text: str) -> Decimal:
    """An amount as any of the shops writes it: what follows the last mark is cents when it has two digits."""
    head, cents = re.fullmatch(r"(.*?)(?:[.,](\d\d|–))?", text).groups()  # type: ignore[union-attr]
    return Decimal(re.sub(r"\D", "", head) + "." + (cents or "0").replace("–", "0"))


def test_unavailable_pages_recover_and_do_so_again_for_the_next_run(shops: DemoShops) -> None:
    for path, failures in FAILURES_FIRST.items():
        for _ in range(3):
            assert fetch(shops.base_url, path)[0] == [503] * failures + [200]
            assert requests.head(shops.base_url + path, timeout=20).status_code == 200


def test_answers_take_their_time_and_the_slow_page_two_seconds(shops: DemoShops) -> None:
    for path in (*product_paths()[:3], *SLOW_S):
        before = time.perf_counter()
        assert requests.get(shops.base_url + path, timeout=20).ok
        assert time.perf_counter() - before >= latency_s(path)


def test_two_hundred_requests_at_once_overlap(shops: DemoShops) -> None:
    path = max((path for path in product_paths() if path not in SLOW_S), key=latency_s)

    async def all_at_once() -> list[int]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def one() -> int:
                async with session.get(shops.base_url + path) as answer:
                    await answer.read()
                    return answer.status

            return await asyncio.gather(*(one() for _ in range(200)))

    before = time.perf_counter()
    assert asyncio.run(all_at_once()) == [200] * 200
    assert time.perf_counter() - before < 200 * latency_s(path) / 10


def test_pages_come_packed_only_to_those_who_unpack(shops: DemoShops) -> None:
    url = shops.base_url + product_paths()[0]
    packed = requests.get(url, timeout=20)
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=20)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.text == plain.text


def test_indexes_robots_and_sitemap_answer(shops: DemoShops) -> None:
    front = requests.get(shops.base_url + "/", timeout=20).text
    links = re.findall(r'href="(/[^"]+/)"', front)
    assert len(links) == 8
    listed = {link for shop in links for link in re.findall(r'href="([^"]+)"', fetch(shops.base_url, shop)[1])}
    assert listed == set(product_paths())
    robots = requests.get(shops.base_url + "/robots.txt", timeout=20)
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {shops.base_url}/sitemap.xml" in robots.text
    assert requests.get(shops.base_url + FORBIDDEN, timeout=20).ok, "only robots.txt forbids it"
    assert shops.base_url + product_paths()[-1] in requests.get(shops.base_url + "/sitemap.xml", timeout=20).text


def test_only_while_they_serve_are_they_registered_with_the_address_gate(tmp_path: Path) -> None:
    with DemoShops(tmp_path) as running:
        host, port = running.base_url.removeprefix("http://").split(":")
        assert shop_addresses(tmp_path) == {(host, int(port))}
    assert shop_addresses(tmp_path) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM handlers")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_prints_every_address_then_serves_until_a_signal_stops_it(how: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine.workloads.shop", "--home", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = [process.stdout.readline().strip() for _ in product_paths()]
        assert [re.sub(r"^http://127\.0\.0\.1:\d+", "", url) for url in urls] == list(product_paths())
        assert requests.get(urls[0], timeout=20).ok, "a closed standard input does not stop it unless asked to"
        process.send_signal(how)
        assert process.wait(5) == 0
    assert shop_addresses(tmp_path) == set()


def test_a_taken_port_is_a_sentence_and_exit_code_one(shops: DemoShops, tmp_path: Path) -> None:
    port = shops.base_url.rpartition(":")[2]
    command = [sys.executable, "-m", "engine.workloads.shop", "--home", str(tmp_path), "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The demo shops cannot listen on port {port}")
    assert done.stderr.count("\n") == 1

"""Fetching pages: ours beside the article's script, requests, aiohttp and Scrapy, in one run against one server.

    python benchmarks/web.py                    2,000 pages of 40 KB, 50 ms latency, 32 and 128 at once: a few minutes
    python benchmarks/web.py --extract          every tool also reads the price of each page, with our reader
    python benchmarks/web.py --pages 500 --at-once 32 --json FILE
    python benchmarks/web.py --hosts 3000       what politeness costs where each page is of a host of its own
    python benchmarks/web.py --saved FOLDER     real pages, gzipped, that every tool also reads; Scrapy also with a
                                                CSS selector instead of our reader

Server and tools share this machine, each in a process of its own; the server's CPU time counts against every tool
alike. Politeness is off by configuration (no gap, no limit per host) for all; ours still asks the gate and robots.txt.
Time runs from the first request to the last page, without start-up. The latency limit is pages × latency ÷ at once.
Every round runs each tool once, in random order; figures are medians, ratios are taken within a round.
Scrapy is installed by pip into a temporary environment; without a package index its row is left out, and says so.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import queue
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

LATENCY_S = 0.05
Extract = Callable[[bytes], None]

_FRONT = b"""<!doctype html><html lang="en"><head><title>Kettle | Shop</title><meta charset="utf-8">
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product", "name": "Kettle",
"offers": {"@type": "Offer", "price": "34.95", "priceCurrency": "EUR"}}</script></head><body><h1>Kettle</h1>
<p class="price">EUR 34.95</p><button>Add to cart</button>"""
_FILLER = b"<div class='card'><a href='/p/1'><img alt='x' src='/i.jpg'><span>A line as shops have it</span></a></div>\n"
PAGE = (_FRONT + _FILLER * 400)[:40_000]
SELECTOR = '[itemprop="price"], [property="product:price:amount"], [class*="price"]'


def saved_pages(folder: Path) -> list[bytes]:
    """The saved pages of a folder, each gzipped; in the order of their names."""
    paths = sorted(path for path in folder.iterdir() if path.name.endswith((".html", ".html.gz")))
    bodies = [path.read_bytes() for path in paths]
    return [body if body.startswith(b"\x1f\x8b") else gzip.compress(body) for body in bodies]


class Answers(asyncio.Protocol):
    """The server: each page after the latency, robots.txt at once (there is none)."""

    def __init__(self, saved: list[bytes]) -> None:
        self._saved = saved

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            if head.startswith(b"GET /robots.txt"):
                self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            else:
                asyncio.get_running_loop().call_later(LATENCY_S, self._send, head.split()[1])

    def _send(self, path: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html%s\r\nContent-Length: %d\r\n\r\n"
        body, told = PAGE, b"; charset=utf-8"
        if self._saved:
            body = self._saved[int(path.rpartition(b"/")[2]) % len(self._saved)]
            told = b"\r\nContent-Encoding: gzip"
        if not self._transport.is_closing():
            self._transport.write(head % (told, len(body)) + body)


async def serve(saved: list[bytes]) -> None:
    """Serve until the process is ended; prints the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answers(saved), "127.0.0.1", 0, backlog=1_024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# The tools. Each takes the addresses, how many at once and what to do with a page, and returns the seconds.


def article(urls: list[str], at_once: int, extract: Extract) -> float:
    """The article's script: requests.get in threads, (address, status) into a Queue."""
    import requests

    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    results: queue.Queue[tuple[str, int]] = queue.Queue()
    for url in urls:
        waiting.put(url)

    def work() -> None:
        while True:
            try:
                url = waiting.get_nowait()
            except queue.Empty:
                return
            response = requests.get(url, timeout=20)
            extract(response.content)
            results.put((url, response.status_code))

    begun = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.qsize() == len(urls)
    return time.perf_counter() - begun


def shared_session(urls: list[str], at_once: int, extract: Extract) -> float:
    """requests in a ThreadPoolExecutor, one Session with a pool as large as the workers."""
    import requests

    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=at_once))
    begun = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        assert len(list(pool.map(lambda url: extract(session.get(url, timeout=20).content), urls))) == len(urls)
    return time.perf_counter() - begun


def plain_aiohttp(urls: list[str], at_once: int, extract: Extract) -> float:
    """aiohttp with as many tasks as may run at once."""
    import aiohttp

    async def run() -> float:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
            waiting = iter(urls)

            async def slot() -> None:
                for url in waiting:
                    async with session.get(url) as response:
                        extract(await response.read())

            begun = time.perf_counter()
            await asyncio.gather(*(slot() for _ in range(at_once)))
            return time.perf_counter() - begun

    return asyncio.run(run())


def ours_in_threads(urls: list[str], at_once: int, extract: Extract) -> float:
    """Fetcher in a ThreadPoolExecutor."""
    from engine.workloads.web.fetching.fetch import Fetcher

    with tempfile.TemporaryDirectory() as home, Fetcher(_settings(urls, home), at_once) as fetcher:
        fetcher.fetch_waiting(urls[0], 10)  # robots.txt
        begun = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            assert len(list(pool.map(lambda url: extract(fetcher.fetch(url).body), urls))) == len(urls)
        return time.perf_counter() - begun


def ours_on_asyncio(urls: list[str], at_once: int, extract: Extract) -> float:
    """AsyncFetcher with as many tasks as may run at once."""
    from engine.workloads.web.fetching.afetch import AsyncFetcher

    async def run(home: str) -> float:
        async with AsyncFetcher(_settings(urls, home), at_once) as fetcher:
            await fetcher.fetch_waiting(urls[0], 10)  # robots.txt
            waiting = iter(urls)

            async def slot() -> None:
                for url in waiting:
                    extract((await fetcher.fetch(url)).body)

            begun = time.perf_counter()
            await asyncio.gather(*(slot() for _ in range(at_once)))
            return time.perf_counter() - begun

    with tempfile.TemporaryDirectory() as home:
        return asyncio.run(run(home))


def _settings(urls: list[str], home: str) -> Any:
    from engine.config import Settings

    host = urls[0].split("/")[2]
    return Settings(home=Path(home), allowed_hosts=(host,), host_gap_s=0.0, host_parallel=0)


def scrapy(urls: list[str], at_once: int, extract: Extract) -> float:
    """A Scrapy spider without delays, retries of its own, cookies or robots.txt."""
    return _spider(urls, at_once, lambda response: extract(response.body))


def scrapy_with_a_selector(urls: list[str], at_once: int, extract: Extract) -> float:
    """The same, which looks for one CSS selector on each page, as most spiders do."""
    return _spider(urls, at_once, lambda response: response.css(SELECTOR).get())


def _spider(urls: list[str], at_once: int, look: Callable[[Any], object]) -> float:
    from scrapy import Request, Spider, signals  # type: ignore[import-not-found]
    from scrapy.crawler import CrawlerProcess  # type: ignore[import-not-found]

    times: list[float] = []

    class Pages(Spider):  # type: ignore[misc]
        name = "pages"

        async def start(self) -> Any:
            times.append(time.perf_counter())
            for url in urls:
                yield Request(url, callback=self.parse, dont_filter=True)

        def parse(self, response: Any) -> None:
            look(response)
            times.append(time.perf_counter())

    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": at_once,
            "CONCURRENT_REQUESTS_PER_DOMAIN": at_once,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    crawler = process.create_crawler(Pages)
    crawler.signals.connect(lambda: None, signal=signals.spider_closed)
    process.crawl(crawler)
    process.start()
    assert len(times) == len(urls) + 1, f"Scrapy read {len(times) - 1} of {len(urls)} pages."
    return times[-1] - times[0]


TOOLS: dict[str, Callable[[list[str], int, Extract], float]] = {
    "the article's script": article,
    "requests, shared Session": shared_session,
    "aiohttp": plain_aiohttp,
    "Scrapy": scrapy,
    "Scrapy, a CSS selector": scrapy_with_a_selector,
    "ours, threads": ours_in_threads,
    "ours, asyncio": ours_on_asyncio,
}


def assert_read(product: Any) -> None:
    """What the reader promises for any page: a price, or a sentence that says why there is none."""
    assert product.price is not None or product.error, product


ONLY_SAVED = ("Scrapy, a CSS selector",)


def extractor(wanted: bool, saved: bool) -> Extract:
    """What is done with each page: nothing, or our reader of prices, checked on the page that is made here."""
    if not wanted:
        return lambda body: None
    from engine.workloads.web.price import read_product

    if saved:
        return lambda body: assert_read(read_product(body))

    def read(body: bytes) -> None:
        product = read_product(body, url="http://shop.example/kettle")
        assert str(product.price) == "34.95", product

    return read


def cost_of_reading(times: int = 200) -> tuple[float, float]:
    """CPU milliseconds to read one page's price: as it is done, and with the whole page parsed; medians of 5."""
    from engine.workloads.web.price import read_product
    from engine.workloads.web.price.deciding.decide import decide
    from engine.workloads.web.price.page import open_page

    def cost_ms(read: Callable[[], object]) -> float:
        found = []
        for _ in range(5):
            begun = time.process_time()
            for _ in range(times):
                read()
            found.append((time.process_time() - begun) * 1000 / times)
        return statistics.median(found)

    url = "http://shop.example/kettle"
    return cost_ms(lambda: read_product(PAGE, url)), cost_ms(lambda: decide(open_page(PAGE, url)))


def many_hosts(driver: str, polite: bool, port: int, hosts: int, at_once: int) -> float:
    """One page and one robots.txt of so many hosts, by one of our drivers; CPU milliseconds a page."""
    from engine.config import Settings
    from engine.workloads.web.addresses.gate import Address, Gate
    from engine.workloads.web.fetching.afetch import AsyncFetcher
    from engine.workloads.web.fetching.fetch import Fetcher

    urls = [f"http://shop{number}.example:{port}/p/{number}" for number in range(hosts)]
    names = tuple(url.split("/")[2] for url in urls)
    limits = {} if polite else {"host_gap_s": 0.0, "host_parallel": 0}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), allowed_hosts=names, **limits)
        gate = Gate(settings, lambda host, port: [Address(socket.AF_INET, ("127.0.0.1", port))])

        async def looped() -> None:
            async with AsyncFetcher(settings, at_once, gate=gate) as fetcher:
                waiting = iter(urls)

                async def slot() -> None:
                    for url in waiting:
                        await fetcher.fetch_waiting(url, 60)

                await asyncio.gather(*(slot() for _ in range(at_once)))

        begun = time.process_time()
        if driver == "asyncio":
            asyncio.run(looped())
        else:
            with Fetcher(settings, at_once, gate=gate) as fetcher, ThreadPoolExecutor(at_once) as pool:
                assert len(list(pool.map(lambda url: fetcher.fetch_waiting(url, 60), urls))) == hosts
        return (time.process_time() - begun) * 1000 / hosts


def compare_hosts(arguments: argparse.Namespace) -> None:
    """CPU of a page with politeness and without, in turns, each in a fresh process."""
    print(f"{arguments.hosts:,} hosts, a page and a robots.txt each; CPU ms a page, medians of {arguments.rounds}.")
    with server() as port:
        for driver in ("threads", "asyncio"):
            found: dict[str, list[float]] = {"polite": [], "without": []}
            for _ in range(arguments.rounds):
                for how, values in found.items():
                    options = ["--port", port, "--hosts", arguments.hosts, "--at-once", arguments.at_once[-1]]
                    command = [sys.executable, __file__, "--run-hosts", f"{driver} {how}", *map(str, options)]
                    values.append(float(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
            more = statistics.median(a - b for a, b in zip(*found.values(), strict=True))
            told = ", ".join(f"{how} {statistics.median(values):.2f}" for how, values in found.items())
            print(f"{driver:10}{told}: politeness costs {more:.2f}", flush=True)


def run_one(tool: str, port: int, pages: int, at_once: int, extract: bool, saved: bool) -> None:
    """One tool in this process: prints its seconds and CPU seconds as JSON."""
    urls = [f"http://127.0.0.1:{port}/p/{number}" for number in range(pages)]
    read = extractor(extract, saved)
    read(PAGE)
    cpu = time.process_time()
    wall_s = TOOLS[tool](urls, at_once, read)
    print(json.dumps({"wall_s": wall_s, "cpu_s": time.process_time() - cpu}))


@contextmanager
def server(saved: Path | None = None) -> Iterator[int]:
    """The server in a process of its own; its port."""
    command = [sys.executable, __file__, "--serve", *(["--saved", str(saved)] if saved else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def scrapy_python(folder: Path, extract: bool) -> Path | None:
    """A Python with Scrapy in a temporary environment; None where it cannot be installed."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = ["scrapy"] + (["selectolax", "webencodings", "charset-normalizer"] if extract else [])
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True)
    return python if done.returncode == 0 else None


def measure(pythons: dict[str, Path], port: int, at_once: int, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Every tool once, each in a fresh process, in random order."""
    rows = []
    flags = ["--extract"] * arguments.extract + (["--saved", str(arguments.saved)] if arguments.saved else [])
    for tool, python in random.sample(list(pythons.items()), len(pythons)):
        command = [python, __file__, "--run", tool, "--port", port, "--pages", arguments.pages]
        command += ["--at-once", at_once, *flags]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
        if done.returncode:
            print(f"{tool} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            continue
        rows.append({"tool": tool, "at_once": at_once, **json.loads(done.stdout.splitlines()[-1])})
    return rows


def show(rounds: list[list[dict[str, Any]]], pages: int, at_once: int) -> None:
    """A table for one degree of concurrency: medians over the rounds, ratios taken within each round."""
    limit_s = pages * LATENCY_S / at_once
    print(f"\n{at_once} at once; the latency limit is {limit_s:.2f} s, {pages / limit_s:,.0f} pages/s")
    heads = (("s", 7), ("pages/s", 9), ("of limit", 10), ("× Scrapy", 10), ("CPU ms/page", 13), ("of Scrapy", 11))
    print(f"{'':26}{''.join(f'{name:>{width}}' for name, width in heads)}{'CPU busy':>10}")
    by_tool = {tool: [row for rows in rounds for row in rows if row["tool"] == tool] for tool in TOOLS}
    for tool, rows in by_tool.items():
        if not rows:
            continue
        wall_s, cpu_s = (statistics.median(row[name] for row in rows) for name in ("wall_s", "cpu_s"))
        times = [ours / scrapys for scrapys, ours in paired(rounds, "Scrapy", tool, "wall_s")]
        ratio = f"{1 / statistics.median(times):.2f}" if times else "–"
        shares = [ours / scrapys for scrapys, ours in paired(rounds, "Scrapy", tool, "cpu_s")]
        share = f"{statistics.median(shares):.2f}" if shares else "–"
        figures = f"{wall_s:7.2f}{pages / wall_s:9,.0f}{limit_s / wall_s:10.0%}{ratio:>10}"
        print(f"{tool:26}{figures}{1000 * cpu_s / pages:13.2f}{share:>11}{cpu_s / wall_s:10.0%}", flush=True)


def paired(
    rounds: list[list[dict[str, Any]]], first: str, second: str, figure: str
) -> Iterator[tuple[float, float]]:
    """A figure of two tools in each round that has both."""
    for rows in rounds:
        figures = {row["tool"]: row[figure] for row in rows}
        if first in figures and second in figures:
            yield figures[first], figures[second]


def compare(arguments: argparse.Namespace) -> None:
    """All tools at every degree of concurrency, in one run."""
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        pythons = {tool: Path(sys.executable) for tool in TOOLS}
        with_scrapy = None if arguments.without_scrapy else scrapy_python(Path(folder), arguments.extract)
        if with_scrapy is None:
            print("Scrapy is left out: pip could not install it here, or it was not wanted.")
        for tool in [tool for tool in TOOLS if tool.startswith("Scrapy")]:
            if with_scrapy is None or (tool in ONLY_SAVED and not arguments.saved):
                del pythons[tool]
            else:
                pythons[tool] = with_scrapy
        what = "with our reader of prices in every tool" if arguments.extract else "pages are fetched, not read"
        size = f"from {arguments.saved}, gzipped" if arguments.saved else f"of {len(PAGE):,} bytes"
        print(f"{arguments.pages:,} pages {size}, {LATENCY_S * 1000:.0f} ms latency; {what}.")
        print("Politeness is off for all. CPU is the tool's own; the server uses the same cores.")
        if arguments.extract and not arguments.saved:
            quick_ms, whole_ms = cost_of_reading()
            print(f"Reading one page takes {quick_ms:.2f} ms of CPU; with the whole page parsed {whole_ms:.2f} ms.")
        for at_once in arguments.at_once:
            with server(arguments.saved) as port:
                rounds = [measure(pythons, port, at_once, arguments) for _ in range(arguments.rounds)]
            show(rounds, arguments.pages, at_once)
            found += [{"round": number, **row} for number, rows in enumerate(rounds) for row in rows]
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3, help="times that every tool runs; medians are shown")
    parser.add_argument("--at-once", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--extract", action="store_true", help="read the price of each page, in every tool")
    parser.add_argument("--hosts", type=int, help="measure politeness alone, on so many hosts")
    parser.add_argument("--saved", type=Path, metavar="FOLDER", help="serve these pages, and read them in every tool")
    parser.add_argument("--without-scrapy", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--run", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--run-hosts", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.saved and not saved_pages(arguments.saved):
        parser.error(f"{arguments.saved} holds no saved pages (.html, .html.gz).")
    arguments.extract = arguments.extract or arguments.saved is not None
    if arguments.serve:
        asyncio.run(serve(saved_pages(arguments.saved) if arguments.saved else []))
    elif arguments.run_hosts:
        driver, how = arguments.run_hosts.split()
        print(many_hosts(driver, how == "polite", arguments.port, arguments.hosts, arguments.at_once[0]))
    elif arguments.hosts:
        compare_hosts(arguments)
    elif arguments.run:
        saved = arguments.saved is not None
        run_one(arguments.run, arguments.port, arguments.pages, arguments.at_once[0], arguments.extract, saved)
    else:
        compare(arguments)


if __name__ == "__main__":
    main()

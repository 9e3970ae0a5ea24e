"""All demo shops on one loopback port: aiohttp.web, each shop under its own path.

    GET /<shop>/p/<product>   a product page, after the path's own latency
    GET /  /<shop>/  /robots.txt  /sitemap.xml

Answers depend on the path alone, with one exception: a path of `FAILURES_FIRST` answers its first
n GETs with 503, the next one with its page, and then starts over, so that every run meets
the same failures, however many came before it.
Run by `python -m engine shop` and, as a child of a run, by `engine.workloads.shop.demo`.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from aiohttp import web

from engine.errors import NotAvailable
from engine.machine.private import make_folder
from engine.workloads.shop.catalogue import FAILURES_FIRST, FORBIDDEN, GONE, SHOPS, latency_s, product_paths
from engine.workloads.shop.pages import front_page, message_page, product_page, robots_txt, shop_index, sitemap_xml
from engine.workloads.web.addresses.allowed import register_shop

HOST = "127.0.0.1"
BACKLOG = 1024
"""Connections that may wait to be accepted; 200 and more arrive at once."""


class Shops:
    """The shops' answers; the only state is how often a failing path has failed."""

    def __init__(self) -> None:
        self._failed: Counter[str] = Counter()

    def application(self) -> web.Application:
        """The aiohttp application that serves every path."""
        application = web.Application()
        application.add_routes([
            web.get("/", self._front),
            web.get("/robots.txt", self._robots),
            web.get("/sitemap.xml", self._sitemap),
            *(web.get(f"/{shop.slug}/", self._index) for shop in SHOPS),
            web.get("/{tail:.*}", self._product),
        ])
        return application

    async def _front(self, request: web.Request) -> web.Response:
        return _html(request, front_page())

    async def _index(self, request: web.Request) -> web.Response:
        shop = next(shop for shop in SHOPS if request.path == f"/{shop.slug}/")
        return _html(request, shop_index(shop))

    async def _robots(self, request: web.Request) -> web.Response:
        return web.Response(text=robots_txt(_base(request)), content_type="text/plain")

    async def _sitemap(self, request: web.Request) -> web.Response:
        return web.Response(text=sitemap_xml(_base(request)), content_type="application/xml")

    async def _product(self, request: web.Request) -> web.Response:
        path = request.path
        await asyncio.sleep(latency_s(path))
        if path in GONE or path not in _known():
            return _html(request, message_page("Not found", "This product is no longer in our range."), 404)
        if request.method == "GET" and self._fails(path):
            return _html(request, message_page("Service unavailable", "Too many visitors. Please try again."), 503)
        body, packed = _rendered(path, _base(request))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=packed, content_type="text/html", charset="utf-8",
                                headers={"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers={"Vary": "Accept-Encoding"})

    def _fails(self, path: str) -> bool:
        """Whether this GET is one of those that fail; the one after them succeeds and starts the count anew."""
        if self._failed[path] < FAILURES_FIRST.get(path, 0):
            self._failed[path] += 1
            return True
        del self._failed[path]
        return False


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(product_paths()) | {FORBIDDEN}


@lru_cache(maxsize=512)
def _rendered(path: str, base: str) -> tuple[bytes, bytes]:
    """A page and its gzip form, made once: a shop under load must not become the bottleneck of a measurement."""
    body = product_page(path, base).encode()
    return body, gzip.compress(body, compresslevel=6, mtime=0)


def _base(request: web.Request) -> str:
    return f"http://{request.host}"


def _html(request: web.Request, text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


async def serve(port: int, home: Path, ready: Callable[[str], None], stop: asyncio.Event) -> None:
    """Serves until `stop` is set; calls `ready` with the base address once requests are answered.

    Port 0 takes a free one. Raises NotAvailable when the port is taken.
    """
    runner = web.AppRunner(Shops().application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port, backlog=BACKLOG).start()
        except OSError as error:
            message = f"The demo shops cannot listen on port {port} ({error.strerror}): choose another."
            raise NotAvailable(message) from error
        bound = int(runner.addresses[0][1])
        with register_shop(home, HOST, bound):
            ready(f"http://{HOST}:{bound}")
            await stop.wait()
    finally:
        await runner.cleanup()


def main(port: int, home: Path, until_stdin_closes: bool = False) -> None:
    """Serves the demo shops from the main thread until SIGTERM or Ctrl-C, or until stdin ends when so asked.

    Prints every product's address on stdout, one a line, once requests are answered.
    Raises NotAvailable when the port is taken or the home folder cannot be written.
    """
    try:
        make_folder(home)
    except OSError as error:
        raise NotAvailable(f"The demo shops cannot write to {home} ({error.strerror}): choose another home.") from error
    asyncio.run(_until_stopped(port, home, until_stdin_closes))


async def _until_stopped(port: int, home: Path, until_stdin_closes: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    if until_stdin_closes:
        threading.Thread(target=_wait_for_stdin, args=(end,), daemon=True).start()
    await serve(port, home, _print_addresses, stop)


def _wait_for_stdin(end: Callable[[], None]) -> None:
    # os.read, not sys.stdin: a thread inside sys.stdin's lock aborts the interpreter's shutdown.
    try:
        while os.read(0, 4096):
            continue
    except OSError:
        pass  # No usable stdin is the same as a closed one.
    end()


def _print_addresses(base: str) -> None:
    sys.stdout.write("".join(f"{base}{path}\n" for path in product_paths()))
    sys.stdout.flush()

"""Bounds as the server and the operating system see them: bytes sent, memory of the process, time of every drip."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import TaskFailed
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.fetching.made import BOMBS, packed
from tests.engine.workloads.web.servers import PAGE, Handler, Reply, raw_server, server

CAP_MB = 5.0
DEADLINE_S = 0.4

# A process of its own, so that its memory is the fetcher's: also what C libraries unpack is in it.
FETCHES = """
import asyncio, json, sys
from pathlib import Path
from engine.config import Settings
from engine.errors import TaskFailed

def peak_kb():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

library, home, host, cap_mb, *paths = sys.argv[1:]
settings = Settings(home=Path(home), allowed_hosts=(host,), host_gap_s=0.0, host_parallel=0, page_max_mb=float(cap_mb))

def threads(paths):
    from engine.workloads.web.fetching.fetch import Fetcher
    with Fetcher(settings, 4) as fetcher:
        for path in paths:
            try:
                told(path, fetcher.fetch(f"http://{host}{path}"))
            except TaskFailed as failure:
                told(path, failure)

async def loop(paths):
    from engine.workloads.web.fetching.afetch import AsyncFetcher
    async with AsyncFetcher(settings, 4) as fetcher:
        for path in paths:
            try:
                told(path, await fetcher.fetch(f"http://{host}{path}"))
            except TaskFailed as failure:
                told(path, failure)

def told(path, end):
    seen.append((path, end.reason if isinstance(end, TaskFailed) else f"{len(end.body)} bytes", peak_kb()))

seen = []
paths.insert(0, "/full")
threads(paths) if library == "requests" else asyncio.run(loop(paths))
print(json.dumps(seen))
"""


class Pouring:
    """An endless body, and how much of it the operating system took."""

    def __init__(self, name: str, value: str) -> None:
        self.headers, self.taken = {name: value}, 0

    def __call__(self, reply: Reply) -> None:
        # A small buffer, and a pace that any reader keeps up with: what was taken is then what has been read.
        reply.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        reply.head(200, **self.headers)
        piece = b"<p>kettle</p>" * 1_000
        chunked = "Transfer_Encoding" in self.headers
        block = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        try:
            while self.taken < 10 * CAP_MB * 1e6:
                reply.connection.sendall(block)
                self.taken += len(block)
                time.sleep(0.0005)
        except OSError:  # the fetch was ended, as it should be
            pass


@pytest.mark.parametrize("header", [("Connection", "close"), ("Transfer_Encoding", "chunked")], ids=lambda one: one[1])
def test_an_endless_body_is_left_by_a_tenth_above_the_cap(
    open_browser: Open, configure: Configure, header: tuple[str, str]
) -> None:
    pouring = Pouring(*header)
    with server({"/": pouring}) as shop:
        with pytest.raises(TaskFailed) as failure:
            open_browser(configure(shop, page_max_mb=CAP_MB)).fetch(f"{shop.url}/")
        assert failure.value.reason == "too_large"
        time.sleep(0.1)
    assert CAP_MB * 0.9e6 < pouring.taken <= CAP_MB * 1.1e6


def test_a_body_whose_length_is_above_the_cap_is_not_read_at_all(open_browser: Open, configure: Configure) -> None:
    pouring = Pouring("Content_Length", str(10**10))
    with server({"/": pouring}) as shop:
        with pytest.raises(TaskFailed) as failure:
            open_browser(configure(shop, page_max_mb=CAP_MB)).fetch(f"{shop.url}/")
        assert failure.value.reason == "too_large"
        time.sleep(0.1)
    assert pouring.taken < CAP_MB * 0.5e6


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """40 MB each, packed into some kilobytes."""
    return {f"/{number}": packed(name) for number, name in enumerate(BOMBS)}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process's memory is read from /proc")
@pytest.mark.parametrize("library", ["requests", "aiohttp"])
def test_the_process_does_not_grow_by_bombs(tmp_path: Path, bombs: dict[str, bytes], library: str) -> None:
    """A page of nearly the cap sets the mark; eight kinds of bombs, three times each, stay close to it."""
    cap_mb = 4.0
    full = b"<html>" + b"kettle " * int(cap_mb * 1e6 / 7 - 10)

    def answer(reply: Reply) -> None:
        encoding = BOMBS[int(reply.path.strip("/"))]
        reply.send(body=bombs[reply.path], Content_Encoding=encoding)

    with server({"/full": lambda reply: reply.send(body=full), **dict.fromkeys(bombs, answer)}) as shop:
        command = [sys.executable, "-c", FETCHES, library, str(tmp_path), shop.url[7:], str(cap_mb), *[*bombs] * 3]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    (_, first, before_kb), *rest = json.loads(done.stdout)
    assert first == f"{len(full)} bytes"
    assert {reason for _, reason, _ in rest} == {"too_large"} and len(rest) == 3 * len(BOMBS)
    grown_mb = (rest[-1][2] - before_kb) * 1024 / 1e6
    assert grown_mb < 2 * cap_mb, "what is unpacked is dropped as soon as it is known to be too much"


def drip_early_hints(reply: Reply) -> None:
    """Answers that announce the answer, one after the other."""
    reply.drip(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 1_000, 0.002)


def drip_status_line(reply: Reply) -> None:
    reply.drip(b"HTTP/1.1 200 " + b"O" * 1_000)


def drip_packed(reply: Reply) -> None:
    reply.head(Content_Encoding="gzip", Content_Length="1000000")
    reply.drip(gzip.compress(bytes(range(256)) * 4_000, 1))


def drip_a_refusal(reply: Reply) -> None:
    reply.drip(b"HTTP/1.1 503 Busy\r\nRetry-After: " + b"1" * 1_000)


def drip_trailers(reply: Reply) -> None:
    reply.head(Transfer_Encoding="chunked")
    reply.connection.sendall(b"%x\r\n%s\r\n0\r\n" % (len(PAGE), PAGE))
    reply.drip(b"X-Trailer: 1\r\n" * 1_000, 0.01)


@pytest.mark.parametrize(
    "handler",
    [drip_early_hints, drip_status_line, drip_packed, drip_a_refusal, drip_trailers],
    ids=lambda item: item.__name__,
)
def test_every_further_drip_ends_by_the_deadline(open_browser: Open, configure: Configure, handler: Handler) -> None:
    with server({"/": handler}) as shop:
        browser = open_browser(configure(shop, fetch_deadline_s=DEADLINE_S))
        begun = time.monotonic()
        with pytest.raises(TaskFailed) as failure:
            browser.fetch(f"{shop.url}/")
        assert time.monotonic() - begun < DEADLINE_S + 1
        assert failure.value.reason in ("timed_out", "bad_answer")


def test_early_hints_before_a_page_are_passed_over(open_browser: Open, configure: Configure) -> None:
    def hint(reply: Reply) -> None:
        for status in (100, 102, 103, 103):
            reply.connection.sendall(b"HTTP/1.1 %d Wait\r\nLink: </a.css>; rel=preload\r\n\r\n" % status)
        reply.send()

    with server({"/": hint}) as shop:
        browser = open_browser(configure(shop))
        assert [browser.fetch(f"{shop.url}/").body for _ in range(2)] == [PAGE, PAGE]
        assert shop.connections == 1


def test_a_robots_txt_that_drips_counts_towards_the_pages_deadline(open_browser: Open, configure: Configure) -> None:
    def drip(reply: Reply) -> None:
        reply.head(Content_Length="100000", Content_Type="text/plain")
        reply.drip(b"#" * 100_000)

    with server({"/robots.txt": drip}) as shop:
        begun = time.monotonic()
        with pytest.raises(TaskFailed) as failure:
            open_browser(configure(shop, fetch_deadline_s=DEADLINE_S)).fetch(f"{shop.url}/")
        assert time.monotonic() - begun < DEADLINE_S + 1
        assert failure.value.reason == "timed_out" and shop.paths == []


def test_a_handshake_of_which_a_byte_comes_now_and_then_ends_by_the_deadline(
    open_browser: Open, configure: Configure
) -> None:
    """A well-formed start of TLS, whose every byte resets a timeout that counts silence alone."""

    def pieces() -> Iterator[bytes]:
        yield from (bytes([byte]) for byte in b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + bytes(200))

    def talk(connection: socket.socket) -> None:
        for piece in pieces():
            connection.sendall(piece)
            time.sleep(0.05)

    with raw_server(talk) as port:
        browser = open_browser(configure(fetch_deadline_s=DEADLINE_S, allowed_hosts=("127.0.0.1",)))
        begun = time.monotonic()
        with pytest.raises(TaskFailed) as failure:
            browser.fetch(f"https://127.0.0.1:{port}/")
        assert time.monotonic() - begun < DEADLINE_S + 1
        assert failure.value.reason in ("timed_out", "tls_failed")

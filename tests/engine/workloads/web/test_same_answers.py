"""Forty answers of servers, hostile or merely odd: requests and aiohttp make the same of each, and what is right.

What is borne is what browsers bear; what is refused has the same reason through both. Each answer is sent as these very
bytes over a socket that is then closed.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.web.fetching.afetch import AsyncFetcher
from engine.workloads.web.fetching.fetch import Fetcher
from tests.engine.workloads.web.servers import PAGE, raw_server

DEADLINE_S = 2.0
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
SIZED = HTML + b"Content-Length: %d\r\n" % len(PAGE)
CHUNKED = HTML + b"Transfer-Encoding: chunked\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
GZIPPED = gzip.compress(PAGE)


def chunk(data: bytes, size: bytes = b"%x") -> bytes:
    return size % len(data) + b"\r\n" + data + b"\r\n"


ANSWERS: dict[str, tuple[bytes, str]] = {
    "plain": (OK + SIZED + b"\r\n" + PAGE, "ok"),
    "until the connection ends": (OK + HTML + b"\r\n" + PAGE, "ok"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n" + HTML + b"\r\n" + PAGE, "ok"),
    "no reason phrase": (b"HTTP/1.1 200\r\n" + SIZED + b"\r\n" + PAGE, "ok"),
    "lines that end in LF alone": ((OK + SIZED + b"\r\n").replace(b"\r\n", b"\n") + PAGE, "ok"),
    "a header line of 60 KB": (OK + SIZED + b"X-Policy: " + b"x" * 60_000 + b"\r\n\r\n" + PAGE, "ok"),
    "a cookie of 9 KB": (OK + SIZED + b"Set-Cookie: a=" + b"x" * 9_000 + b"\r\n\r\n" + PAGE, "ok"),
    "120 header lines": (OK + SIZED + b"".join(b"X-%d: y\r\n" % at for at in range(118)) + b"\r\n" + PAGE, "ok"),
    "a header without end": (OK + b"X-Policy: " + b"x" * 3_000_000, "bad_answer"),
    "headers without end": (OK + b"X-Policy: y\r\n" * 60_000, "bad_answer"),
    "the same length twice": (OK + SIZED + SIZED[-20:].split(b"\r\n")[-2] + b"\r\n\r\n" + PAGE, "ok"),
    "two lengths that differ": (OK + SIZED + b"Content-Length: 3\r\n\r\n" + PAGE, "bad_answer"),
    "a length that is none": (OK + HTML + b"Content-Length: many\r\n\r\n" + PAGE, "ok"),
    "a negative length": (OK + HTML + b"Content-Length: -1\r\n\r\n" + PAGE, "ok"),
    "a length beside chunks": (OK + CHUNKED + b"Content-Length: 3\r\n\r\n" + chunk(PAGE) + b"0\r\n\r\n", "ok"),
    "a blank before the colon": (OK + b"X-Y : 1\r\n" + SIZED + b"\r\n" + PAGE, "ok"),
    "a line without a colon": (OK + b"no header this\r\n" + SIZED + b"\r\n" + PAGE, "ok"),
    "a line that is folded": (OK + b"X-Y: 1\r\n  2\r\n" + SIZED + b"\r\n" + PAGE, "ok"),
    "an empty name": (OK + b": 1\r\n" + SIZED + b"\r\n" + PAGE, "ok"),
    "a name beyond ASCII": (OK + "Größe: 1\r\n".encode() + SIZED + b"\r\n" + PAGE, "ok"),
    "a value beyond ASCII": (OK + "X-Y: Größe\r\n".encode() + SIZED + b"\r\n" + PAGE, "ok"),
    "chunks": (OK + CHUNKED + b"\r\n" + chunk(PAGE[:20]) + chunk(PAGE[20:]) + b"0\r\n\r\n", "ok"),
    "chunks with extensions": (OK + CHUNKED + b"\r\n" + chunk(PAGE, b"%x;name=value") + b"0\r\n\r\n", "ok"),
    "chunks with trailers": (OK + CHUNKED + b"\r\n" + chunk(PAGE) + b"0\r\nX-Sum: 1\r\n\r\n", "ok"),
    "sizes with a blank": (OK + CHUNKED + b"\r\n" + chunk(PAGE, b"%x ") + b"0\r\n\r\n", "ok"),
    "the last chunk without its end": (OK + CHUNKED + b"\r\n" + chunk(PAGE) + b"0\r\n", "ok"),
    "no last chunk": (OK + CHUNKED + b"\r\n" + chunk(PAGE), "incomplete"),
    "a chunk that is cut off": (OK + CHUNKED + b"\r\n" + chunk(PAGE)[:40], "incomplete"),
    "a size that is none": (OK + CHUNKED + b"\r\nmany\r\n" + PAGE, "bad_answer"),
    "a body that is cut off": (OK + SIZED + b"\r\n" + PAGE[:20], "incomplete"),
    "a head that is cut off": (OK + SIZED[:20], "incomplete"),
    "nothing at all": (b"", "incomplete"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "bad_answer"),
    "a page without a head": (PAGE, "bad_answer"),
    "a status that is none": (b"HTTP/1.1 abc OK\r\n" + SIZED + b"\r\n" + PAGE, "bad_answer"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + SIZED + b"\r\n" + PAGE, "ok"),
    "two content types": (OK + b"Content-Type: text/html\r\n" + SIZED + b"\r\n" + PAGE, "ok"),
    "no content type": (OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE, "ok"),
    "an encoding called none": (OK + SIZED + b"Content-Encoding: none\r\n\r\n" + PAGE, "ok"),
    "an encoding called utf-8": (OK + SIZED + b"Content-Encoding: utf-8\r\n\r\n" + PAGE, "ok"),
    "gzip": (OK + HTML + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED, "ok"),
    "raw deflate": (OK + HTML + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(PAGE)[2:-4], "ok"),
    "gzip that is none": (OK + SIZED + b"Content-Encoding: gzip\r\n\r\n" + PAGE, "damaged"),
    "gzip that is cut off": (OK + HTML + b"Content-Encoding: gzip\r\n\r\n" + GZIPPED[:30], "incomplete"),
    "more than its length": (OK + SIZED + b"\r\n" + PAGE + b"and more", "ok"),
    "an empty page": (OK + HTML + b"Content-Length: 0\r\n\r\n", "not_a_web_page"),
}


def outcome(fetch: Callable[[str], bytes], url: str) -> tuple[str, bytes]:
    """What a driver makes of an answer: "ok" and the page's bytes, or the reason."""
    try:
        return "ok", fetch(url)
    except TaskFailed as failure:
        return failure.reason, b""


def through_requests(settings: Settings, url: str) -> tuple[str, bytes]:
    with Fetcher(settings, 1, back_off_s=0.01) as fetcher:
        return outcome(lambda address: fetcher.fetch_waiting(address, 5).body, url)


def through_aiohttp(settings: Settings, url: str) -> tuple[str, bytes]:
    async def fetched(address: str) -> bytes:
        async with AsyncFetcher(settings, 1, back_off_s=0.01) as fetcher:
            return (await fetcher.fetch_waiting(address, 5)).body

    return outcome(lambda address: asyncio.run(fetched(address)), url)


def saying(answer: bytes) -> Callable[[socket.socket], None]:
    """A server's side: read one request, answer robots.txt with 404 and everything else with these bytes, and close."""

    def talk(connection: socket.socket) -> None:
        asked = connection.recv(65_536)
        gone = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        connection.sendall(gone if b"/robots.txt" in asked else answer)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)  # until the other side leaves, so that nothing is lost by a reset

    return talk


def test_there_are_forty() -> None:
    assert len(ANSWERS) >= 40


@pytest.mark.parametrize("name", ANSWERS)
def test_both_drivers_make_the_same_of_an_answer(tmp_path: Path, name: str) -> None:
    answer, wanted = ANSWERS[name]
    with raw_server(saying(answer)) as port:
        found = []
        for number, through in enumerate((through_requests, through_aiohttp)):
            home = tmp_path / str(number)
            settings = Settings(
                home=home, fetch_deadline_s=DEADLINE_S, host_gap_s=0.0, host_parallel=0,
                allowed_hosts=(f"127.0.0.1:{port}",),
            )  # fmt: skip
            found.append(through(settings, f"http://127.0.0.1:{port}/"))
    assert [reason for reason, _ in found] == [wanted, wanted]
    if wanted == "ok":
        assert [body for _, body in found] == [PAGE, PAGE]

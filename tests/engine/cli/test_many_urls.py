"""Ten thousand addresses of two hundred shops, by the command line: memory, progress, politeness, cancel."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from engine.model import ENDED, Run
from engine.runs import jobs
from engine.store import Store
from tests.engine.cli.conftest import ROOT, Cli
from tests.engine.cli.made import peaks_mb

URLS, HOSTS = 10_000, 200
ORCHESTRATOR_MB = 250
PARALLEL, GAP_S = 4, 0.25
"""The defaults: what a host is spared, two hundred hosts can still be asked within seconds."""
SILENCE_S = 5.0
"""The longest that the count of finished pages may stand still."""
CANCEL_S, MARGIN_S = 2.0, 1.0
BAD = {"gone": "not_found", "teapot": "http_error", "empty": "no_price"}
"""What every fiftieth page is instead of a product, and how its record should end."""

# One process for all shops; on stdin's end it tells what it saw. A port is a host of its own to the politeness rules.
SHOPS = """
import asyncio, json, sys
from collections import Counter
from engine.workloads.shop.catalogue import NO_PRICE, product_paths
from engine.workloads.shop.pages import product_page
hosts, delay_s = int(sys.argv[1]), float(sys.argv[2])
bodies = [product_page(path, "http://shop.example").encode() for path in product_paths() if path not in NO_PRICE][:60]
flight, most, last, least, count = Counter(), Counter(), {}, {}, Counter()

def answer(path):
    kind = path.partition("?")[0].rpartition("/")[2]
    if kind in ("robots.txt", "gone"):
        return b"404 Not Found", b"no"
    if kind == "teapot":
        return b"418 Teapot", b"no"
    if kind == "empty":
        return b"200 OK", b"<!doctype html><title>About us</title><p>We sell kettles.</p>"
    return b"200 OK", bodies[hash(path) % len(bodies)]

class Shop(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""
        self.port = transport.get_extra_info("sockname")[1]
    def data_received(self, data):
        self.buffer += data
        while b"\\r\\n\\r\\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\\r\\n\\r\\n")
            now, port = loop.time(), self.port
            if port in last:
                least[port] = min(least.get(port, 9.0), now - last[port])
            last[port] = now
            flight[port] += 1
            count[port] += 1
            most[port] = max(most[port], flight[port])
            loop.call_later(delay_s, self.reply, head.split(b" ", 2)[1].decode())
    def reply(self, path):
        flight[self.port] -= 1
        status, body = answer(path)
        head = b"HTTP/1.1 %s\\r\\nContent-Type: text/html; charset=utf-8\\r\\nContent-Length: %d\\r\\n\\r\\n"
        self.transport.write(head % (status, len(body)) + body)

async def main():
    global loop
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Shop, "127.0.0.1", 0) for _ in range(hosts)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps({"most": max(most.values()), "least_s": min(least.values()), "requests": count.total()}))

asyncio.run(main())
"""


@dataclass
class Watched:
    """What was seen of a command while it ran."""

    spent_s: float = 0.0
    peaks: dict[str, float] = field(default_factory=dict)
    counts: list[tuple[float, int]] = field(default_factory=list)

    def look(self, process: psutil.Process, store: Store, began_s: float) -> Run | None:
        """Memory of the processes and the stored count, now."""
        for name, peak in peaks_mb(process).items():
            self.peaks[name] = max(self.peaks.get(name, 0.0), peak)
        run = next(iter(store.runs()), None)
        if run is not None and (not self.counts or run.done != self.counts[-1][1]):
            self.counts.append((time.perf_counter() - began_s, run.done))
        return run

    @property
    def silence_s(self) -> float:
        """The longest time between two different counts, from the first finished page on."""
        return max(later - earlier for (earlier, done), (later, _) in pairwise(self.counts) if done)


@pytest.fixture
def shops() -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """The shops' process and their ports."""
    command = [sys.executable, "-c", SHOPS, str(HOSTS), "0.05"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


def listed(folder: Path, ports: list[int]) -> tuple[Path, dict[str, int]]:
    """The file of addresses, and how many should end with which reason."""
    kinds, lines, expected = list(BAD), [], dict.fromkeys(BAD.values(), 0)
    for number in range(URLS):
        kind = kinds[number // 50 % len(kinds)] if number % 50 == 0 else "kettle"
        lines.append(f"http://127.0.0.1:{ports[number % HOSTS]}/{kind}?{number}")
        if kind in BAD:
            expected[BAD[kind]] += 1
    (folder / "urls.txt").write_text("\n".join(lines))
    return folder / "urls.txt", expected


def settings_for(ports: list[int]) -> dict[str, str]:
    """Default politeness, and these hosts allowed although they are on loopback."""
    return {"OVERLAP_ALLOWED_HOSTS": ",".join(f"127.0.0.1:{port}" for port in ports)}


@pytest.mark.stress
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("executor", "workers"), [("threads", 32), ("asyncio", 128)])
def test_ten_thousand_addresses_leave_the_orchestrator_small_and_are_counted_live(
    cli: Cli, shops: tuple[subprocess.Popen[str], list[int]], tmp_path: Path, executor: str, workers: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    server, ports = shops
    file, expected = listed(tmp_path, ports)
    store, seen = Store.open(cli.settings()), Watched()
    before, began_s = len(store.runs()), time.perf_counter()
    process = cli.start("scrape", file, "--executor", executor, "--workers", workers, **settings_for(ports))
    while process.poll() is None:
        if len(store.runs()) > before:
            seen.look(psutil.Process(process.pid), store, began_s)
        time.sleep(0.2)
    seen.spent_s = time.perf_counter() - began_s
    _, errors = process.communicate()
    told, _ = server.communicate()
    saw = json.loads(told)
    run = store.runs()[0]
    with capsys.disabled():
        memory = ", ".join(f"{name} {peak:.0f} MB" for name, peak in seen.peaks.items())
        wall_s = store.trials(run)[0].measurement.wall_s
        print(f"\n{executor} × {workers}: {URLS:,} pages in {seen.spent_s:.0f} s, {URLS / (wall_s or 1):.0f} a second; "  # noqa: T201 - the figures are the point
              f"at most: {memory}; {len(seen.counts)} counts, at most {seen.silence_s:.1f} s apart; server: {saw}")
    assert process.returncode == 3, errors
    assert (run.state, run.ok, run.failed) == ("finished", URLS - URLS // 50, URLS // 50)
    assert {reason: count for reason, _, count in store.records.failures(run)} == expected
    assert seen.peaks["work"] < ORCHESTRATOR_MB
    assert len(seen.counts) > 10 and seen.silence_s < SILENCE_S
    assert saw["most"] <= PARALLEL
    assert saw["requests"] == URLS + HOSTS, "each page and each robots.txt once"
    store.close()


@pytest.mark.stress
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("executor", "workers"), [("threads", 32), ("asyncio", 128)])
def test_ten_thousand_addresses_are_cancelled_in_two_seconds(
    cli: Cli, shops: tuple[subprocess.Popen[str], list[int]], tmp_path: Path, executor: str, workers: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    _, ports = shops
    file, _ = listed(tmp_path, ports)
    store = Store.open(cli.settings())
    before = len(store.runs())
    process = cli.start("scrape", file, "--executor", executor, "--workers", workers, **settings_for(ports))
    run = None
    while process.poll() is None and (run is None or run.done < URLS // 5):
        run = store.runs()[0] if len(store.runs()) > before else None
        time.sleep(0.1)
    assert run is not None and process.poll() is None
    jobs.cancel(store, run)
    asked_s = time.perf_counter()
    while (run := store.run(run.token)).state not in ENDED:
        time.sleep(0.02)
    took_s = time.perf_counter() - asked_s
    process.communicate(timeout=20)
    cli.nothing_is_left()
    with capsys.disabled():
        print(f"\n{executor} × {workers}: cancelled in {took_s:.2f} s with {run.done:,} done")  # noqa: T201 - the figure is the point
    assert (run.state, process.returncode) == ("cancelled", 130)
    assert took_s < CANCEL_S + MARGIN_S
    assert URLS // 5 <= run.done < URLS
    assert len(store.records.settled(run)) == run.done, "what had finished is kept"
    store.close()

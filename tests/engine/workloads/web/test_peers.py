"""Another project's server behind another project's chaos: httpbin behind faulty, both from PyPI, on loopback.

They are installed by pip into a temporary environment; without a package index the test says so and is skipped.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterator

import pytest

from engine.errors import TaskFailed
from engine.workloads.web.fetching.answers import FetchedPage, FetchFailed
from tests.engine.workloads.web.conftest import Configure, Open

PEERS = """
import asyncio, sys, threading
from faulty.core.proxy import FaultyProxy
from faulty.middlewares import DropMiddleware, LatencyMiddleware, ThrottleMiddleware
from httpbin import app
from werkzeug.serving import make_server
import logging
logging.disable(logging.CRITICAL)
import socket

def free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]

async def main():
    behind = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    proxies = []
    for middlewares in ([], [LatencyMiddleware(5, 80), ThrottleMiddleware(400_000)], [DropMiddleware(0.15)]):
        proxy = FaultyProxy("127.0.0.1", free(), "127.0.0.1", behind.server_port)
        for middleware in middlewares:
            proxy.ingress_pipeline.add(middleware)
        proxies.append(proxy)
    tasks = [asyncio.create_task(proxy.start()) for proxy in proxies]
    await asyncio.sleep(0.3)
    print(*(proxy.listen_port for proxy in proxies), flush=True)
    await asyncio.gather(*tasks)

asyncio.run(main())
"""
EXPECTED = {
    "/html": "ok",
    "/encoding/utf8": "ok",
    "/redirect/3": "not_a_web_page",
    "/redirect/7": "too_many_redirects",
    "/redirect-to?url=/html": "ok",
    "/redirect-to?url=http://10.0.0.1/": "redirect_blocked",
    "/get": "not_a_web_page",
    "/image/png": "not_a_web_page",
    "/bytes/1000": "not_a_web_page",
    "/deny": "refused_by_robots",
    "/status/404": "not_found",
    "/status/410": "not_found",
    "/status/403": "refused",
    "/status/500": "http_error",
    "/status/503": "http_error",
    "/status/429": "rate_limited",
    "/delay/9": "timed_out",
    "/drip?duration=9&numbytes=9&code=503": "http_error",
    "/links/50/0": "ok",
    "/xml": "ok",
}
# What a proxy that drops pieces of an answer may turn any of these into.
DAMAGE = {"timed_out", "incomplete", "bad_answer", "connection_failed", "not_a_web_page"}


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """Ports of httpbin as it is, behind latency and a throttle, and behind lost pieces."""
    folder = tmp_path_factory.mktemp("peers")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    packages = ["httpbin", "faulty", "setuptools"]
    done = subprocess.run([python, "-m", "pip", "install", "-q", *packages], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("httpbin and faulty could not be installed: there is no package index here.")
    with subprocess.Popen([python, "-c", PEERS], stdout=subprocess.PIPE, text=True) as peers:
        assert peers.stdout is not None
        yield [int(port) for port in peers.stdout.readline().split()]
        peers.terminate()


@pytest.mark.stress
@pytest.mark.timeout(180)
@pytest.mark.parametrize("which", [0, 1, 2], ids=["as it is", "slow", "lossy"])
def test_every_address_ends_in_a_page_or_a_true_reason(
    open_browser: Open, configure: Configure, ports: list[int], which: int
) -> None:
    host = f"127.0.0.1:{ports[which]}"
    browser = open_browser(configure(allowed_hosts=(host,), fetch_deadline_s=3.0))
    urls = [f"http://{host}{path}" for path in EXPECTED for _ in range(3)]
    outcomes = browser.many(urls)
    for url, outcome in zip(urls, outcomes, strict=True):
        path = url.removeprefix(f"http://{host}")
        assert isinstance(outcome, (FetchedPage, TaskFailed)), (url, outcome)
        ended = "ok" if isinstance(outcome, FetchedPage) else outcome.reason
        assert ended in {EXPECTED[path], *(DAMAGE if which == 2 else ())}, (url, outcome)
        if ended == "http_error" and path != "/status/500":
            assert isinstance(outcome, FetchFailed) and outcome.attempts == 3

"""Politeness as the server sees it: in flight, gaps, robots.txt, retries; across threads, tasks and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Timer

import pytest

from engine.config import Settings
from engine.errors import Later, TaskFailed
from engine.workloads.web.addresses.allowed import Allowed, register_shop
from engine.workloads.web.addresses.urls import checked_url
from engine.workloads.web.fetching.answers import FetchedPage
from engine.workloads.web.politeness.hosts import Hosts
from engine.workloads.web.politeness.polite import Polite, back_off
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.politeness.ledger import Event, gaps, most_at_once, note
from tests.engine.workloads.web.servers import Reply, Server, server

WORKERS = {
    "requests": """
import sys
from pathlib import Path
from tests.engine.workloads.web.politeness.ledger import note
note(setattr, lambda what, at: print(at, what, flush=True))
from engine.config import Settings
from engine.workloads.web.fetching.fetch import Fetcher
home, host, gap, parallel, *urls = sys.argv[1:]
settings = Settings(home=Path(home), allowed_hosts=(host,), host_gap_s=float(gap), host_parallel=int(parallel))
with Fetcher(settings, 1) as fetcher:
    for url in urls:
        assert fetcher.fetch_waiting(url, 50).status == 200
""",
    "aiohttp": """
import asyncio, sys
from pathlib import Path
from tests.engine.workloads.web.politeness.ledger import note
note(setattr, lambda what, at: print(at, what, flush=True))
from engine.config import Settings
from engine.workloads.web.fetching.afetch import AsyncFetcher
home, host, gap, parallel, *urls = sys.argv[1:]
settings = Settings(home=Path(home), allowed_hosts=(host,), host_gap_s=float(gap), host_parallel=int(parallel))
async def main():
    async with AsyncFetcher(settings, len(urls)) as fetcher:
        pages = await asyncio.gather(*(fetcher.fetch_waiting(url, 50) for url in urls))
    assert [page.status for page in pages] == [200] * len(urls)
asyncio.run(main())
""",
}
HOLDER = """
import sys, time
from pathlib import Path
from engine.config import Settings
from engine.workloads.web.addresses.allowed import Allowed
from engine.workloads.web.politeness.polite import Polite
from engine.workloads.web.addresses.urls import checked_url
settings = Settings(home=Path(sys.argv[1]), host_gap_s=0.05, host_parallel=1)
turn = Polite(settings, Path(sys.argv[1]) / "polite", Allowed(settings)).enter(checked_url(sys.argv[2]))
print("in", flush=True)
time.sleep(60)
"""


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What the ledger allows while this test runs."""
    events: list[Event] = []
    note(monkeypatch.setattr, lambda what, at: events.append((at, what)))
    return events


def all_arrived(shop: Server, ledger: list[Event]) -> bool:
    """Whether each request that was allowed arrived, none before it was and none after it was over."""
    times = sorted(at for at, _, _ in shop.requests)
    allowed, over = (sorted(at for at, what in ledger if what == which) for which in ("enter", "leave"))
    return len(allowed) == len(times) == len(over) and all(
        begin <= at <= end for begin, at, end in zip(allowed, times, over, strict=True)
    )


def slowly(reply: Reply) -> None:
    time.sleep(0.12)
    reply.send()


def test_many_workers_keep_the_gap_and_the_limit(
    open_browser: Open, configure: Configure, ledger: list[Event]
) -> None:
    with server({"*": slowly}) as shop:
        browser = open_browser(configure(shop, host_gap_s=0.05, host_parallel=2))
        outcomes = browser.many([f"{shop.url}/{index}" for index in range(12)])
        assert all(isinstance(item, FetchedPage) for item in outcomes)
        assert min(gaps(ledger)) >= 0.05 and most_at_once(ledger) == 2
        assert shop.most_in_flight == 2
        assert len(shop.requests) == 13 and all_arrived(shop, ledger)


def test_a_disk_that_is_slow_to_take_the_gap_does_not_shorten_it(
    open_browser: Open, configure: Configure, tmp_path: Path, ledger: list[Event]
) -> None:
    """The host's state is held by somebody else when the first request is sent."""
    with server() as shop:
        browser = open_browser(configure(shop, host_gap_s=0.2, host_parallel=2))
        browser.fetch(f"{shop.url}/robots-are-known-now")
        time.sleep(0.3)
        held = Hosts(tmp_path / "polite").busy(shop.url.removeprefix("http://"))
        assert held is not None
        Timer(0.35, held.release).start()
        browser.many([f"{shop.url}/{index}" for index in range(3)])
        assert min(gaps(ledger)) >= 0.2 and all_arrived(shop, ledger)


@pytest.mark.parametrize(
    "libraries",
    [
        pytest.param(["requests"], marks=pytest.mark.stress),
        pytest.param(["aiohttp"], marks=pytest.mark.stress),
        ["requests", "aiohttp"],
    ],
    ids=" and ".join,
)
def test_eight_processes_keep_the_gap_and_fetch_robots_once(tmp_path: Path, libraries: list[str]) -> None:
    with server({"*": slowly}) as shop:
        host = shop.url.removeprefix("http://")
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKERS[libraries[number % len(libraries)]], str(tmp_path), host, "0.1", "3"]
                + [f"{shop.url}/{number}-{index}" for index in range(4)],
                stdout=subprocess.PIPE, text=True,
            )
            for number in range(8)
        ]  # fmt: skip
        lines = [line.split() for worker in workers for line in worker.communicate(timeout=50)[0].splitlines()]
        assert [worker.returncode for worker in workers] == [0] * 8
        ledger = sorted((float(at), what) for at, what in lines)
        assert min(gaps(ledger)) >= 0.1 and all_arrived(shop, ledger)
        assert shop.most_in_flight <= most_at_once(ledger) <= 3
        assert [path for _, path, _ in shop.requests].count("/robots.txt") == 1
        assert len(set(shop.paths)) == len(shop.paths) == 32
        # Polite, but not idle: 33 starts a gap apart take 4 s, and the last interpreter starts a while after the first.
        assert ledger[-1][0] - ledger[0][0] < 12


def test_a_process_that_dies_frees_its_place(tmp_path: Path) -> None:
    url = checked_url("http://shop.example/")
    settings = Settings(home=tmp_path, host_gap_s=0.05, host_parallel=1)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path), url.text], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"in\n"
        polite = Polite(settings, tmp_path / "polite", Allowed(settings))
        with pytest.raises(Later):
            polite.enter(url)
        os.kill(holder.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    polite.enter(url).leave(well=True)


def test_who_is_put_off_comes_back_one_after_another(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host_gap_s=0.5, host_parallel=4)
    polite = Polite(settings, tmp_path, Allowed(settings))
    url = checked_url("http://shop.example/")
    polite.enter(url).leave(well=True)
    delays = []
    for _ in range(5):
        with pytest.raises(Later) as later:
            polite.enter(url)
        delays.append(later.value.delay_s)
    assert delays == sorted(delays)
    assert all(abs(delay - 0.5 * (index + 1)) < 0.1 for index, delay in enumerate(delays))


def test_one_busy_host_does_not_hold_up_another(open_browser: Open, configure: Configure) -> None:
    with server() as busy, server() as idle:
        browser = open_browser(configure(busy, idle, host_gap_s=30.0, host_parallel=1))
        with pytest.raises(Later):
            browser.once(f"{busy.url}/")  # its robots.txt was this host's turn
        begun = time.monotonic()
        with pytest.raises(Later):
            browser.once(f"{idle.url}/")
        assert time.monotonic() - begun < 1
        assert len(idle.requests) == 1


def test_redirects_on_one_host_keep_the_gap_too(
    open_browser: Open, configure: Configure, ledger: list[Event]
) -> None:
    with server({"/": lambda reply: reply.send(302, b"", Location="/next")}) as shop:
        page = open_browser(configure(shop, host_gap_s=0.1, host_parallel=1)).fetch(f"{shop.url}/")
        assert page.final_url == f"{shop.url}/next"
        assert [path for _, path, _ in shop.requests] == ["/robots.txt", "/", "/next"]
        assert min(gaps(ledger)) >= 0.1 and all_arrived(shop, ledger)


def test_a_demo_shop_has_no_gap(open_browser: Open, configure: Configure, tmp_path: Path) -> None:
    with server() as shop, register_shop(tmp_path, "127.0.0.1", shop.port):
        browser = open_browser(configure(host_gap_s=10.0, host_parallel=1))
        outcomes = browser.many([f"{shop.url}/{index}" for index in range(10)])
        assert all(isinstance(item, FetchedPage) for item in outcomes)


# robots.txt


def test_a_forbidden_page_is_not_asked_for(open_browser: Open, configure: Configure) -> None:
    rules = b"User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: Overlap\nDisallow: /ours\n"
    with server({"/robots.txt": lambda reply: reply.send(body=rules, Content_Type="text/plain")}) as shop:
        browser = open_browser(configure(shop))
        with pytest.raises(TaskFailed, match=r"Disallowed by robots\.txt") as failure:
            browser.fetch(f"{shop.url}/ours/1")
        assert failure.value.reason == "refused_by_robots"
        assert shop.paths == []
        assert browser.fetch(f"{shop.url}/private/1").status == 200  # the group with our name alone counts


def test_a_redirect_to_a_forbidden_page_is_not_followed(open_browser: Open, configure: Configure) -> None:
    table = {
        "/robots.txt": lambda reply: reply.send(body=b"User-agent: *\nDisallow: /private"),
        "/": lambda reply: reply.send(302, b"", Location="/private"),
    }
    with server(table) as shop:
        with pytest.raises(TaskFailed) as failure:
            open_browser(configure(shop)).fetch(f"{shop.url}/")
        assert failure.value.reason == "refused_by_robots"
        assert shop.paths == ["/"]


def test_robots_txt_is_fetched_once_for_many_pages_and_fetchers(open_browser: Open, configure: Configure) -> None:
    with server() as shop:
        settings = configure(shop)
        for _ in range(2):
            browser = open_browser(settings)
            browser.many([f"{shop.url}/{index}" for index in range(30)])
        assert [path for _, path, _ in shop.requests].count("/robots.txt") == 1


@pytest.mark.parametrize(("status", "reason"), [(500, "http_error"), (503, "http_error"), (429, "rate_limited")])
def test_a_server_in_trouble_forbids_everything(
    open_browser: Open, configure: Configure, status: int, reason: str
) -> None:
    with server({"/robots.txt": lambda reply: reply.send(status, b"")}) as shop:
        with pytest.raises(TaskFailed) as failure:
            open_browser(configure(shop)).fetch(f"{shop.url}/")
        assert failure.value.reason == reason and shop.paths == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_no_robots_txt_allows_everything(open_browser: Open, configure: Configure, status: int) -> None:
    with server({"/robots.txt": lambda reply: reply.send(status, b"")}) as shop:
        assert open_browser(configure(shop)).fetch(f"{shop.url}/").status == 200


def test_an_endless_robots_txt_counts_as_far_as_500_kilobytes(open_browser: Open, configure: Configure) -> None:
    rules = b"User-agent: *\nDisallow: /private\n" + b"# long\n" * 200_000
    with server({"/robots.txt": lambda reply: reply.send(body=rules)}) as shop:
        browser = open_browser(configure(shop))
        assert browser.fetch(f"{shop.url}/").status == 200
        with pytest.raises(TaskFailed, match="Disallowed"):
            browser.fetch(f"{shop.url}/private")


def test_a_crawl_delay_is_kept(open_browser: Open, configure: Configure, ledger: list[Event]) -> None:
    rules = b"User-agent: *\nCrawl-delay: 0.2\n"
    with server({"/robots.txt": lambda reply: reply.send(body=rules)}) as shop:
        browser = open_browser(configure(shop, host_gap_s=0.01, host_parallel=4))
        browser.many([f"{shop.url}/{index}" for index in range(4)])
        assert min(gaps(ledger)[1:]) >= 0.2 and all_arrived(shop, ledger)


def test_a_crawl_delay_beyond_the_limit_is_not_waited_for(open_browser: Open, configure: Configure) -> None:
    rules = b"User-agent: *\nCrawl-delay: 600\n"
    with server({"/robots.txt": lambda reply: reply.send(body=rules)}) as shop:
        with pytest.raises(TaskFailed, match="10 min between pages") as failure:
            open_browser(configure(shop, host_gap_s=0.01)).fetch(f"{shop.url}/")
        assert failure.value.reason == "rate_limited" and shop.paths == []


# Retries


def test_the_third_try_succeeds(open_browser: Open, configure: Configure) -> None:
    with server({"/": lambda reply: reply.send(503 if reply.count < 2 else 200)}) as shop:
        page = open_browser(configure(shop)).fetch(f"{shop.url}/")
        assert (page.attempts, len(shop.paths)) == (3, 3)


def test_tries_are_counted_across_fetchers(open_browser: Open, configure: Configure) -> None:
    """What another process would see: it shares the folder, nothing else."""
    with server({"/": lambda reply: reply.send(503)}) as shop:
        settings = configure(shop)
        for _ in range(2):
            with pytest.raises(Later) as later:
                open_browser(settings).once(f"{shop.url}/")
            time.sleep(later.value.delay_s)
        with pytest.raises(TaskFailed, match="given up after 3 tries") as failure:
            open_browser(settings).once(f"{shop.url}/")
        assert failure.value.reason == "http_error" and len(shop.paths) == 3


def test_a_retry_that_comes_back_too_early_is_put_off_again(open_browser: Open, configure: Configure) -> None:
    with server({"/": lambda reply: reply.send(503)}) as shop:
        browser = open_browser(configure(shop), back_off_s=5.0)
        delays = []
        for _ in range(2):
            with pytest.raises(Later) as later:
                browser.once(f"{shop.url}/")
            delays.append(later.value.delay_s)
        assert len(shop.paths) == 1
        assert 3.75 <= delays[0] <= 6.25 and delays[0] - 0.5 < delays[1] <= delays[0]


def test_retry_after_is_honoured(open_browser: Open, configure: Configure) -> None:
    table = {"/": lambda reply: reply.send(429, Retry_After="1") if reply.count < 1 else reply.send()}
    with server(table) as shop:
        page = open_browser(configure(shop)).fetch(f"{shop.url}/")
        times = [at for at, path, _ in shop.requests if path == "/"]
        assert page.attempts == 2 and times[1] - times[0] >= 1.0


def test_retry_after_holds_for_the_whole_host(open_browser: Open, configure: Configure) -> None:
    with server({"/busy": lambda reply: reply.send(429, Retry_After="20")}) as shop:
        browser = open_browser(configure(shop, host_gap_s=0.01, host_parallel=2))
        while "/busy" not in shop.paths:  # robots.txt is read first, and the gap behind it puts the page off
            with pytest.raises(Later) as put_off:
                browser.once(f"{shop.url}/busy")
            assert shop.paths or put_off.value.delay_s < 1
            time.sleep(0 if shop.paths else put_off.value.delay_s)
        with pytest.raises(Later) as later:
            browser.once(f"{shop.url}/other")
        assert later.value.delay_s > 15 and shop.paths == ["/busy"]


@pytest.mark.parametrize("value", ["36000", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_retry_after_of_hours_is_not_waited_for(open_browser: Open, configure: Configure, value: str) -> None:
    with server({"/": lambda reply: reply.send(429, Retry_After=value)}) as shop:
        with pytest.raises(TaskFailed, match="not waited for, the limit is 30 s") as failure:
            open_browser(configure(shop)).fetch(f"{shop.url}/")
        assert failure.value.reason == "rate_limited" and len(shop.paths) == 1


def test_a_host_that_errs_is_slowed_and_recovers_by_good_answers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host_gap_s=0.001, host_parallel=1)
    polite = Polite(settings, tmp_path, Allowed(settings))
    url = checked_url("http://shop.example/")

    def gap_s() -> float:
        """What a newcomer is told right after a request."""
        while True:
            try:
                Polite(settings, tmp_path, Allowed(settings)).enter(url).leave(well=True)
                break
            except Later as later:
                time.sleep(later.delay_s)
        try:
            Polite(settings, tmp_path, Allowed(settings)).enter(url).leave(well=True)
        except Later as put_off:
            return put_off.delay_s
        return 0.0  # a gap so short that it was over already

    before = gap_s()
    polite.err(url)
    assert before < 0.1 < gap_s()
    for _ in range(40):
        polite.recover("shop.example")
    assert gap_s() < 0.1


def test_back_off_doubles_with_jitter() -> None:
    for tries, least, most in ((1, 0.375, 0.625), (2, 0.75, 1.25)):
        delays = [back_off(tries, 0.5) for _ in range(200)]
        assert least <= min(delays) < max(delays) <= most
        assert len(set(delays)) > 100


def test_a_time_from_before_a_reboot_is_not_waited_for(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host_gap_s=0.05, host_parallel=1)
    polite = Polite(settings, tmp_path, Allowed(settings))
    polite.push("shop.example", time.monotonic() + 10**7)
    polite.enter(checked_url("http://shop.example/")).leave(well=True)
    with pytest.raises(Later) as later:
        polite.enter(checked_url("http://shop.example/"))
    assert later.value.delay_s < 1

"""What is said before the start: hosts, shortest time, useful workers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.config import Settings
from engine.workloads.web.addresses.allowed import register_shop
from engine.workloads.web.lists.estimate import estimate

BIG = [f"https://big.example/{index}" for index in range(40)]
SMALL = [f"https://small.example/{index}" for index in range(3)]
URLS = BIG + SMALL


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, host_gap_s=0.25, host_parallel=4)


def test_the_longest_list_decides_the_shortest_time(limits: Settings) -> None:
    found = estimate(URLS, limits)
    assert (found.hosts, found.per_host) == (2, (("big.example", 40), ("small.example", 3)))
    assert (found.shortest_s, found.slowest_host) == (10.0, "big.example")  # 41 starts with robots.txt, 40 gaps
    assert found.workers_useful == 4 + 3


def test_a_crawl_delay_makes_a_host_slower_and_fewer_workers_useful(limits: Settings) -> None:
    found = estimate(URLS, limits, {"small.example": 5.0})
    assert (found.shortest_s, found.slowest_host, found.workers_useful) == (15.0, "small.example", 4 + 1)


def test_duplicates_and_rubbish_are_reported_and_not_counted(limits: Settings) -> None:
    found = estimate([*URLS, URLS[0], "nonsense"], limits)
    assert found.shortest_s == 10.0
    assert (len(found.inputs.duplicates), len(found.inputs.rubbish)) == (1, 1)


def test_ports_of_one_name_are_hosts_of_their_own_but_for_the_webs_own(limits: Settings) -> None:
    urls = ["http://a.example/1", "https://a.example/2", "http://a.example:8080/3"]
    assert estimate(urls, limits).per_host == (("a.example", 2), ("a.example:8080", 1))


def test_demo_shops_take_no_time_and_any_number_of_workers(limits: Settings, tmp_path: Path) -> None:
    with register_shop(tmp_path, "127.0.0.1", 8123):
        found = estimate([f"http://127.0.0.1:8123/{index}" for index in range(30)], limits)
    assert (found.shortest_s, found.slowest_host, found.workers_useful) == (0.0, None, 30)


def test_an_empty_list_is_an_estimate_too(limits: Settings) -> None:
    found = estimate([], limits)
    assert (found.hosts, found.shortest_s, found.workers_useful) == (0, 0.0, 1)


def test_without_politeness_only_the_servers_limit_bounds_the_workers(limits: Settings) -> None:
    free = dataclasses.replace(limits, host_gap_s=0.0, host_parallel=0, max_workers=32)
    assert estimate(URLS, free).workers_useful == 32


def test_what_will_be_blocked_is_in_no_figure_but_its_own(limits: Settings) -> None:
    private = ["http://127.0.0.1/x", "http://10.0.0.1/x", "http://[::1]/x", "http://localhost/x", "http://a.example:22/x"]
    found = estimate([*URLS, *private], limits)
    assert (found.blocked, found.hosts, found.shortest_s) == (5, 2, 10.0)
    allowed = dataclasses.replace(limits, allowed_hosts=("localhost",))
    assert estimate(["http://localhost/x"], allowed).blocked == 0

"""What runs beside a run's trials: the demo shops, started by need, there again for a retry, and gone at the end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import psutil
import pytest

from engine.model import Configuration, Run
from engine.orchestrator.services import needed
from engine.runs import jobs
from engine.runs.plans import scrape_plan
from engine.store import Store
from tests.engine.support import alive_with, started, until

THREADS = Configuration("threads", 2)
GONE = "demo:/kumo-denki/p/calder-chef-knife"
THERE = "demo:/nordlicht/p/velora-x1-camera"
ELSEWHERE = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("urls", "names"), [([ELSEWHERE], []), ([GONE], ["demo-shops"]), ([ELSEWHERE, THERE], ["demo-shops"])]
)
def test_only_a_demo_page_needs_the_demo_shops(store: Store, urls: list[str], names: list[str]) -> None:
    plan = scrape_plan(urls, THREADS, store.settings)
    assert needed(plan.workload, plan.tasks) == names
    assert needed("wait", [replace(plan.tasks[0], argument=0.1)]) == []


def test_a_retry_finds_the_shops_again_and_none_stays(store: Store) -> None:
    run = started(store, scrape_plan([GONE, THERE], THREADS, store.settings))
    assert (run.ok, run.failed) == (1, 1)
    again = jobs.wait(store, jobs.retry(store, run))
    assert len(store.trials(run)) == 2
    assert (again.ok, again.failed) == (1, 1)
    assert reasons(store, run) == reasons(store, again) == {"not_found"}
    until(lambda: not alive_with(store.settings.home))


def test_an_orchestrator_that_is_killed_takes_its_shops_with_it(store: Store) -> None:
    run = jobs.start(store, scrape_plan([THERE], THREADS, store.settings))
    until(lambda: bool(shops(store)))
    for orchestrator in named(store, "work"):
        orchestrator.kill()
    until(lambda: not shops(store), limit_s=2.0)
    assert jobs.wait(store, run).state == "interrupted"


def reasons(store: Store, run: Run) -> set[str | None]:
    return {record.reason for record in store.records.latest(run, "failed")}


def shops(store: Store) -> list[psutil.Process]:
    return named(store, "engine.workloads.shop")


def named(store: Store, word: str) -> list[psutil.Process]:
    """The processes of this home with such a word in their command; one that has just ended has none."""
    found = []
    for one in alive_with(store.settings.home):
        with suppress(psutil.NoSuchProcess):
            found += [one] if word in one.cmdline() else []
    return found

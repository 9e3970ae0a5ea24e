"""Plans: the tasks that are named, what is refused before the start, and which configurations a comparison has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import Settings
from engine.errors import InputRefused, NotAvailable, SettingRefused
from engine.executors.references import PLAIN_LOOP
from engine.model import Configuration, Plan, Task, plain
from engine.protocol.pickling import dump
from engine.runs import plans
from engine.runs.pilots import sampled
from engine.runs.plans import (
    SEQUENTIAL,
    baseline_of,
    comparison,
    default_workers,
    demo_scrape_plan,
    grid,
    in_turn,
    job,
    must_fit,
    on_pythons,
    scrape_plan,
    simple_plan,
    with_environment,
)
from engine.workloads.web.manners import Manners

SETTINGS = Settings(home=Path("/srv/of/nobody"), max_urls=5, max_workers=8, task_time_limit_s=7.5)
THREADS = Configuration("threads", 2)
PROCESSES = Configuration("processes", 2)


# Scrapes.


def scraped(*urls: str, **values: Any) -> Plan:
    return scrape_plan(urls, THREADS, SETTINGS, **values)


def test_a_page_is_a_task_that_is_called_by_its_address() -> None:
    plan = scraped("https://a.example/1", "https://b.example/2")
    assert plan.tasks == (
        Task(0, "https://a.example/1", {"url": "https://a.example/1", "selector": None}),
        Task(1, "https://b.example/2", {"url": "https://b.example/2", "selector": None}),
    )
    assert (plan.kind, plan.workload, plan.configurations, plan.time_limit_s) == ("job", "scrape", (THREADS,), 7.5)


@pytest.mark.parametrize(
    ("urls", "title"),
    [
        (["https://a.example/1"], "1 page of 1 shop"),
        (["https://a.example/1", "https://a.example/2"], "2 pages of 1 shop"),
        (["https://a.example/1", "https://b.example/2", "http://b.example/3"], "3 pages of 2 shops"),
        (["https://A.example/1", "https://a.example:8443/2"], "2 pages of 1 shop"),
    ],
)
def test_a_scrape_is_called_by_its_pages_and_shops(urls: list[str], title: str) -> None:
    assert scraped(*urls).title == title
    assert scraped(*urls, title="Kettles").title == "Kettles"


def test_no_address_and_too_many_are_refused_as_a_whole() -> None:
    with pytest.raises(InputRefused, match="There is no address to fetch"):
        scraped()
    assert len(scraped(*(f"https://a.example/{number}" for number in range(5))).tasks) == 5
    with pytest.raises(InputRefused, match=r"6 addresses are more than this server's limit of 5: .*OVERLAP_MAX_URLS"):
        scraped(*(f"https://a.example/{number}" for number in range(6)))


def test_a_shops_selector_goes_with_its_pages_and_with_no_others() -> None:
    urls = ["https://www.shop.example/1", "https://other.example/2", "https://shop.example/3"]
    plan = scraped(*urls, selectors={"shop.example": ".price"})
    assert {task.label: task.argument["selector"] for task in plan.tasks} == {
        urls[0]: ".price", urls[1]: None, urls[2]: ".price",
    }  # fmt: skip


def test_what_is_no_address_is_a_task_that_will_fail_by_itself() -> None:
    plan = scraped("http://[broken", "https://a.example/1")
    assert {task.label for task in plan.tasks} == {"http://[broken", "https://a.example/1"}


def test_only_who_asks_for_changed_pages_alone_has_that_option() -> None:
    assert "revalidate" not in scraped("https://a.example/1").options
    assert scraped("https://a.example/1", revalidate=True).options["revalidate"] is True
    other = Manners(language="de")
    assert scraped("https://a.example/1", manners=other).options == other.plain()


def turned_in(urls: list[str]) -> list[str]:
    return [urls[place] for place in in_turn(urls)[0]]


def test_hosts_take_turns() -> None:
    urls = [f"https://{host}/{number}" for host, count in (("a", 3), ("b", 1), ("c", 2)) for number in range(count)]
    assert turned_in(urls) == [f"https://{one}" for one in ("a/0", "b/0", "c/0", "a/1", "c/1", "a/2")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)).map(lambda pair: f"https://{pair[0]}.x/{pair[1]}")))
def test_no_address_is_lost_and_those_of_a_host_keep_their_order(urls: list[str]) -> None:
    turned = turned_in(urls)
    assert Counter(turned) == Counter(urls)
    assert in_turn(urls)[1] == len({urlsplit(url).hostname for url in urls})
    for host in ("a.x", "b.x", "c.x"):
        assert [url for url in turned if urlsplit(url).hostname == host] == [
            url for url in urls if urlsplit(url).hostname == host
        ]


def test_the_demo_shops_are_scraped_whole_and_counted() -> None:
    plan = demo_scrape_plan(THREADS, Settings(home=Path("/nowhere")))
    shops = {task.label.split("/")[1] for task in plan.tasks}
    assert plan.title == f"{len(plan.tasks)} pages of {len(shops)} demo shops" and len(shops) > 1


# Jobs of any kind.


def test_simple_tasks_are_numbered_from_one_and_computed_ones_have_a_seed() -> None:
    assert [(task.label, task.argument) for task in simple_plan("compute", 2, {}, THREADS, SETTINGS).tasks] == [
        ("compute 1", 0), ("compute 2", 1),
    ]  # fmt: skip
    plan = simple_plan("wait", 1200, {"seconds": 0.1}, THREADS, SETTINGS)
    assert {task.argument for task in plan.tasks} == {None} and plan.title == "1,200 tasks of wait"
    assert plan.options == {"seconds": 0.1}


@pytest.mark.parametrize("argument", [float("nan"), float("inf"), {1, 2}, object(), {"a": b"bytes"}])
def test_an_argument_that_cannot_be_sent_is_refused_by_its_tasks_name(argument: Any) -> None:
    with pytest.raises(InputRefused, match=r"Task 'mine' cannot be sent to a worker \(.*\): use plain values\."):
        job("compute", "t", [Task(0, "fine", 1), Task(1, "mine", argument)], THREADS, {}, SETTINGS)


def test_an_argument_that_is_pickled_already_can_be_sent() -> None:
    task = Task(0, "mine", dump({1, 2}))
    assert job("compute", "t", [task], THREADS, {}, SETTINGS).tasks == (task,)


def test_more_workers_than_the_limit_are_refused_and_as_many_are_not() -> None:
    must_fit(Configuration("threads", 8), SETTINGS)
    with pytest.raises(InputRefused, match=r"9 workers are more than the limit of 8: .*OVERLAP_MAX_WORKERS"):
        simple_plan("wait", 1, {}, Configuration("threads", 9), SETTINGS)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (Configuration("threds", 2), "There is no executor 'threds'"),
        (Configuration("threads", 0), "threads cannot have 0 workers"),
        (Configuration("threads", 2, start_method="spawn"), "threads has no start method 'spawn'"),
        (Configuration("sequential", 2), "sequential cannot have 2 workers: choose from 1 to 1"),
    ],
)
def test_a_configuration_that_cannot_run_is_refused(how: Configuration, said: str) -> None:
    with pytest.raises(SettingRefused, match=re.escape(said)):
        simple_plan("wait", 1, {}, how, SETTINGS)


def test_work_without_an_asynchronous_form_is_refused_on_an_event_loop() -> None:
    with pytest.raises(NotAvailable, match="asyncio is not available here: "):
        simple_plan("compute", 1, {}, Configuration("asyncio", 2), SETTINGS)


# Comparisons.


def compared(*configurations: Configuration, tasks: str = "compute", **values: Any) -> Plan:
    plan = simple_plan(tasks, 4, {}, SEQUENTIAL, SETTINGS)
    return comparison(plan, configurations, settings=SETTINGS, **values)


def test_the_baseline_and_sequential_are_always_among_what_is_compared_and_stand_first() -> None:
    assert compared(THREADS).configurations == (PLAIN_LOOP, SEQUENTIAL, THREADS)
    assert compared(THREADS, SEQUENTIAL, THREADS).configurations == (PLAIN_LOOP, SEQUENTIAL, THREADS)
    assert compared(THREADS, baseline=PROCESSES).configurations == (PROCESSES, SEQUENTIAL, THREADS)
    assert compared(THREADS, references=False).configurations == (SEQUENTIAL, THREADS)


def test_sequential_runs_on_the_baselines_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "check", lambda *_: None)
    other = replace(THREADS, python="/opt/python")
    assert compared(baseline=other).configurations == (other, replace(SEQUENTIAL, python="/opt/python"))


def test_work_whose_calls_nobody_else_can_make_is_held_against_sequential() -> None:
    assert baseline_of("compute") == PLAIN_LOOP
    assert baseline_of("scrape") == SEQUENTIAL
    plan = comparison(scraped("https://a.example/1"), [THREADS], settings=SETTINGS)
    assert plan.configurations == (SEQUENTIAL, THREADS) and plan.terms["references"] is False


@pytest.mark.parametrize(
    ("asked", "stored"), [(None, None), (True, True), (False, False)], ids=["as it comes", "yes", "no"]
)
def test_whether_other_peoples_code_is_measured_is_kept_as_it_was_asked(asked: bool | None, stored: Any) -> None:
    assert compared(THREADS, references=asked).terms["references"] is stored


def test_beside_a_baseline_of_ours_other_code_is_measured_only_where_asked_for() -> None:
    assert compared(THREADS, baseline=SEQUENTIAL).terms["references"] is False
    assert compared(THREADS, baseline=SEQUENTIAL, references=True).terms["references"] is True


@pytest.mark.parametrize(
    ("values", "repeats"),
    [({}, 5), ({"repeats": 3}, 3), ({"precision": 0.05}, None), ({"budget_s": 60.0}, None),
     ({"repeats": 2, "budget_s": 60.0}, 2)],
)  # fmt: skip
def test_without_any_limit_there_are_five_repeats(values: dict[str, Any], repeats: int | None) -> None:
    terms = compared(THREADS, **values).terms
    assert terms["repeats"] == repeats
    assert (terms["precision"], terms["budget_s"]) == (values.get("precision"), values.get("budget_s"))


def test_a_comparison_knows_its_baseline_the_whole_batch_and_a_seed_of_its_own() -> None:
    plan = compared(THREADS, all_tasks=900)
    assert plan.terms["baseline"] == plain(PLAIN_LOOP) and plan.terms["all_tasks"] == 900
    assert plan.title == "4 tasks of compute, 3 configurations" and plan.kind == "comparison"
    assert 0 <= plan.terms["seed"] < 2**31
    assert len({compared(THREADS).terms["seed"] for _ in range(5)}) > 1, "another order of trials each time"


def test_in_a_comparison_every_page_is_fetched_whole() -> None:
    scrape = scraped("https://a.example/1", revalidate=True)
    options = comparison(scrape, [THREADS], settings=SETTINGS).options
    assert options == {name: value for name, value in scrape.options.items() if name != "revalidate"}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (Configuration("threads", 9), "9 workers are more than the limit of 8"),
        (Configuration("threads", 2, held=True), "only workers in processes of their own are sent arguments"),
    ],
)
def test_what_a_configuration_asks_for_in_vain_is_refused(how: Configuration, said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        compared(how)


@pytest.mark.parametrize("variable", ["PYTHONPATH=/x", "OVERLAP_HOME=/x", "nothing"])
def test_a_variable_that_may_not_be_given_is_refused(variable: str) -> None:
    with pytest.raises(SettingRefused):
        compared(replace(THREADS, environment=(variable,)))


def test_a_clusters_workers_cannot_be_given_variables_and_those_here_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "check", lambda *_: None)
    how = Configuration("dask", 2, environment=("A=1",))
    assert how in comparison(simple_plan("wait", 1, {}, SEQUENTIAL, SETTINGS), [how], settings=SETTINGS).configurations
    cluster = replace(SETTINGS, dask_address="tcp://scheduler:8786")
    with pytest.raises(InputRefused, match=r"dask × 2 \(A=1\): a cluster's workers have the environment"):
        comparison(simple_plan("wait", 1, {}, SEQUENTIAL, SETTINGS), [how], settings=cluster)


def test_two_pythons_of_one_name_cannot_be_told_apart_in_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "check", lambda *_: None)
    both = [replace(THREADS, python=f"/{place}/shop/.venv") for place in ("srv", "opt")]
    with pytest.raises(InputRefused, match=r"/srv/shop/\.venv and /opt/shop/\.venv would both be called"):
        compared(*both)
    assert len(compared(both[0], both[0]).configurations) == 3


# Which configurations there are.


def test_a_grid_is_every_executor_with_every_number_of_workers_and_sequential_once() -> None:
    found = grid(["threads", "sequential", "processes", "threads"], [1, 4, 1])
    assert found == [
        SEQUENTIAL, Configuration("threads", 1), Configuration("threads", 4), Configuration("processes", 1),
        Configuration("processes", 4),
    ]  # fmt: skip
    assert grid([], [1, 2]) == [SEQUENTIAL] and grid(["threads"], []) == [SEQUENTIAL]


def test_other_pythons_stand_behind_this_one_or_in_its_place() -> None:
    both = [SEQUENTIAL, THREADS]
    others = [replace(one, python="/p") for one in both]
    assert on_pythons(both, ["/p"]) == [*both, *others]
    assert on_pythons(both, ["/p"], only=True) == others
    assert on_pythons(both, []) == both and on_pythons(both, [], only=True) == []


def test_variables_make_each_configuration_but_sequential_once_more() -> None:
    found = with_environment([SEQUENTIAL, THREADS], ["B=2", "A=1"])
    assert found == [SEQUENTIAL, THREADS, replace(THREADS, environment=("A=1", "B=2"))]


@pytest.mark.parametrize(
    ("cpus", "workers"),
    [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (8, [1, 2, 4, 8]), (12, [1, 2, 4, 8, 12]), (1024, None)],
)
def test_worker_counts_double_up_to_the_cpus(
    cpus: int, workers: list[int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "usable_cpus", lambda: cpus)
    found = default_workers()
    assert found == (workers if workers is not None else [2**power for power in range(10)] + [1024])


# A sample of a plan's tasks.


def places(count: int, sample: int) -> Sequence[int]:
    return [task.argument for task in sampled(simple_plan("compute", count, {}, SEQUENTIAL, SETTINGS), sample)]


@given(st.integers(1, 400), st.integers(1, 50))
def test_a_sample_reaches_over_the_whole_batch(count: int, sample: int) -> None:
    found = places(count, sample)
    assert len(found) == min(count, sample) == len(set(found)) and found == sorted(found)
    steps = {after - before for before, after in pairwise([*found, count])}
    assert found[0] == 0 and max(steps) - min(steps) <= 1, "no stretch of the batch is left out"


def test_a_sample_is_numbered_anew() -> None:
    plan = simple_plan("compute", 23, {}, SEQUENTIAL, SETTINGS)
    assert [task.index for task in sampled(plan, 12)] == list(range(12))
    assert sampled(plan, 12)[-1].argument >= 20, "the last half of the batch is tried, too"

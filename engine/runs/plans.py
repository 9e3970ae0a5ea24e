"""What people hand in, as a `Plan`: shared by the pages and the command line, so both run the same.

Each function names its tasks, checks what can be checked before the start, and refuses as a whole
(InputRefused) what exceeds a limit. Sits just below `jobs`; jobs over pictures are made in `resize_plans`.
"""

from __future__ import annotations

import json
import secrets
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

from engine.analysis.verdict.racing import LOOKS
from engine.config import Settings, load, usable_cpus
from engine.errors import InputRefused
from engine.executors.references import PLAIN_LOOP
from engine.machine.variables import variables_of
from engine.model import Configuration, OneByOne, Pickled, Plan, Task, plain
from engine.orchestrator.available import check
from engine.orchestrator.available import executors_for as executors_for
from engine.orchestrator.available import reason_against as reason_against
from engine.text import counted
from engine.workloads import workload_class
from engine.workloads.shop.demo import demo_urls
from engine.workloads.web.lists.kept import Seen
from engine.workloads.web.manners import OURS, Manners
from engine.workloads.web.price.selectors import selector_for

SEQUENTIAL = Configuration("sequential", 1)


def scrape_plan(
    urls: Sequence[str],
    configuration: Configuration,
    settings: Settings,
    selectors: Mapping[str, str] | None = None,
    title: str | None = None,
    manners: Manners = OURS,
    revalidate: bool = False,
) -> Plan:
    """A job that scrapes these addresses, hosts in turn. `selectors` maps a host to a CSS selector of its price; one of
    shop.example also serves www.shop.example. `manners` are the languages and the name that shops are told; with
    `revalidate` a shop that marks versions of its pages is asked only for those that changed since they were read last.

    Raises InputRefused when there are none or more than the limit.
    """
    if not urls:
        raise InputRefused("There is no address to fetch: paste some, one a line.")
    if len(urls) > settings.max_urls:
        raise InputRefused(
            f"{len(urls):,} addresses are more than this server's limit of {settings.max_urls:,}: "
            "split the list, or raise OVERLAP_MAX_URLS."
        )
    chosen = dict(selectors or {})
    order, hosts = in_turn(urls)

    def task(index: int) -> Task:
        url = urls[order[index]]
        return Task(index, url, {"url": url, "selector": selector_for(_host(url), chosen) if chosen else None})

    tasks = OneByOne(len(urls), task)
    title = title or f"{counted(len(urls), 'page')} of {counted(hosts, 'shop')}"
    options = {**manners.plain(), **({"revalidate": True} if revalidate else {})}
    return job("scrape", title, tasks, configuration, options, settings, checked=True)


def in_turn(urls: Iterable[str]) -> tuple[Sequence[int], int]:
    """The places of these addresses, one of each host after the other, so that no host's turn blocks the queue; and
    how many hosts there are. Hosts come in the order in which each was named first."""
    seen, host_of, counts = Seen(), array("I"), array("I")
    for url in urls:
        host = seen.number_of(_host(url), len(counts))
        if host == len(counts):
            counts.append(0)
        host_of.append(host)
        counts[host] += 1
    # Two sorts by counting, for there may be millions: first the places by host, then those by their rank in it.
    by_host = array("I", bytes(4 * len(host_of)))
    free = array("I", accumulate(counts, initial=0))
    for place, host in enumerate(host_of):
        by_host[free[host]] = place
        free[host] += 1
    sizes = array("I", bytes(4 * (max(counts, default=0) + 1)))
    for count in counts:
        sizes[count - 1] += 1
    with_rank = array("I", reversed(list(accumulate(reversed(sizes)))))
    free = array("I", accumulate(with_rank, initial=0))
    order, start = array("I", bytes(4 * len(host_of))), 0
    for count in counts:
        for rank, place in enumerate(by_host[start : start + count]):
            order[free[rank]] = place
            free[rank] += 1
        start += count
    return order, len(counts)


def _host(url: str) -> str:
    """The host of an address, by all that comes before its path."""
    return _host_in("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=10_000)
def _host_in(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:  # no address at all: its own record will say so
        return ""


def demo_scrape_plan(configuration: Configuration, settings: Settings) -> Plan:
    """A job that scrapes every product of the demo shops; works with no network."""
    urls = demo_urls()
    shops = len({url.split("/")[1] for url in urls})
    return scrape_plan(urls, configuration, settings, title=f"{len(urls)} pages of {shops} demo shops")


def simple_plan(
    workload: str, count: int, options: Mapping[str, Any], configuration: Configuration, settings: Settings
) -> Plan:
    """A job of `count` tasks of `compute` (seeds 0, 1, …) or `wait`."""
    tasks = [Task(index, f"{workload} {index + 1}", None if workload == "wait" else index) for index in range(count)]
    return job(workload, f"{count:,} tasks of {workload}", tasks, configuration, options, settings)


def job(
    workload: str,
    title: str,
    tasks: Sequence[Task],
    configuration: Configuration,
    options: Mapping[str, Any],
    settings: Settings,
    checked: bool = False,
) -> Plan:
    """A job of these tasks, checked: the executor exists here, the workers fit, every argument can be sent.

    `checked` says that arguments are known to be plain values. Raises SettingRefused or InputRefused.
    """
    must_fit(configuration, settings)
    check(configuration, workload, options)
    kept = tasks if isinstance(tasks, OneByOne) else tuple(tasks)
    for task in () if checked else kept:
        if type(task.argument) is Pickled:
            continue
        try:
            json.dumps(task.argument, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputRefused(f"Task {task.label!r} cannot be sent to a worker ({error}): use plain values.") from None
    return Plan("job", workload, title, kept, (configuration,), options, settings.task_time_limit_s)


def must_fit(configuration: Configuration, settings: Settings) -> None:
    """Raises InputRefused for more workers than the limit."""
    if configuration.workers > settings.max_workers:
        raise InputRefused(
            f"{configuration.workers:,} workers are more than the limit of {settings.max_workers:,}: "
            "name fewer, or raise OVERLAP_MAX_WORKERS."
        )


def baseline_of(workload: str) -> Configuration:
    """What speedups are against where nobody named another: the plain loop, where one can make these tasks' calls."""
    return PLAIN_LOOP if workload_class(workload).alone else SEQUENTIAL


def comparison(
    job_plan: Plan,
    configurations: Sequence[Configuration],
    baseline: Configuration | None = None,
    repeats: int | None = None,
    precision: float | None = None,
    budget_s: float | None = None,
    all_tasks: int | None = None,
    references: bool | None = None,
    settings: Settings | None = None,
    race: bool = False,
) -> Plan:
    """The comparison of a job's tasks on these configurations; the baseline and sequential are always among them.

    The baseline is the plain loop, where the tasks can be called one after the other, else sequential. `references`
    says whether to measure what people would write beside the engine's own loop: None does where tasks are short
    and the baseline is the plain loop, False not even that one. With neither repeats, precision nor budget, there are
    five repeats, in a race ten. `all_tasks` is the size of the whole batch of which these tasks are a sample. A `race`
    leaves configurations out once they are shown to be slower, and ends when it is decided.
    Raises SettingRefused for what cannot run here, InputRefused for too many workers and a race that cannot be.
    """
    alone = workload_class(job_plan.workload).alone
    base = baseline or (SEQUENTIAL if references is False else baseline_of(job_plan.workload))
    alone_there = replace(SEQUENTIAL, python=base.python)
    chosen = tuple(dict.fromkeys([base, alone_there, *configurations]))
    _refuse_same_names(chosen)
    for one in chosen:
        must_fit(one, settings or load())
        check(one, job_plan.workload, job_plan.options)
        _refuse_what_would_not_reach(one, settings)
    if repeats is None and precision is None and budget_s is None:
        repeats = 10 if race else 5
    if race:
        _must_be_a_race(repeats, precision)
    terms = {
        "baseline": plain(base),
        "repeats": repeats,
        "precision": precision,
        "budget_s": budget_s,
        "all_tasks": all_tasks,
        "references": bool(references) if base.reference is None or not alone else references,
        "seed": secrets.randbelow(2**31),
        **({"race": True} if race else {}),
    }
    title = f"{job_plan.title}, {counted(len(chosen), 'configuration')}"
    # Every trial fetches and reads whole pages: what one has read spares the next nothing.
    options = {name: value for name, value in job_plan.options.items() if name != "revalidate"}
    return replace(job_plan, kind="comparison", title=title, configurations=chosen, terms=terms, options=options)


def _must_be_a_race(repeats: int | None, precision: float | None) -> None:
    """Raises InputRefused where leaving out early contradicts what else was asked for, or could never happen."""
    if precision is not None:
        raise InputRefused(
            "A race leaves slower configurations out early, and a precision is asked of each: "
            "give a number of repeats or a time to spend instead of a precision."
        )
    if repeats is not None and repeats <= LOOKS[0]:
        raise InputRefused(f"A race leaves nothing out before {LOOKS[0]} repeats are done: ask for more, such as 10.")


def _refuse_same_names(configurations: Sequence[Configuration]) -> None:
    """Two Pythons in folders of the same name could not be told apart in tables and sentences."""
    named: dict[str, Configuration] = {}
    for one in configurations:
        if named.setdefault(one.label, one) != one:
            raise InputRefused(
                f"{named[one.label].python} and {one.python} would both be called {one.label!r}: "
                "name one of them by a link or a folder of another name."
            )


def _refuse_what_would_not_reach(one: Configuration, settings: Settings | None) -> None:
    """Raises InputRefused for what a configuration asks of workers that it cannot reach."""
    variables_of(one.environment)
    if one.environment and one.executor == "dask" and (settings or load()).dask_address:
        raise InputRefused(f"{one.label}: a cluster's workers have the environment that they were started with.")
    if one.held and one.executor != "processes":
        raise InputRefused(f"{one.label}: only workers in processes of their own are sent arguments.")


def with_environment(configurations: Sequence[Configuration], variables: Iterable[str]) -> list[Configuration]:
    """The same configurations, and then each with several workers again with these variables (``NAME=VALUE``).

    Raises SettingRefused for what is no variable.
    """
    environment = variables_of(variables)
    changed = [replace(one, environment=environment) for one in configurations if one.executor != "sequential"]
    return [*configurations, *(changed if environment else [])]


def grid(executors: Sequence[str], workers: Sequence[int]) -> list[Configuration]:
    """Every executor × worker count, sequential once and first."""
    named = [name for name in dict.fromkeys(executors) if name != "sequential"]
    return [SEQUENTIAL, *(Configuration(name, count) for name in named for count in dict.fromkeys(workers))]


def on_pythons(
    configurations: Sequence[Configuration], pythons: Sequence[str], only: bool = False
) -> list[Configuration]:
    """The same configurations on this Python, but with `only`, and then on each of the others."""
    others = [replace(one, python=python) for python in pythons for one in configurations]
    return others if only else [*configurations, *others]


def default_workers() -> list[int]:
    """1, 2, 4 … up to the usable CPUs, which are among them."""
    cpus = usable_cpus()
    return sorted({2**power for power in range(10) if 2**power <= cpus} | {cpus})

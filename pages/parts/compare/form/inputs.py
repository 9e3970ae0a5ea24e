"""What a comparison is made on: any workload with new inputs, or with those of a past run.

Nothing is put in place before the start: `Material.place` does that, in the run's own folder. Of all
tasks a sample may be compared; the whole list is kept beside it, to be run afterwards the way that won.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import InputRefused, RunNotFound
from engine.machine.remote_files import is_address
from engine.model import ENDED, Plan, Run, Task
from engine.runs.plans import SEQUENTIAL, demo_scrape_plan, job, scrape_plan, simple_plan
from engine.runs.resize_plans import resize_plan
from engine.store.folders import link
from engine.text import counted
from pages.parts.compare.form.own_function import own_function
from pages.parts.resize.image_inputs import choose_pictures
from pages.parts.resize.options_form import resizing_form
from pages.parts.run.pictures import is_imported
from pages.parts.scrape.url_inputs import choose_pages
from pages.parts.shared.guard import guard
from pages.parts.shared.launching import is_allowed
from pages.parts.shared.server import run_of, settings, store

FROM = "from"
"""The name, in the page's address, of the run whose tasks are to be compared on."""
NEW, PAST = "New", "Of a past run"


@dataclass(frozen=True, slots=True)
class Material:
    """Tasks that are chosen but not in place. `count` is None where only unpacking tells it.

    `place(folder, most)` puts the inputs into a run's folder and gives a sequential job of all tasks, or for a
    pilot of at most `most`, whose inputs are then named by their whole paths. `strangers` says that hosts are
    asked that are not this server's own. `mean_s` is a task's mean time in seconds where it is known from a past run.
    """

    workload: str
    title: str
    count: int | None
    place: Callable[[Path, int | None], Plan]
    options: Mapping[str, Any] = field(default_factory=dict)
    demo: bool = False
    strangers: bool = False
    mean_s: float | None = None


def choose_material(workload: str) -> Material | None:
    """Draw the inputs of a workload; None while nothing usable is chosen."""
    past = past_runs(workload)
    source: str | None = NEW
    if past:
        source = st.segmented_control(
            "Tasks",
            [NEW, PAST],
            default=NEW,
            required=True,
            key=f"compare:source:{workload}",
            persist_state="session",
            wrap=True,
        )
    if source == PAST:
        return _past(workload, past)
    found: Material | None = None
    with guard(stop=False):
        found = NEW_TASKS[workload]()
    return found


def past_runs(workload: str) -> list[Run]:
    """Jobs of this workload whose tasks can be run again, the newest first; the one in the address is among them."""
    runs = store().runs(limit=30, kind="job", workload=workload)
    named = _named_run()
    if named is not None and named.workload == workload:
        runs = [named, *(run for run in runs if run.token != named.token)]
    if not is_allowed(workload):
        return []
    return [run for run in runs if run.state in ENDED and run.ok and not is_imported(run)]


def from_address() -> None:
    """Take the run that the address names as the preset, once for each address."""
    token = st.query_params.get(FROM, "").strip()
    if not token or st.session_state.get("compare:taken") == token:
        return
    run = run_of(token)
    st.session_state["compare:taken"] = token
    st.session_state["compare:workload"] = run.workload
    st.session_state[f"compare:source:{run.workload}"] = PAST
    st.session_state[f"compare:past:{run.workload}"] = run.token


def _named_run() -> Run | None:
    token = st.query_params.get(FROM, "").strip()
    try:
        return run_of(token) if token else None
    except RunNotFound:
        return None


def _past(workload: str, runs: list[Run]) -> Material:
    by_token = {run.token: run for run in runs}
    if st.session_state.get(f"compare:past:{workload}") not in by_token:
        st.session_state.pop(f"compare:past:{workload}", None)
    token = st.selectbox(
        "Run",
        list(by_token),
        format_func=lambda token: f"run {by_token[token].id}: {by_token[token].title}",
        key=f"compare:past:{workload}",
        persist_state="session",
    )
    run = by_token[token]
    kept = {name: value for name, value in run.options.items() if name not in ("target", "address")}
    return Material(
        workload, f"{counted(run.tasks, 'task')} of run {run.id}", run.tasks, partial(_place_past, run, kept), kept,
        strangers=workload == "scrape" and not _is_demo(run), mean_s=_mean_s(run.token),
    )  # fmt: skip


def _is_demo(run: Run) -> bool:
    from engine.workloads.shop.addresses import is_demo

    first = next(iter(store().folder(run).tasks()), None)
    return first is not None and is_demo(first.argument["url"])


@st.cache_data(max_entries=64, show_spinner=False)
def _mean_s(token: str) -> float | None:
    """How long a task of this run took in the mean, in seconds."""
    rows = store().records.latest_columns(run_of(token), "started_s", "finished_s")
    spans = [end - start for start, end in rows if start is not None and end is not None]
    return sum(spans) / len(spans) if spans else None


def _place_past(run: Run, options: Mapping[str, Any], folder: Path, most: int | None) -> Plan:
    kept = store().folder(run)
    tasks = tuple(kept.tasks())
    if not tasks:
        raise InputRefused(f"The tasks of run {run.id} are no longer on this server: choose another run.")
    if most is None:
        carry_inputs(kept.inputs, folder / "inputs")
    else:
        tasks = tuple(anchored(task, kept.path) for task in tasks)
    return job(run.workload, f"{counted(len(tasks), 'task')} of run {run.id}", tasks, SEQUENTIAL, options, settings())


def anchored(task: Task, folder: Path) -> Task:
    """The task with a source that is named relative to a run's folder named by its whole path."""
    argument = task.argument
    if not isinstance(argument, dict) or "source" not in argument or is_address(argument["source"]):
        return task
    return replace(task, argument={**argument, "source": str(folder / argument["source"])})


def carry_inputs(source: Path, target: Path) -> None:
    """Uploads for another run, as hard links where the file system has them, so that each run can be deleted alone."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=link, dirs_exist_ok=True)


def _resize() -> Material | None:
    pictures, resizing = choose_pictures(), resizing_form()
    if pictures is None or resizing is None:
        return None

    def place(folder: Path, most: int | None) -> Plan:
        sources, root = pictures.place(folder / "inputs", most)
        below = folder if most is None else None
        return resize_plan(sources, resizing, SEQUENTIAL, settings(), None, root, below, pictures.title)

    demo = st.session_state.get("pictures_from") == "Sample photos"
    return Material("resize", pictures.title, pictures.count, place, resizing.plain(), demo)


def _scrape() -> Material | None:
    pages = choose_pages(anew=True)
    if pages is None or not pages.count:
        return None

    def place(folder: Path, most: int | None) -> Plan:
        if pages.keep is not None and most is None:
            pages.keep(folder / "inputs")
        if pages.demo:
            return demo_scrape_plan(SEQUENTIAL, settings())
        return scrape_plan(pages.urls, SEQUENTIAL, settings(), pages.selectors, manners=pages.manners)

    return Material("scrape", counted(pages.count, "page"), pages.count, place, {}, pages.demo, not pages.demo)


def _simple(workload: str, count: int, option: str, label: str, preset: float, note: str) -> Callable[[], Material]:
    def draw() -> Material:
        st.caption(note)
        left, right = st.columns(2)
        tasks = int(
            left.number_input(
                "Tasks", 1, settings().max_tasks, count, key=f"compare:tasks:{workload}", persist_state="session"
            )
        )
        least, step = (0, 10_000) if isinstance(preset, int) else (0.0, 0.01)
        value = right.number_input(
            label, least, None, preset, step, key=f"compare:{option}", persist_state="session"
        )
        options = {option: value}

        def place(_folder: Path, _most: int | None) -> Plan:
            return simple_plan(workload, tasks, options, SEQUENTIAL, settings())

        mean_s = float(value) if option == "seconds" else None
        return Material(workload, f"{tasks:,} tasks of {workload}", tasks, place, options, mean_s=mean_s)

    return draw


def _function() -> Material | None:
    plan = own_function()
    if plan is None:
        return None
    return Material("function", plan.title, len(plan.tasks), lambda _folder, _most: plan, plan.options)


NEW_TASKS: dict[str, Callable[[], Material | None]] = {
    "resize": _resize,
    "scrape": _scrape,
    "compute": _simple(
        "compute", 32, "amount", "Steps a task", 100_000, "Pure Python arithmetic: the work that a GIL lets only one "
        "thread do at a time."
    ),
    "wait": _simple(
        "wait", 64, "seconds", "Seconds a task", 0.05, "Sleeping, which stands for any wait on a network or a disk."
    ),
    "function": _function,
}  # fmt: skip
"""Workload: how its new inputs are drawn."""

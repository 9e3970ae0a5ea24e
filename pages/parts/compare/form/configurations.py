"""Which executors and worker counts a comparison tries: presets, what a pilot proposes, and what people choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from engine.analysis.pilot import Pilot, pilot_of, propose
from engine.config import usable_cpus
from engine.errors import OverlapError
from engine.executors import EXECUTORS
from engine.machine import private
from engine.model import Configuration, Plan
from engine.runs.pilots import SAMPLE
from engine.runs.plans import SEQUENTIAL, executors_for
from pages.parts.compare.form.inputs import Material, anchored
from pages.parts.run.pictures import is_imported
from pages.parts.shared import launching
from pages.parts.shared.guard import guard
from pages.parts.shared.server import run_of, settings, store
from pages.parts.shared.words import literal

WAITING = ("scrape", "wait")


@dataclass(frozen=True, slots=True)
class Cost:
    """What the tasks cost, and where that is known from."""

    pilot: Pilot
    source: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a pilot found: its cost, the sentence and the grid that it proposes. `number` counts the pilots."""

    pilot: Pilot
    sentence: str
    grid: dict[str, list[int]]
    number: int


def choose_grid(material: Material) -> list[Configuration]:
    """Draw the executors and their workers and give the configurations, sequential first."""
    reasons = executors_for(material.workload, material.options)
    available = [name for name, missing in reasons.items() if missing is None and name != "sequential"]
    measured = _pilot(material, available)
    preset = measured.grid if measured else _preset(material.workload)
    # A new proposal gets new widgets: those that somebody has touched would keep what they hold.
    key = f"grid:{material.workload}:{measured.number if measured else 0}"
    chosen = st.pills(
        "Executors",
        available,
        selection_mode="multi",
        default=[name for name in preset if name in available],
        format_func=str.capitalize,
        key=f"{key}:executors",
        persist_state="session",
        help="sequential, one task after the other, is always among them: speedups are against it.",
        wrap=True,
    )
    found = [SEQUENTIAL]
    if chosen:
        for column, name in zip(st.columns(max(2, len(chosen))), chosen, strict=False):
            with column:
                found += [Configuration(name, count) for count in _workers(f"{key}:{name}", name, preset)]
    missing = {name: reason for name, reason in reasons.items() if reason is not None}
    if missing:
        with st.expander(f"Not available here: {', '.join(missing)}", key=f"{key}:missing"):
            for name, reason in missing.items():
                st.caption(f"**{literal(name.capitalize())}**: {literal(reason)}")
    return found


def _preset(workload: str) -> dict[str, list[int]]:
    """What is tried before anything was measured."""
    if workload in WAITING:
        return {"threads": [8, 32], "asyncio": [32]}
    cpus = usable_cpus()
    return {"threads": [cpus], "processes": [cpus]}


def _workers(key: str, executor: str, preset: Mapping[str, list[int]]) -> list[int]:
    most = min(EXECUTORS[executor].most_workers() or settings().max_workers, settings().max_workers)
    suits = preset.get(executor, [usable_cpus()])
    # Nothing is offered to choose from: Enter would take the first number that holds what was typed, or all of them.
    if key not in st.session_state:
        st.session_state[key] = [str(count) for count in suits]
    chosen = st.multiselect(
        f"Workers: {executor}",
        list[str](),
        accept_new_options=True,
        key=key,
        persist_state="session",
        placeholder="Type a number",
        help=f"This machine has {usable_cpus()} usable CPUs. Type a number and Enter, as many as you like.",
    )
    counts = [int(text) for text in chosen if text.strip().isdecimal()]
    refused = [text for text in chosen if not text.strip().isdecimal() or not 1 <= int(text) <= most]
    if refused:
        st.caption(f":red[Left out, because workers are whole numbers from 1 to {most}:] {literal(', '.join(refused))}")
    return sorted({count for count in counts if 1 <= count <= most})


def _pilot(material: Material, available: Sequence[str]) -> Measured | None:
    """The button that measures a few tasks; gives what was found for these tasks, now or before."""
    key = _measured_key(material)
    pressed = st.button(
        "Measure a few tasks first",
        icon=":material/speed:",
        key="compare:pilot",
        help="Runs up to a dozen tasks one after the other, for two seconds at most, and proposes what to compare.",
    )
    if pressed:
        with guard(stop=False), st.spinner("Measuring a few tasks"):
            st.session_state["compare:pilots"] = st.session_state.get("compare:pilots", 0) + 1
            st.session_state[key] = _measure(material, available, st.session_state["compare:pilots"])
    found: Measured | None = st.session_state.get(key)
    if found is not None:
        st.info(literal(found.sentence), icon=":material/lightbulb:")
    return found


def _measured_key(material: Material) -> str:
    return f"measured:{material.workload}:{material.title}:{sorted(material.options.items(), key=str)}"


def _measure(material: Material, available: Sequence[str], number: int) -> Measured:
    with private.scratch("pilot") as folder:
        plan = material.place(folder, SAMPLE)
        pilot, reason = launching.pilot(_anchored(plan, folder))
    if not pilot.tasks:
        raise OverlapError(f"There is nothing to propose from. {reason} Choose executors and workers yourself.")
    # A cluster for which nobody gave an address would be made for each trial: to try it out is everybody's own choice.
    offered = [name for name in available if name != "dask" or settings().dask_address]
    found = propose(pilot, usable_cpus(), material.count or len(plan.tasks), offered, settings().max_workers)
    grid: dict[str, list[int]] = {}
    for one in found.configurations:
        if one != SEQUENTIAL:
            grid.setdefault(one.executor, []).append(one.workers)
    return Measured(pilot, found.sentence, grid, number)


def _anchored(plan: Plan, folder: Path) -> Plan:
    """The plan with every source named by its whole path: a pilot has a folder of its own."""
    return replace(plan, tasks=tuple(anchored(task, folder) for task in plan.tasks))


def known_cost(material: Material) -> Cost | None:
    """What the tasks cost, as a pilot or a like run of the history measured it; None where nothing is known."""
    measured: Measured | None = st.session_state.get(_measured_key(material))
    if measured is not None:
        return Cost(measured.pilot, "from the tasks measured")
    if material.workload == "wait" and material.mean_s is not None:
        return Cost(Pilot(1, material.mean_s, 0.0), "from the seconds that each task waits")
    for run in store().runs(limit=20, workload=material.workload):
        alike = run.title.startswith(material.title) and dict(run.options) == dict(material.options)
        if run.state == "finished" and run.tasks <= 2_000 and alike and not is_imported(run):
            found = _sequential(run.token)
            if found is not None:
                return Cost(found, f"from run {run.id}")
    return None


@st.cache_data(max_entries=64, show_spinner=False)
def _sequential(token: str) -> Pilot | None:
    """The cost of a finished run's tasks, from its last trial that ran one after the other."""
    trials = [one for one in store().trials(run_of(token)) if one.configuration.workers == 1]
    ended = [one for one in trials if one.state == "finished" and one.ok]
    return pilot_of(store().records.of_trial(ended[-1])) if ended else None

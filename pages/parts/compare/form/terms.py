"""How long a comparison goes on, what its speedups are against, and what is seldom asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from engine.analysis.pilot import duration
from engine.analysis.verdict.racing import LOOKS
from engine.config import usable_cpus
from engine.executors import EXECUTORS
from engine.executors.references import PLAIN_LOOP
from engine.model import Configuration
from engine.runs.plans import SEQUENTIAL, on_pythons
from engine.text import counted
from engine.workloads import workload_class
from pages.parts.compare.form.configurations import Cost, known_cost
from pages.parts.compare.form.inputs import Material
from pages.parts.shared.server import settings
from pages.parts.shared.words import duration as in_words
from pages.parts.shared.words import literal

REPEATS, PRECISE = "Repeats", "Precision or time"
SUITS_S = 2.0
"""A sample of a past run is preset to take about this long one after the other: long enough to time, short to wait."""
LEAST, MOST = 8, 100


@dataclass(frozen=True, slots=True)
class ChosenTerms:
    """When to stop and what to compare against; as `engine.runs.plans.comparison` takes them."""

    baseline: Configuration
    repeats: int | None
    precision: float | None
    budget_s: float | None
    race: bool = False


def choose_subset(material: Material) -> int | None:
    """How many of the tasks are compared on; None for all of them."""
    count = material.count
    suits = _suits(material)
    if count is not None and count <= LEAST:
        return None
    value = st.number_input(
        "Compare on at most this many tasks",
        min_value=1,
        max_value=count or settings().max_tasks,
        value=suits,
        key=f"sample:{material.workload}:{material.title}",
        persist_state="session",
        help="A sample, spread evenly over the tasks. Each trial runs all of it; the verdict then estimates how long "
        "the whole takes.",
        width=320,
    )
    return None if count is not None and value >= count else int(value)


def _suits(material: Material) -> int:
    count = material.count or 40
    if material.mean_s and material.workload not in ("compute", "wait"):
        return min(count, max(LEAST, min(MOST, round(SUITS_S / material.mean_s))))
    return min(count, 40) if material.strangers else min(count, MOST)


def more(configurations: list[Configuration]) -> tuple[list[Configuration], bool]:
    """The closed section: start method, chunk size, a race, other Pythons; the configurations with them, and whether
    they race."""
    with st.expander("More", icon=":material/tune:", key="compare:more"):
        left, right = st.columns(2)
        methods = EXECUTORS["processes"].start_methods
        method = left.segmented_control(
            "Start method of processes",
            methods,
            default=methods[0],
            required=True,
            key="compare:method",
            persist_state="session",
            help="How worker processes come to life: the first is the usual one.",
            wrap=True,
        )
        chunk = right.number_input(
            "Tasks per hand-over",
            min_value=1,
            value=None,
            placeholder="chosen while it runs",
            key="compare:chunk",
            persist_state="session",
            help="Empty is best: tasks are then handed over one by one, or in batches where they are tiny.",
        )
        race = st.toggle(
            "Leave slower ones out early",
            key="compare:race",
            persist_state="session",
            disabled=st.session_state.get("compare:until") == PRECISE,
            help="After 3, 5, 10 … repeats it is looked, at stricter levels: what is shown to be slower is not run any "
            "more, and when one is ahead of all others it ends. A precision is asked of each, so not with one.",
        )
        pythons: list[str] = []
        if settings().pythons:
            pythons = st.multiselect(
                "Other Pythons",
                settings().pythons,
                key="compare:pythons",
                persist_state="session",
                help="The same tasks under another Python too, such as a free-threaded one.",
            )
    exact = [
        replace(
            one,
            chunk=None if one == SEQUENTIAL or chunk is None else int(chunk),
            start_method=str(method) if one.executor == "processes" and method not in (None, methods[0]) else None,
        )
        for one in configurations
    ]
    return on_pythons(exact, pythons), bool(race)


def choose_terms(material: Material, configurations: Sequence[Configuration], race: bool = False) -> ChosenTerms:
    """Draw when to stop and the baseline."""
    left, right = st.columns(2)
    with left:
        until = st.segmented_control(
            "Until", [REPEATS, PRECISE], default=REPEATS, required=True, key="compare:until", persist_state="session"
        )
        race = race and until != PRECISE
        repeats, precision, budget = _precise() if until == PRECISE else (_repeats(material, race), None, None)
    with right:
        alone = workload_class(material.workload).alone
        labels = {one.label: one for one in ([PLAIN_LOOP] if alone else []) + list(configurations)}
        chosen = st.selectbox(
            "Baseline",
            list(labels),
            key="compare:baseline",
            persist_state="session",
            help="What every speedup is against. It runs twice in each block: its difference from itself is the noise. "
            "The plain loop is what a program without us would do.",
        )
    return ChosenTerms(labels.get(chosen, SEQUENTIAL), repeats, precision, budget, race)


def _repeats(material: Material, race: bool) -> int:
    return int(
        st.number_input(
            "How many at most" if race else "How many",
            min_value=LOOKS[0] + 1 if race else 1,
            max_value=200,
            value=10 if race else 3 if material.demo else 5,
            key=f"compare:repeats:{material.demo}{':race' if race else ''}",
            persist_state="session",
            help="Blocks: each runs every configuration once, in random order, and the baseline twice. "
            "Three are the least from which anything follows.",
        )
    )


def _precise() -> tuple[None, float, float]:
    percent = st.number_input(
        "Every interval within ± (%)",
        min_value=0.5,
        max_value=50.0,
        value=5.0,
        step=0.5,
        key="compare:precision",
        persist_state="session",
    )
    seconds = st.number_input(
        "But at most (s)",
        min_value=5,
        max_value=86_400,
        value=120,
        step=10,
        key="compare:budget",
        persist_state="session",
    )
    return None, float(percent) / 100, float(seconds)


def show_preview(
    material: Material, sample: int | None, configurations: Sequence[Configuration], terms: ChosenTerms
) -> None:
    """Say what will happen and about how long it takes, before it does."""
    tasks = sample or material.count
    named = list(dict.fromkeys([terms.baseline, *configurations]))
    count = len(named)
    st.subheader("What will happen", anchor=False)
    what = f"{counted(tasks, 'task')}" if tasks else "All tasks"
    if sample is not None and material.count:
        what += f" of {material.count:,}"
    st.markdown(f"**{what}** on **{counted(count, 'configuration')}**: {literal(_named(named))}.")
    if terms.repeats is None:
        st.markdown(
            f"Block after block until every interval is within ±{(terms.precision or 0) * 100:g}%, "
            f"at most **{in_words(terms.budget_s)}**; at least five blocks if the time allows."
        )
    else:
        trials = 1 + terms.repeats * (count + 1)
        st.markdown(
            f"**{'At most ' if terms.race else ''}{counted(trials, 'trial')}**, each in a fresh Python: one to warm "
            f"up, which is thrown away, then {counted(terms.repeats, 'block')} of every configuration in random order, "
            "with the baseline twice." + (" What is shown to be slower is left out early." if terms.race else "")
        )
    _estimate(known_cost(material), configurations, terms, tasks)
    if material.strangers:
        st.warning(
            "Each page is fetched once in every trial, from hosts that are not yours: take a small sample. Their "
            "limits of pace hold, so more workers may gain nothing.",
            icon=":material/public:",
        )


def _named(configurations: Sequence[Configuration]) -> str:
    labels = [one.label for one in configurations]
    return ", ".join(labels if len(labels) <= 8 else [*labels[:7], f"{len(labels) - 7} more"])


def _estimate(
    cost: Cost | None, configurations: Sequence[Configuration], terms: ChosenTerms, tasks: int | None
) -> None:
    if terms.repeats is None:
        return
    if cost is None or not cost.pilot.tasks or not tasks:
        st.markdown(":material/timer: How long it takes is not known yet: *measure a few tasks first* tells.")
        return
    found = duration(cost.pilot, configurations, terms.baseline, tasks, terms.repeats, usable_cpus())
    low, high = in_words(round(found.low_s)), in_words(round(found.high_s))
    about = low if low == high else f"{low} to {high}"
    st.markdown(f":material/timer: **About {about}** (an estimate {literal(cost.source)}).")

"""The closed "How to run" section of every job's form: executor and workers, preset to what suits."""

from __future__ import annotations

import streamlit as st

from engine.config import usable_cpus
from engine.executors import EXECUTORS
from engine.model import Configuration
from engine.runs.defaults import Preset, preset_for
from engine.runs.plans import executors_for
from pages.parts.shared.server import settings, store
from pages.parts.shared.words import literal

EXPLAINED = {
    "sequential": "One after the other.",
    "threads": "Workers that share one Python: best for waiting, and for libraries that release the GIL.",
    "processes": "Workers with a Python each: best for pure Python work.",
    "asyncio": "One thread that juggles many waits.",
    "subinterpreters": "Several interpreters in one process.",
    "dask": "Workers on this machine or others.",
}
"""What each executor is, in one sentence; one that is not named here goes without."""


def how_to_run(workload: str) -> Configuration:
    """Draw the section and give the configuration chosen, or the preset when nobody opened it.

    Its title says what is set and where that comes from: nobody has to open it to know.
    """
    suggested = preset_for(store(), workload)
    preset = suggested.configuration
    _forget_another(workload, preset)
    with st.expander(_title(workload, suggested), icon=":material/tune:", key=f"how:{workload}"):
        st.caption(literal(suggested.why))
        reasons = executors_for(workload)
        available = [name for name, missing in reasons.items() if missing is None]
        chosen = st.segmented_control(
            "Executor",
            available,
            default=preset.executor if preset.executor in available else available[0],
            required=True,
            format_func=str.capitalize,
            key=f"executor:{workload}",
            persist_state="session",
            help="How the tasks are run. The preset is sound: change it to try something.",
            wrap=True,
        )
        executor = str(chosen or preset.executor)
        st.caption(EXPLAINED.get(executor, ""))
        configuration = _configuration(workload, executor, preset)
        for name, missing in reasons.items():
            if missing is not None:
                st.caption(f"{literal(name.capitalize())} is not available here: {literal(missing)}")
    return configuration


def _title(workload: str, suggested: Preset) -> str:
    """What the section holds as it stands now: its widgets' values are known before they are drawn again."""
    preset, state = suggested.configuration, st.session_state
    executor = str(state.get(f"executor:{workload}") or preset.executor)
    kept = preset.workers if executor == preset.executor else usable_cpus()
    workers = 1 if executor == "sequential" else int(state.get(f"workers:{workload}:{executor}") or kept)
    own = (executor, workers) != (preset.executor, preset.workers)
    label = Configuration(executor, workers).label
    return f"How to run: {literal(label)} · {'your choice' if own else literal(suggested.origin)}"


def _forget_another(workload: str, preset: Configuration) -> None:
    """What was chosen stays for the session, but not beyond a new preset: that comes of something measured since."""
    state, key = st.session_state, f"preset:{workload}"
    if state.get(key) != preset.label:
        for name in [str(name) for name in state]:
            if name.startswith((f"executor:{workload}", f"workers:{workload}:", f"method:{workload}")):
                del state[name]
    state[key] = preset.label


def _configuration(workload: str, executor: str, preset: Configuration) -> Configuration:
    kind = EXECUTORS[executor]
    most = min(kind.most_workers() or settings().max_workers, settings().max_workers)
    if most == 1:
        return Configuration(executor, 1)
    suits = preset.workers if executor == preset.executor else usable_cpus()
    workers = st.number_input(
        "Workers",
        min_value=1,
        max_value=most,
        value=min(suits, most),
        key=f"workers:{workload}:{executor}",
        persist_state="session",
        help=f"This machine has {usable_cpus()} usable CPUs. More workers than that help only tasks that wait.",
        width=220,
    )
    return Configuration(executor, int(workers), _start_method(workload, kind.start_methods, preset.start_method))


def _start_method(workload: str, methods: tuple[str, ...], preset: str | None) -> str | None:
    """The start method chosen, None for the executor's own default (its first)."""
    if len(methods) < 2:
        return None
    method = st.segmented_control(
        "Start method",
        methods,
        default=preset if preset in methods else methods[0],
        required=True,
        key=f"method:{workload}",
        persist_state="session",
        help="How worker processes come to life. Leave it unless you want to see what another one costs.",
        wrap=True,
    )
    return None if method in (None, methods[0]) else str(method)

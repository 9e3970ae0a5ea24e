"""How a job is run when nobody chose: what was decided on this machine, else a default that says that it is one.

Sits beside `plans`; pages and the command line both ask here.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.config import Settings, usable_cpus
from engine.executors import EXECUTORS
from engine.model import Configuration, Run
from engine.orchestrator.available import reason_against
from engine.store import Store

DEFAULTS = {
    "scrape": ("threads", 16, "waiting for shops takes far longer than reading their pages"),
    "resize": ("threads", 0, "Pillow releases the GIL while it decodes and resizes"),
    "compute": ("processes", 0, "pure Python work needs an interpreter for each CPU"),
    "wait": ("threads", 16, "waiting needs no CPU"),
}
"""Executor, workers (0: one for each usable CPU) and why, where nothing was measured on this machine yet."""
DECIDED = ("faster", "same")
"""Outcomes of a verdict that says which configuration to take; what an undecided one names is only a stopgap."""


@dataclass(frozen=True, slots=True)
class Preset:
    """How to run a workload when nobody chose, where that comes from in a few words, and why in a sentence."""

    configuration: Configuration
    origin: str
    why: str


def preset_for(store: Store, workload: str) -> Preset:
    """The last decided verdict on this machine whose configuration can run here, else a default that says so."""
    compared = False
    for run in store.runs(limit=20, kind="comparison", workload=workload):
        if run.state != "finished" or run.options.get("imported"):
            continue
        compared = True
        if (configuration := _decided_for(run)) is not None and _runs_here(configuration, workload, store.settings):
            origin = f"the verdict of comparison {run.id}"
            return Preset(configuration, origin, f"{configuration.label}: {origin} on this machine.")
    executor, workers, why = DEFAULTS.get(workload, ("threads", 0, "it works for any task"))
    configuration = Configuration(executor, workers or usable_cpus())
    known = "No comparison on this machine has decided it" if compared else "Nothing was compared on this machine"
    return Preset(configuration, "a default", f"{configuration.label}: a default, because {why}. {known} yet.")


def _decided_for(run: Run) -> Configuration | None:
    """What the verdict decided; None where it did not, or for another Python, which a job does not run under."""
    verdict = run.verdict or {}
    chosen = verdict.get("recommended")
    if not chosen or verdict.get("outcome") not in DECIDED or chosen.get("python"):
        return None
    return Configuration(chosen["executor"], chosen["workers"], chosen.get("start_method"))


def _runs_here(configuration: Configuration, workload: str, settings: Settings) -> bool:
    """A verdict may name what was uninstalled since, or more workers than the limit that was set since."""
    known = configuration.executor in EXECUTORS and reason_against(configuration.executor, workload) is None
    return known and configuration.workers <= settings.max_workers

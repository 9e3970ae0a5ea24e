"""HOW tasks are run: one file an executor, one line each in `EXECUTORS`.

Knows nothing of workloads. To add one, write its file (a `Factory`) and its line here:
the contract tests run over this dictionary.
"""

from __future__ import annotations

from engine.errors import SettingRefused
from engine.executors.asyncio_ import EventLoop
from engine.executors.base import Factory, Start
from engine.executors.dask.executor import Dask
from engine.executors.processes import Processes
from engine.executors.sequential import Sequential
from engine.executors.subinterpreters import Subinterpreters
from engine.executors.threads import Threads
from engine.model import Configuration

EXECUTORS: dict[str, type[Factory]] = {
    "sequential": Sequential,
    "threads": Threads,
    "processes": Processes,
    "asyncio": EventLoop,
    "subinterpreters": Subinterpreters,
    "dask": Dask,
}


def factory(configuration: Configuration) -> Factory:
    """The factory for a configuration. Raises SettingRefused for what this system cannot run."""
    kind = sound(configuration)
    if reason := kind.unavailable():
        raise SettingRefused(f"The executor {configuration.executor} is not available here: {reason}")
    return kind(configuration)


def sound(configuration: Configuration) -> type[Factory]:
    """The executor of a configuration that some Python of this system could run. Raises SettingRefused for others."""
    kind = EXECUTORS.get(configuration.executor)
    if kind is None:
        raise SettingRefused(f"There is no executor {configuration.executor!r}: choose one of {', '.join(EXECUTORS)}.")
    most = kind.most_workers()
    if configuration.workers < 1 or (most is not None and configuration.workers > most):
        raise SettingRefused(
            f"{configuration.executor} cannot have {configuration.workers} workers: choose from 1 to {most or 'more'}."
        )
    if configuration.start_method and configuration.start_method not in kind.start_methods:
        known = ", ".join(kind.start_methods) or "none: leave it out"
        raise SettingRefused(f"{configuration.executor} has no start method {configuration.start_method!r} ({known}).")
    return kind


__all__ = ["EXECUTORS", "Factory", "Start", "factory", "sound"]

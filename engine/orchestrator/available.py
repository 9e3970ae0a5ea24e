"""Whether these tasks can run on this executor here, asked before anything starts.

An executor does not know workloads and a workload does not know executors: what the one offers and the other needs is
compared here. `engine.runs.plans` refuses what cannot run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import NotAvailable
from engine.executors import EXECUTORS, factory, sound
from engine.model import Configuration
from engine.orchestrator.pythons import usable_python
from engine.workloads import modules_of, workload_class


def executors_for(workload: str, options: Mapping[str, Any] | None = None) -> dict[str, str | None]:
    """Every executor by name, with the reason where these tasks cannot run on it here."""
    return {name: reason_against(name, workload, options) for name in EXECUTORS}


def reason_against(executor: str, workload: str, options: Mapping[str, Any] | None = None) -> str | None:
    """Why this executor cannot run a workload here, in one sentence; None where it can, or only a start can tell.

    `options` are the workload's; whether a user's own function is a coroutine is read from its source.
    """
    kind = EXECUTORS[executor]
    if reason := kind.unavailable():
        return reason
    given = dict(options or {})
    if workload == "function" and not given:
        return None
    if kind.has_async and (reason := workload_class(workload).no_async_form(given)):
        return reason
    return kind.cannot_import(modules_of(workload, given), given.get("search_path", ()))


def check(configuration: Configuration, workload: str, options: Mapping[str, Any]) -> None:
    """Raises SettingRefused or NotAvailable where this configuration cannot run these tasks here, on its Python."""
    if configuration.python:
        sound(configuration)
        python = usable_python(configuration.python, workload, options)
        reason, where = python.reasons.get(configuration.executor), f"on Python {python.version}"
    else:
        factory(configuration)
        reason, where = reason_against(configuration.executor, workload, options), "here"
    if reason:
        raise NotAvailable(f"{configuration.executor} is not available {where}: {reason}")

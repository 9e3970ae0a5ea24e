"""WHAT is run: one file a workload, one line each in `WORKLOADS`.

Knows nothing of executors. To add one, write its file (a `Workload`) and its line here. The
class is imported when it is first used, so a trial imports only its own workload's packages.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from engine.errors import NotAvailable, SettingRefused
from engine.workloads.base import Place, Tried, Workload

WORKLOADS: dict[str, str] = {
    "scrape": "engine.workloads.scrape:Scrape",
    "resize": "engine.workloads.resize:Resize",
    "compute": "engine.workloads.compute:Compute",
    "wait": "engine.workloads.wait:Wait",
    "function": "engine.workloads.function:Function",
}
SECRETS: dict[str, tuple[str, ...]] = {"scrape": ("proxy",)}
"""Settings that may hold a password (`config.SECRETS`) and that a workload's tasks need: known here without importing
it, because a run's first result would wait for what only its trial needs."""


def workload_class(name: str) -> type[Workload]:
    """The class behind a workload's name. Raises SettingRefused (unknown), NotAvailable (a package is missing)."""
    if name not in WORKLOADS:
        raise SettingRefused(f"There is no workload {name!r}: choose one of {', '.join(WORKLOADS)}.")
    module, _, attribute = WORKLOADS[name].partition(":")
    try:
        kind: type[Workload] = getattr(import_module(module), attribute)
    except ImportError as error:
        version = ".".join(map(str, sys.version_info[:3]))
        raise NotAvailable(
            f"Python {version} at {sys.executable} lacks what the workload {name} needs ({error}): install it there."
        ) from error
    return kind


def modules_of(name: str, options: Mapping[str, Any]) -> list[str]:
    """The modules that every worker imports for this workload, those of a user's own function among them."""
    return [WORKLOADS[name].partition(":")[0], *workload_class(name).preload, *own_modules(name, options)]


def own_modules(name: str, options: Mapping[str, Any]) -> list[str]:
    """Those of a user's own function."""
    return [str(options[key]).partition(":")[0] for key in ("function", "setup") if _by_name(options, key)]


def _by_name(options: Mapping[str, Any], key: str) -> bool:
    return bool(options.get(key)) and not options.get(f"{key}_pickled")


__all__ = ["SECRETS", "WORKLOADS", "Place", "Tried", "Workload", "modules_of", "own_modules", "workload_class"]

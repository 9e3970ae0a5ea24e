"""What must run beside a trial so that its tasks find what they name: the demo shops."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from engine.config import Settings
from engine.model import Run
from engine.store import RunFolder


def services(run: Run, folder: RunFolder, settings: Settings, stack: ExitStack) -> dict[str, Any]:
    """Start what the run's tasks need until `stack` closes; gives the options that tell the workload where it is.

    A stored task names a demo shop and a path; the port is known only while the shops serve.
    """
    starter = SERVICES.get(run.workload)
    return starter(folder, settings, stack) if starter else {}


def _demo_shops(folder: RunFolder, settings: Settings, stack: ExitStack) -> dict[str, Any]:
    from engine.shop.demo import DemoShops, is_demo

    if not any(is_demo(task.argument["url"]) for task in folder.tasks()):
        return {}
    shops = stack.enter_context(DemoShops(settings.home))
    return {"demo_base": shops.base_url}


SERVICES = {"scrape": _demo_shops}

"""What must run beside a trial so that its tasks find what they name: the demo shops.

Who starts a run's orchestrator says which services the tasks need (`needed`). The orchestrator starts them
before it imports its own packages and waits for them only before the first trial, so that both come up side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.config import Settings
from engine.model import Task
from engine.workloads.shop.demo import DemoShops, is_demo


class Services:
    """The services named, from here until the context is left; a context manager."""

    def __init__(self, names: Iterable[str], settings: Settings) -> None:
        self._stack = ExitStack()
        chosen = [SERVICES[name] for name in names]
        self._running = {option: self._stack.enter_context(start(settings.home)) for option, start in chosen}

    def options(self) -> dict[str, Any]:
        """Where the workload finds them, as soon as they are ready.

        A stored task names a demo shop and a path; the port is known only while the shops serve.
        Raises NotAvailable for a service that does not come up.
        """
        return {option: service.base_url for option, service in self._running.items()}

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def needed(workload: str, tasks: Iterable[Task]) -> list[str]:
    """The names in SERVICES of what these tasks need."""
    return ["demo-shops"] if workload == "scrape" and any(is_demo(task.argument["url"]) for task in tasks) else []


SERVICES: dict[str, tuple[str, Callable[[Path], DemoShops]]] = {"demo-shops": ("demo_base", DemoShops)}
"""Each service's option, which gets its base address, and what starts it, given the home folder."""

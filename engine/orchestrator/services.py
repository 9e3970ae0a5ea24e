"""What must run beside a trial so that its tasks find what they name: the demo shops, the painter of the sample photos.

Who starts a run's orchestrator says which services the tasks need (`needed`). The orchestrator starts the shops
before it imports its own packages and waits for them only before the first trial, so that both come up side by side;
the painter, which would take CPUs from both, begins with that trial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.config import Settings
from engine.model import Task
from engine.workloads.painting import Painting, is_unpainted
from engine.workloads.shop.demo import DemoShops, is_demo


class Services:
    """The services named, from here until the context is left; a context manager."""

    def __init__(self, names: Iterable[str], settings: Settings) -> None:
        self._stack = ExitStack()
        chosen = [SERVICES[name] for name in names]
        self._running: dict[str, DemoShops | Painting] = {}
        for option, start in chosen:
            service = self._running[option] = start(settings.home)
            self._stack.push(service)

    def options(self) -> dict[str, Any]:
        """Where the workload finds them, as soon as they are ready.

        A stored task names a demo shop and a path; the port is known only while the shops serve.
        Raises NotAvailable for a service that does not come up.
        """
        return {option: service.told for option, service in self._running.items()}

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def needed(workload: str, tasks: Iterable[Task]) -> list[str]:
    """The names in SERVICES of what these tasks need."""
    if workload == "scrape":
        return ["demo-shops"] if any(is_demo(task.argument["url"]) for task in tasks) else []
    if workload == "resize":
        return ["painter"] if any(is_unpainted(task.argument["source"]) for task in tasks) else []
    return []


SERVICES: dict[str, tuple[str, Callable[[Path], DemoShops | Painting]]] = {
    "demo-shops": ("demo_base", DemoShops),
    "painter": ("painter_s", Painting),
}
"""Each service's option, which gets what the tasks are told of it, and what starts it, given the home folder."""

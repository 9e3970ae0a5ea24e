"""`dask`: distributed's Client.get_executor(pure=False), the way past one machine.

The scheduler's address comes from the server's configuration only. Where there is none, the trial
starts a cluster of its own on this machine, to try it out. distributed is imported when a cluster
is opened, so that no other trial pays for it.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from concurrent.futures import Executor
from importlib.util import find_spec
from typing import Any

from engine.errors import NotAvailable, OverlapError
from engine.executors.base import Factory, Start


class Dask(Factory):
    """Workers are Dask's: processes here, or processes beside those of the cluster that the configuration names."""

    name = "dask"
    can_kill = True
    own_process = True
    pickles = True
    dear = True

    @classmethod
    def unavailable(cls) -> str | None:
        """Needs the package distributed."""
        if find_spec("distributed") is None:
            return "the package distributed is not installed: pip install distributed."
        return None

    @classmethod
    def elsewhere(cls, settings: Mapping[str, Any]) -> bool:
        """Where the configuration names a scheduler."""
        return bool(settings.get("dask_address"))

    def abandon(self, executor: Executor) -> None:
        """The files by which a cluster's workers have proven what they see."""
        if (canary := getattr(executor, "canary", None)) is not None:
            canary.take_away()

    def names_of(self, executor: Executor) -> list[str] | None:
        """Host and address of a cluster's workers, where each slot sat last."""
        names: dict[int, str] | None = getattr(executor, "worker_names", None)
        return None if names is None else [names.get(slot, "") for slot in range(self.workers)]

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """`workers` workers of the configured cluster, else of one on this machine.

        Raises NotAvailable, with one sentence, when the cluster cannot be used or has fewer workers.
        """
        return self._opened(self.workers, start, arguments)

    def replace(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """The same again, with as many as a cluster still has; raises NotAvailable when it has none."""
        return self._opened(1, start, arguments)

    def _opened(self, least: int, start: Start, arguments: tuple[Any, ...]) -> Executor:
        if any(self.elsewhere(getattr(argument, "settings", {})) for argument in arguments):
            return remote_cluster(self.workers, least, start, arguments)
        from engine.executors.dask.local import local_cluster

        return local_cluster(self.workers, start, arguments)


def remote_cluster(workers: int, least: int, start: Start, arguments: tuple[Any, ...]) -> Executor:
    """An executor over `workers` seats of the configured cluster, or over `least` where it has no more in time.

    Raises NotAvailable with one clear sentence where they cannot be had, or do not see what the tasks need.
    """
    from engine.executors.dask.proof import Canary
    from engine.executors.dask.remote import RemoteExecutor

    setup = next(argument for argument in arguments if hasattr(argument, "settings"))
    canary: Canary | None = None
    try:
        canary = Canary.set_out(setup.reads, setup.writes)
        return RemoteExecutor(workers, least, start, arguments, canary)
    except BaseException as error:
        if canary:
            canary.take_away()
        if isinstance(error, OverlapError) or not isinstance(error, Exception):
            raise
        traceback.print_exc()  # into the trial's log
        address, why = setup.settings["dask_address"], f"{type(error).__name__}: {error}"
        raise NotAvailable(f"The Dask cluster at {address} cannot be used ({why}): look at its logs.") from error

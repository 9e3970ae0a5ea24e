"""`dask`: distributed's Client.get_executor(pure=False), the way past one machine.

The scheduler's address comes from the server's configuration only. Where there is none, the trial
starts a cluster of its own on this machine, to try it out. distributed is imported when a cluster
is opened, so that no other trial pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from importlib.util import find_spec
from typing import Any

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
            from engine.executors.dask.remote import remote_cluster

            return remote_cluster(self.workers, least, start, arguments)
        from engine.executors.dask.local import local_cluster

        return local_cluster(self.workers, start, arguments)

"""`dask`: distributed's Client.get_executor(pure=False), the way past one machine.

The scheduler's address comes from the server's configuration only. Where there is none, the trial
starts a cluster of its own on this machine, to try it out. distributed is imported when a cluster
is opened, so that no other trial pays for it.
"""

from __future__ import annotations

from concurrent.futures import Executor
from importlib.util import find_spec
from typing import Any

from engine.executors.base import Factory, Start


class Dask(Factory):
    """Workers are Dask's: processes here, or threads of the cluster that the configuration names."""

    name = "dask"
    can_kill = True
    own_process = True
    pickles = True
    results_need_gil = True  # Dask's workers hand results out themselves

    @classmethod
    def unavailable(cls) -> str | None:
        """Needs the package distributed."""
        if find_spec("distributed") is None:
            return "the package distributed is not installed: pip install distributed."
        return None

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """`workers` workers of the configured cluster, else of one on this machine.

        Raises NotAvailable when the scheduler does not answer or has fewer workers.
        """
        if address := _address(arguments):
            from engine.executors.dask.remote import remote_cluster

            return remote_cluster(address, self.workers, start, arguments)
        from engine.executors.dask.local import local_cluster

        return local_cluster(self.workers, start, arguments)

    def replace(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """The same again; raises NotAvailable when the scheduler is gone or does not get its workers back."""
        if address := _address(arguments):
            from engine.executors.dask.remote import RETURN_S, remote_cluster

            return remote_cluster(address, self.workers, start, arguments, RETURN_S)
        return self.open(start, arguments)


def _address(arguments: tuple[Any, ...]) -> str:
    """The scheduler's address among the settings that the workers are given; empty where there is none."""
    found = (getattr(argument, "settings", {}).get("dask_address") for argument in arguments)
    return next((address for address in found if address), "")

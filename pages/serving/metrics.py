"""This server's figures for Prometheus, on a port of their own that is closed unless OVERLAP_METRICS_PORT opens it.

They are read when Prometheus asks, from the database and the disk, so they cost nothing in between, and all servers at
one database tell the same of its runs. No figure names a person or a run.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from streamlit import runtime

import engine
from engine.config import Settings, load
from engine.errors import OverlapError
from engine.store import Store
from engine.store.database import database_bytes

log = logging.getLogger("overlap.metrics")


def serve_metrics() -> Callable[[], None]:
    """Open the port, where the settings name one; gives what closes it again. What prevents it is logged."""
    settings = load()
    if not settings.metrics_port:
        return lambda: None
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError:
        log.error("OVERLAP_METRICS_PORT needs the package prometheus_client (the extra metrics)")
        return lambda: None
    registry = CollectorRegistry()
    registry.register(Figures())
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_address, registry)
    except (OSError, OverflowError) as error:
        log.error("No figures are served on port %d: %s", settings.metrics_port, error)
        return lambda: None

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join(5)

    return close


class Figures:
    """What Prometheus reads."""

    def describe(self) -> Iterator[Any]:
        """Nothing beforehand: else it would be read as the port is opened."""
        return iter(())

    def collect(self) -> Iterator[Any]:
        """All figures as they are now; those of a database that does not answer are missing."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        from pages.parts.shared.server import whole_store

        settings = load()
        version = InfoMetricFamily("overlap", "This server", value={"version": engine.__version__})
        yield version
        yield GaugeMetricFamily("overlap_sessions", "Browsers connected", value=_sessions())
        free = shutil.disk_usage(settings.home).free
        yield GaugeMetricFamily("overlap_disk_free_bytes", "Free on the disk of the home", value=free)
        up = GaugeMetricFamily("overlap_database_up", "Whether the database answers")
        try:
            found = list(_of_the_database(whole_store(), settings))
            up.add_metric([], 1)
        except OverlapError:
            found = []
            up.add_metric([], 0)
        yield up
        yield from found


def _sessions() -> int:
    if not runtime.exists():
        return 0
    return len(runtime.get_instance()._session_mgr.list_active_sessions())  # no public way to count them


def _of_the_database(store: Store, settings: Settings) -> Iterator[Any]:
    from prometheus_client.core import GaugeMetricFamily

    names = ["kind", "workload", "state"]
    runs = GaugeMetricFamily("overlap_runs", "Runs in the history, by their stored state", labels=names)
    tasks = GaugeMetricFamily("overlap_tasks", "Their tasks that have ended", labels=["kind", "workload", "status"])
    ended: dict[tuple[str, str, str], int] = {}
    for kind, workload, state, count, ok, failed in store.totals():
        runs.add_metric([kind, workload, state], count)
        for status, number in (("ok", ok), ("failed", failed)):
            ended[kind, workload, status] = ended.get((kind, workload, status), 0) + number
    for labels, number in ended.items():
        tasks.add_metric(list(labels), number)
    yield runs
    yield tasks
    active = store.active()
    waiting = sum(run.state == "waiting" for run in active)
    yield GaugeMetricFamily("overlap_runs_waiting", "Runs that wait for their turn", value=waiting)
    yield GaugeMetricFamily("overlap_runs_running", "Runs that are alive and run", value=len(active) - waiting)
    yield GaugeMetricFamily("overlap_database_bytes", "What the database takes", value=database_bytes(store.engine))
    yield GaugeMetricFamily("overlap_jobs_at_once", "Jobs that may run at a time", value=settings.jobs_at_once)

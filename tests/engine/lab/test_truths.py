"""Ground truths on a real machine: both labs, measured whole and twice, on a machine that should be idle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.config import usable_cpus
from engine.lab import names
from engine.lab.experiments.isolation import INNOCENT, LOST, NAMED
from engine.lab.experiments.startup import FURTHER, process_name
from engine.lab.experiments.transfer import PIPE, REFERENCE, ROUND_TRIP, THERE, crossover
from engine.lab.model import Result, result_from
from engine.lab.running.pools import no_subinterpreters
from engine.lab.running.speed import best
from engine.lab.together.compare import compare_documents
from engine.machine import busy
from engine.machine.environment import gil

pytestmark = [pytest.mark.stress, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 90.0


def run_lab(which: str, home: Path) -> tuple[dict[str, Any], float]:
    """A quick measurement by the command, and how long it took."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OVERLAP_HOME": str(home)}
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "engine", which, "--json"], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout), time.perf_counter() - began


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Both labs, each measured twice, and the seconds that each took; skipped while others use the machine."""
    if busy.share(at_least_s=0.2) > 0.3:
        pytest.skip("Other programs use this machine: these truths hold on an idle one.")
    home = tmp_path_factory.mktemp("home")
    yield {which: [run_lab(which, home) for _ in range(2)] for which in ("machine", "sharing")}


def overlap_share(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The share of two documents' common figures whose intervals overlap."""
    pairs = [row["points"].values() for row in compare_documents([one, other]) if None not in row["points"].values()]
    meeting = [first["low"] <= second["high"] and second["low"] <= first["high"] for first, second in pairs]
    return sum(meeting, 0.0) / len(meeting)


def results(measured: dict[str, Any]) -> dict[str, Result]:
    return {part["name"]: result_from(part) for runs in measured.values() for part in runs[0][0]["experiments"]}


@pytest.mark.parametrize("which", ["machine", "sharing"])
def test_quick_takes_less_than_90_seconds_and_repeats_itself(which: Any, measured: dict[str, Any]) -> None:
    (one, took_s), (other, _) = measured[which]
    assert took_s < LIMIT_S
    assert overlap_share(one, other) >= 0.9
    assert [part["name"] for part in one["experiments"]] == names(which)
    assert [part["problem"] for part in one["experiments"]] == [None] * len(names(which))
    assert max(part["seconds"] for part in one["experiments"]) < 12


def test_pure_python_gains_by_processes_and_by_threads_only_without_a_gil(measured: dict[str, Any]) -> None:
    if usable_cpus() < 2:
        pytest.skip("One CPU: nothing can run side by side.")
    threads, processes = (best(results(measured)["pure_python"], name) for name in ("threads", "processes"))
    assert threads is not None and processes is not None
    assert processes.median > 1.4
    assert (threads.median < 1.25) == gil()


def test_hashing_gains_by_threads_and_waiting_gains_on_all(measured: dict[str, Any]) -> None:
    found = results(measured)
    hashing = best(found["releasing"], "hashing, threads")
    assert hashing is not None
    assert hashing.median > 1.4 or usable_cpus() < 2
    for name in found["waiting"].series("speed"):
        waiting = best(found["waiting"], name)
        assert waiting is not None
        assert waiting.median > 1.6, name


def test_a_further_worker_starts_fastest_by_fork_then_forkserver_then_spawn(measured: dict[str, Any]) -> None:
    found = results(measured)["startup"]
    points = [found.find(process_name(method), FURTHER) for method in ("fork", "forkserver", "spawn")]
    took = [point.median for point in points if point]
    assert took == sorted(took)


def test_size_does_not_matter_to_a_reference_and_shared_memory_overtakes_a_pipe(measured: dict[str, Any]) -> None:
    found = results(measured)["transfer"]
    line = found.line(REFERENCE, ROUND_TRIP)
    assert line[-1].median < 3 * line[0].median
    assert crossover(found, THERE, PIPE) is not None
    (part,) = [part for part in measured["sharing"][0][0]["experiments"] if part["name"] == "transfer"]
    assert "iB on" in part["sentence"] or "at every size" in part["sentence"]


def test_a_lock_ends_lost_updates_and_rss_counts_shared_pages_again(measured: dict[str, Any]) -> None:
    found = results(measured)
    for point in found["lost_updates"].points:
        if point.quantity == "lost updates":
            assert (max(point.values) == 0) == point.series.endswith("with a lock"), point.series
    pss, rss = (found["memory"].find("process (fork)", quantity) for quantity in ("PSS", "sum of RSS"))
    if pss and rss:
        assert pss.median < rss.median


def test_no_executor_loses_a_result_or_blames_the_wrong_task(measured: dict[str, Any]) -> None:
    found = results(measured)["isolation"]
    for name in found.series(LOST):
        figures = [point.median for quantity in (LOST, NAMED, INNOCENT) if (point := found.find(name, quantity))]
        assert figures == [0, 1, 0], name


def test_subinterpreters_are_measured_or_their_absence_is_explained(measured: dict[str, Any]) -> None:
    asked = {"startup": "subinterpreter", "waiting": "subinterpreters", "transfer": "subinterpreter queue"}
    for name, series in asked.items():
        found = results(measured)[name]
        if no_subinterpreters():
            assert "they came with Python 3.14" in found.missing[series]
        else:
            assert any(point.series == series for point in found.points)

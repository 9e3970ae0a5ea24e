"""Experiments run in fresh interpreters, and nothing of them is left: not after the end, a cancel or a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from engine.errors import SettingRefused
from engine.lab import experiment, names
from engine.lab.model import Experiment, Result
from engine.lab.running import bench
from engine.lab.running.bench import Readings, run_experiment
from engine.lab.running.runner import chosen_names, lab_plan, run_all
from engine.machine import leftovers
from tests.engine.support import SEMAPHORES, until

ROOT = Path(__file__).resolve().parents[4]
SHELF = Path("/dev/shm")

@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder with a short name (sockets live below it), seen by this process and what it starts."""
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(folder)


def left(place: Path) -> list[str]:
    """Files, shared memory and processes of a lab of this process that are still there."""
    shelf = [path.name for path in SHELF.glob(f"*overlap-{os.getpid()}-*")] if SHELF.is_dir() else []
    files = [path.name for path in place.glob("overlap-user-*/lab-*")]
    return [*shelf, *files, *(str(process.pid) for process in ours(place))]


def ours(place: Path) -> list[psutil.Process]:
    """Every process but this one whose temporary folder is below this place."""
    found = []
    for process in psutil.process_iter():
        try:
            inside = process.environ().get("TMPDIR", "").startswith(str(place))
            if inside and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def short(name: str) -> Experiment:
    """An experiment with one round of one repeat."""
    return replace(experiment(name), rounds=1, repeats=1)


@SEMAPHORES
@pytest.mark.parametrize("name", ["startup", "memory", "handover", "lock_cost", "deadlock", "lost_updates"])
def test_an_experiment_measures_in_a_fresh_interpreter_and_leaves_nothing(name: str, place: Path) -> None:
    result = run_experiment(short(name), "quick", lambda: False)
    assert result.problem is None
    assert result.points
    assert all(point.low <= point.median <= point.high for point in result.points)
    assert left(place) == []


def test_forked_workers_share_pages_which_adding_up_rss_counts_again(place: Path) -> None:
    result = run_experiment(short("memory"), "quick", lambda: False)
    pss, rss = result.find("process (fork)", "PSS"), result.find("process (fork)", "sum of RSS")
    if pss is None or rss is None:
        pytest.skip("This system has no fork or no PSS.")
    assert 2 * pss.median < rss.median
    thread = result.find("thread", "PSS")
    assert thread is not None
    assert thread.median < pss.median


@pytest.mark.stress  # the contract tests end each executor's workers, too
def test_a_killed_worker_costs_no_result_on_any_executor(place: Path) -> None:
    """FAULTS rows 24 and 29: the others finish, the culprit is named, nothing is lost."""
    result = run_experiment(short("isolation"), "quick", lambda: False)
    assert result.problem is None
    assert {"sequential", "threads", "processes"} <= set(result.series("results lost"))
    for name in result.series("results lost"):
        figures = {one.quantity: one.median for one in result.points if one.series == name}
        assert (figures["results lost"], figures["culprits named"], figures["innocent tasks blamed"]) == (0, 1, 0), name
        assert 0 < figures["recovery"] < 10
    assert left(place) == []


def test_a_cancel_keeps_the_experiments_that_are_finished(place: Path) -> None:
    seen: list[str] = []
    only = ["lock_cost", "deadlock"]
    document = run_all("sharing", "quick", only, lambda event, _: seen.append(event), lambda: "finished" in seen)
    assert (document["state"], document["current"]) == ("cancelled", None)
    assert [part["name"] for part in document["experiments"]] == ["lock_cost"]
    assert seen == ["started", "finished", "started", "ended"]
    assert left(place) == []


def test_a_cancel_in_the_middle_of_an_experiment_takes_less_than_two_seconds_and_leaves_nothing(place: Path) -> None:
    began = time.perf_counter()
    document = run_all("sharing", "quick", ["transfer"], lambda *_: None, lambda: time.perf_counter() - began > 1.2)
    assert time.perf_counter() - began < 3.2
    assert (document["state"], document["experiments"]) == ("cancelled", [])
    assert left(place) == []


RUNNER = """
import sys, time
from engine.lab.running.runner import run_all
run_all("{lab}", "quick", ["{name}"], lambda event, _: print(event, flush=True), lambda: False)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="The kernel's parent-death signal is Linux's.")
@pytest.mark.parametrize(("lab", "name", "delay_s"), [("sharing", "transfer", 1.5), ("machine", "memory", 0.8)])
def test_after_a_kill_of_the_runner_nothing_is_left(lab: str, name: str, delay_s: float, place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = RUNNER.format(lab=lab, name=name)
    runner = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    assert runner.stdout.readline() == "started\n"
    time.sleep(delay_s)
    assert len(ours(place)) > 1, "it was killed in the middle of its work"
    runner.kill()
    runner.wait()
    runner.stdout.close()
    until(lambda: ours(place) == [], 2)
    leftovers.sweep(own=False)
    assert [path.name for path in SHELF.glob(f"*overlap-{runner.pid}-*")] == []


@SEMAPHORES
def test_what_a_dead_runner_left_in_shared_memory_is_swept(place: Path) -> None:
    if not SHELF.is_dir():
        pytest.skip("This system does not list its shared memory.")
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    names = (f"overlap-{gone.pid}-x", f"sem.overlap-{gone.pid}-x", f"overlap-{os.getpid()}-x")
    for name in names:
        (SHELF / name).write_bytes(b"1")
    leftovers.sweep(own=False)  # an orchestrator of another test may have come first: what counts is what is left
    assert [name for name in names if (SHELF / name).exists()] == [f"overlap-{os.getpid()}-x"]
    assert leftovers.sweep(own=True) == [f"overlap-{os.getpid()}-x"]


def test_an_experiment_that_fails_keeps_its_figures_and_says_why() -> None:
    readings = Readings()
    readings.take(json.dumps(["reading", "a", "time", 2.0, "s", None]).encode())
    readings.take(json.dumps(["missing", "b", "not available here: why"]).encode())
    assert [(point.series, point.median) for point in readings.points()] == [("a", 2.0)]
    assert readings.missing == {"b": "not available here: why"}
    problem = bench.run_round(replace(experiment("deadlock"), name="nonsense"), readings, lambda: False)
    assert problem is not None
    assert "There is no experiment 'nonsense'" in problem


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end a process")
@pytest.mark.parametrize(("name", "said"), [("SIGBUS", "SIGBUS, as when /dev/shm is full"), ("SIGKILL", "SIGKILL")])
def test_a_round_that_a_signal_ended_says_which(place: Path, name: str, said: str) -> None:
    def end_it() -> None:
        until(lambda: bool(ours(place)))
        os.kill(ours(place)[0].pid, getattr(signal, name))

    ending = threading.Thread(target=end_it)
    ending.start()
    problem = bench.run_round(experiment("transfer"), Readings(), lambda: False)
    ending.join()
    assert problem == f"It could not be finished here (its process was ended by {said})."


def test_careful_mode_goes_on_until_the_intervals_are_narrow() -> None:
    wanted, readings = experiment("deadlock"), Readings()
    readings.values[("a", "time", None)], readings.units[("a", "time", None)] = [1.0, 2.0], "s"
    assert len(list(bench.rounds_of(wanted, "quick", time.perf_counter(), readings))) == wanted.rounds
    assert len(list(bench.rounds_of(wanted, "careful", time.perf_counter(), readings))) == bench.CAREFUL_ROUNDS
    readings.values[("a", "time", None)] = [1.0, 1.01]
    assert len(list(bench.rounds_of(wanted, "careful", time.perf_counter(), readings))) == wanted.rounds


def test_a_busy_machine_is_said_to_be_busy() -> None:
    assert bench.busy_warning(0.05) is None
    assert "42% of this machine" in str(bench.busy_warning(0.42))


def test_only_the_lab_s_own_experiments_can_be_asked_for() -> None:
    assert chosen_names("machine", None) == names("machine")
    assert chosen_names("machine", ["memory", "startup"]) == ["startup", "memory"]
    with pytest.raises(SettingRefused, match="machine has no experiment 'transfer'"):
        chosen_names("machine", ["transfer"])
    with pytest.raises(SettingRefused, match="There is no experiment 'x'"):
        experiment("x")


def test_a_plan_has_a_task_for_each_experiment() -> None:
    plan = lab_plan("sharing", "careful", ["deadlock"])
    assert (plan.kind, plan.workload) == ("experiment", "sharing")
    assert plan.terms == {"mode": "careful", "only": ["deadlock"]}
    assert [task.label for task in plan.tasks] == ["A deadlock"]
    assert len(lab_plan("machine").tasks) == len(names("machine"))


def test_a_result_without_points_has_none_to_find() -> None:
    assert Result("x").find("a", "b") is None
    assert Result("x").series("a") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process.")
def test_ctrl_c_cancels_the_command_and_prints_what_is_finished(place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OVERLAP_HOME": str(place / "home")}
    command = [sys.executable, "-m", "engine", "sharing", "--json", "--only", "deadlock", "--only", "transfer"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: any("engine.lab" in " ".join(process.cmdline()) for process in ours(place)), 20)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=20)
    document = json.loads(said)
    assert (running.returncode, document["state"]) == (130, "cancelled")
    until(lambda: ours(place) == [], 2)

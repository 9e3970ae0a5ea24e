"""Whose turn it is: jobs beside each other, measurements alone, over real processes and real locks."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.machine.private import temporary_folder
from engine.model import Configuration, Run, RunKind, plain
from engine.orchestrator.turns import LOOK_S, turn
from engine.store import Store
from tests.engine.support import faulty_plan, until

ROOT = Path(__file__).parents[3]
UNKNOWN = "; when it begins cannot be estimated"
OTHER = """
import json, sys
from pathlib import Path
from engine.model import Run
from engine.orchestrator.turns import turn
values, jobs_at_once, stop = sys.argv[1:]
run = Run(**json.loads(values))
say = lambda text: print(text, flush=True)
with turn(run, int(jobs_at_once), lambda whom: whom and say(whom), Path(stop).exists) as got:
    say(f"got {got}")
    sys.stdin.readline()
say("left")
"""


class Other:
    """A run's turn in another process: what it said, one line after the other."""

    def __init__(self, store: Store, run: Run, jobs_at_once: int = 2) -> None:
        self.stop = store.settings.home / f"stop-{run.id}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, json.dumps(plain(run)), str(jobs_at_once), str(self.stop)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ),
        )  # fmt: skip
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def says(self) -> str:
        """The next line, as soon as it comes."""
        return self.lines.get(timeout=20)

    def is_silent(self, seconds: float) -> bool:
        """Whether it says nothing for so long: it looks for its turn five times a second."""
        try:
            self.lines.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def leave(self) -> None:
        """Let go."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self.listener.join(5)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Others:
    """Starts others and ends them all."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.all: list[Other] = []

    def run(self, title: str, kind: RunKind = "job") -> Run:
        """A stored run of this title."""
        plan = replace(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), kind=kind, title=title)
        return self.store.create(plan, f"r{title}", {})

    def start(self, title: str, kind: RunKind = "job", jobs_at_once: int = 2) -> Other:
        """Another process that wants a turn for a run of this title."""
        self.all.append(Other(self.store, self.run(title, kind), jobs_at_once))
        return self.all[-1]


@pytest.fixture
def others(store: Store) -> Iterator[Others]:
    """Others, ended after the test."""
    made = Others(store)
    yield made
    for one in made.all:
        one.close()


def test_jobs_run_beside_each_other_up_to_the_limit(others: Others) -> None:
    first, second = others.start("first"), others.start("second")
    assert (first.says(), second.says()) == ("got True", "got True")
    third = others.start("third")
    assert third.says().startswith("waits for run ")
    first.leave()
    assert first.says() == "left"
    assert third.says() == "got True"


def test_a_measurement_waits_for_the_jobs_and_is_then_alone(others: Others) -> None:
    job = others.start("photos")
    assert job.says() == "got True"
    measurement = others.start("comparing", "comparison")
    assert measurement.says() == f"waits for run 1, photos{UNKNOWN}"
    later = others.start("prices")
    # No job slips in before a measurement that waits.
    assert later.says() == f"waits for run 1, photos; one other is before it{UNKNOWN}"
    job.leave()
    assert measurement.says() == "got True"
    # It is the first in the line now; a look may fall in between.
    while (said := later.says()) != f"waits for run 2, comparing{UNKNOWN}":
        assert said == f"waits for run 2, comparing; one other is before it{UNKNOWN}"
    assert later.is_silent(3 * LOOK_S), "no job runs beside a measurement"
    assert others.start("another").says() == f"waits for run 2, comparing; one other is before it{UNKNOWN}"
    measurement.leave()
    assert later.says() == "got True"


def test_who_stands_in_the_line_is_told_of_a_run_that_runs_not_of_one_that_waits(others: Others) -> None:
    running = others.start("running", jobs_at_once=1)
    assert running.says() == "got True"
    second = others.start("second", jobs_at_once=1)
    assert second.says() == f"waits for run 1, running{UNKNOWN}"
    third = others.start("third", jobs_at_once=1)
    assert third.says() == f"waits for run 1, running; one other is before it{UNKNOWN}"


@pytest.mark.stress
def test_two_measurements_take_turns(others: Others) -> None:
    first = others.start("one", "comparison")
    assert first.says() == "got True"
    second = others.start("two", "experiment")
    assert second.says() == f"waits for run 1, one{UNKNOWN}"
    assert second.is_silent(3 * LOOK_S)
    first.leave()
    assert second.says() == "got True"


@pytest.mark.stress
def test_a_measurement_waits_for_the_seats_of_a_server_with_a_higher_limit(others: Others) -> None:
    many = [others.start(f"job{number}", jobs_at_once=3) for number in range(3)]
    assert [one.says() for one in many] == ["got True"] * 3
    measurement = others.start("comparing", "comparison", jobs_at_once=1)
    for one in many:
        assert measurement.process.poll() is None
        one.leave()
    lines = [measurement.says()]
    while lines[-1].startswith("waits for"):
        lines.append(measurement.says())
    assert lines[-1] == "got True"
    assert [one.says() for one in many] == ["left"] * 3


def test_who_is_cancelled_while_it_waits_gets_no_turn_and_holds_nothing(others: Others) -> None:
    first = others.start("first", jobs_at_once=1)
    assert first.says() == "got True"
    waiting = others.start("second", "comparison", jobs_at_once=1)
    assert waiting.says() == f"waits for run 1, first{UNKNOWN}"
    waiting.stop.touch()
    assert waiting.says() == "got False"
    waiting.leave()
    assert waiting.says() == "left"
    first.leave()
    assert others.start("third", jobs_at_once=1).says() == "got True"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL.")
def test_a_holder_that_is_killed_frees_its_turn(others: Others) -> None:
    holder = others.start("killed", "comparison")
    assert holder.says() == "got True"
    waiting = others.start("next")
    assert waiting.says() == f"waits for run 1, killed{UNKNOWN}"
    began = time.perf_counter()
    holder.process.kill()
    assert waiting.says() == "got True"
    assert time.perf_counter() - began < 2


def test_whoever_waits_is_told_for_whom_and_then_that_it_is_over(others: Others) -> None:
    holder = others.start("busy", "comparison")
    assert holder.says() == "got True"
    told: list[str | None] = []

    def waits(whom: str | None) -> None:
        told.append(whom)
        if whom:
            holder.leave()

    with turn(others.run("mine"), 2, waits, lambda: False) as got:
        assert got
    assert told == [f"waits for run 1, busy{UNKNOWN}", None]


def test_the_locks_are_this_users_and_nobody_elses(others: Others) -> None:
    with turn(others.run("mine"), 2, lambda whom: None, lambda: False):
        names = {path.name for path in temporary_folder().glob("*.lock")}
    assert names >= {"measuring.lock", "job-0.lock"}
    if sys.platform != "win32":
        assert temporary_folder().stat().st_mode & 0o077 == 0
    until(lambda: others.start("after", "comparison").says() == "got True")

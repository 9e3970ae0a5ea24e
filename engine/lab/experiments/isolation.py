"""Experiment: one worker is killed under each executor; what is lost, what goes on, how long recovery takes.

Uses the engine's own jobs, in a store of their own that is gone afterwards: two tasks kill their worker the first
time that they run (as an accident would), another every time (it is to blame, and must be named).
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from engine.config import Settings
from engine.executors import EXECUTORS
from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.words import seconds
from engine.lab.running.victims import Event, read_diary
from engine.machine import child
from engine.model import Configuration, Plan, Record, Task
from engine.store import Store
from engine.text import listed

TASKS, ACCIDENTS, POISON = 20, (4, 9), 14
_TASK_S = 0.02
_LIMIT_S = 15.0
_LEFT_OUT = ("dask",)  # its workers are no children of ours: it is tested by its own contract tests
RECOVERY, LOST, AGAIN, NAMED, INNOCENT = (
    "recovery",
    "results lost",
    "tasks begun again",
    "culprits named",
    "innocent tasks blamed",
)
NOTHING, SOMETHING, ALL = "Only the task to blame", "Other tasks' results, too", "The whole batch"


def measure(say: Say, effort: Effort) -> None:
    """A job with two victims on every executor that this Python has."""
    for name, kind in EXECUTORS.items():
        if name in _LEFT_OUT:
            continue
        if reason := kind.unavailable():
            say.missing(name, f"not available here: {reason}")
            continue
        for repeat in range(effort.repeats):
            place = Path(effort.scratch) / f"{name}-{repeat}"
            place.mkdir()
            try:
                records, diary = run_job(Configuration(name, min(2, kind.most_workers() or 2)), place)
            except ValueError as error:
                say.missing(name, f"not available here: {error}")
                break
            _report(say, name, records, diary)


def run_job(configuration: Configuration, place: Path) -> tuple[Sequence[Record], list[Event]]:
    """Run the batch by the engine's own orchestrator; its records and its diary. Raises ValueError when it cannot."""
    diary = place / "diary.txt"
    tasks = tuple(Task(index, f"task {index}", _argument(index, diary)) for index in range(TASKS))
    form = "run_async" if EXECUTORS[configuration.executor].has_async else "run"
    options = {"function": f"engine.lab.running.victims:{form}"}
    plan = Plan("job", "function", "isolation", tasks, (configuration,), options, time_limit_s=30.0)
    store = Store.open(Settings(home=place))
    run = store.create(plan, "risolation", {})
    with open(place / "log.txt", "wb") as log:
        # stdin is a pipe that closes with this process, which ends the orchestrator and all below it.
        orchestrator = child.start(
            ["-m", "engine", "work", run.token], variables={"OVERLAP_HOME": str(place)}, stdout=log, stderr=log
        )
        assert orchestrator.stdin is not None
        try:
            orchestrator.wait(_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise ValueError(f"the job had not recovered after {_LIMIT_S:.0f} s") from None
        finally:
            orchestrator.stdin.close()
            orchestrator.wait()
    ended, records = store.run(run.token), store.records.latest(run)
    store.close()
    if ended.state != "finished":
        raise ValueError(ended.message or f"the job was {ended.state}")
    return records, read_diary(diary)


def _argument(index: int, diary: Path) -> dict[str, object]:
    dies = "always" if index == POISON else "once" if index in ACCIDENTS else "never"
    return {"task": index, "diary": str(diary), "dies": dies, "seconds": _TASK_S}


def _report(say: Say, name: str, records: Sequence[Record], diary: list[Event]) -> None:
    for took in recoveries_s(diary):
        say.reading(name, RECOVERY, took, "s")
    failed = {record.task for record in records if record.status != "ok"}
    begun = [event.task for event in diary if event.what == "began" and event.task != POISON]
    kept = {record.task for record in records if record.status == "ok"} | {POISON}
    say.reading(name, LOST, TASKS - len(kept), "tasks")
    say.reading(name, AGAIN, len(begun) - len(set(begun)), "tasks")
    say.reading(name, NAMED, len(failed & {POISON}), "tasks")
    say.reading(name, INNOCENT, len(failed - {POISON}), "tasks")


def recoveries_s(diary: Sequence[Event]) -> list[float]:
    """For each death, the seconds until a task begins in a process that was not there before it."""
    found = []
    for number, event in enumerate(diary):
        known = {earlier.pid for earlier in diary[: number + 1]}
        later = [other.at_s for other in diary[number:] if other.what == "began" and other.pid not in known]
        if event.what == "died" and later:
            found.append(min(later) - event.at_s)
    return found


def read(result: Result) -> Finding:
    """What a killed worker takes with it, by executor, and how long each is out of work."""
    names = result.series(LOST)
    if not names:
        return Finding(None, "No executor could be tried here, so nothing can be said.")

    def median(name: str, quantity: str) -> float:
        point = result.find(name, quantity)
        return point.median if point else 0.0

    recoveries = [(name, point.median) for name in names if (point := result.find(name, RECOVERY))]
    took = listed(f"{seconds(median_s)} ({name})" for name, median_s in recoveries) if recoveries else "an unknown time"
    lost = {name: median(name, LOST) for name in names if median(name, LOST) > 0}
    wrong = [name for name in names if median(name, NAMED) < 1 or median(name, INNOCENT) > 0]
    again = listed(f"{median(name, AGAIN):g} ({name})" for name in names)
    tail = f" Work went on after {took}; tasks that had to begin again: {again}."
    if lost:
        words = listed(f"{count:g} of {TASKS} tasks on {name}" for name, count in lost.items())
        answer = ALL if max(lost.values()) >= TASKS - 1 else SOMETHING
        return Finding(answer, f"Killed workers cost results here: {words}.{tail}")
    if wrong:
        words = f"On {listed(wrong)}, blame did not fall on the task that kills its worker and on it alone."
        return Finding(SOMETHING, words + tail)
    words = "a killed worker cost no result, and only the task that kills every worker was blamed."
    return Finding(NOTHING, f"On {listed(names)}, {words}{tail}")


ISOLATION = Experiment(
    name="isolation",
    lab="machine",
    title="A worker is killed",
    claim_ids=("A7",),
    claim="Processes are isolated: one that crashes does not take the others with it, while a thread's crash takes the "
    "whole process.",
    done=f"A job of {TASKS} short tasks on each executor; two tasks kill their worker once, "
    "another kills every worker.",
    measured="Results lost, tasks begun again, who is blamed, and the time from the kill until work goes on.",
    refuted_by="Lost results, or blame for a task that did no harm.",
    question="A worker is killed in the middle of a batch, and one task kills every worker: what is lost at the end?",
    answers=(NOTHING, SOMETHING, ALL),
    measure=measure,
    read=read,
    rounds=1,
    repeats=1,
)

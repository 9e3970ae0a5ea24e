"""A store that keeps a run, its trials and records in memory: what the orchestrator asks of `engine.store.Store`.

The real one is tried with the real orchestrator; here every branch of the orchestrator takes milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from engine.config import Settings
from engine.errors import ValueRefused
from engine.model import Configuration, Measurement, Plan, Record, Run, Task, Trial, configuration_from, plain
from engine.orchestrator.runners import Request
from engine.orchestrator.supervision.outcome import Assignment
from engine.protocol.record import FIELDS, ROW, Row
from engine.protocol.specification import Specification, decode
from engine.store import RunFolder, Store
from engine.store.listing import Wanted
from engine.store.records import Counts
from engine.store.rows import record_from
from tests.engine.clock import FakeClock
from tests.engine.orchestrator.scripted import ScriptedTrial, Step

THREADS = Configuration("threads", 2)


class MemoryRecords:
    """The rows of all trials, by trial and task."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], Row] = {}
        self.refused: set[int] = set()
        """Tasks whose rows the database does not take together with others."""
        self.lost: set[int] = set()
        """Tasks whose rows get lost on their way."""
        self.counted: Counter[str] = Counter()

    def add(self, trial: Trial, run: Run, rows: Sequence[Row], ok: int, failed: int) -> None:
        if self.refused & {row[ROW.index("task")] for row in rows}:
            raise ValueRefused("a text that is no text")
        for row in rows:
            if (task := row[ROW.index("task")]) not in self.lost:
                self.rows[trial.id, task] = row
        self.counted.update(ok=ok, failed=failed)

    def add_singly(self, trial: Trial, run: Run, rows: Iterable[Row]) -> list[Row]:
        self.refused, stored = set(), list(rows)
        self.add(trial, run, stored, 0, 0)
        return stored

    def of_trial(self, trial: Trial) -> list[Record]:
        found = [row for (number, _), row in sorted(self.rows.items()) if number == trial.id]
        return [record_from([row[ROW.index(name)] for name in FIELDS]) for row in found]

    def count_of(self, trial: Trial) -> int:
        return len(self.of_trial(trial))

    def latest(self) -> dict[int, dict[str, Any]]:
        """Each task's last record by the names of its fields."""
        return {task: dict(zip(ROW, row, strict=True)) for (_, task), row in sorted(self.rows.items())}

    def settled(self, run: Run) -> dict[int, str]:
        return {task: row["status"] for task, row in self.latest().items() if row["status"] in ("ok", "failed")}

    def count(self, run: Run) -> Counts:
        found = Counter(row["status"] for row in self.latest().values())
        return Counts(found["ok"], found["failed"], found["cancelled"])

    def columns(self, trials: Iterable[Trial], *names: str) -> list[tuple[Any, ...]]:
        ids = {trial.id for trial in trials}
        return [
            tuple(row[ROW.index(name)] for name in names) for (id_, _), row in sorted(self.rows.items()) if id_ in ids
        ]

    def latest_columns(self, run: Run, *names: str, status: str | None = None) -> list[tuple[Any, ...]]:
        rows = [row for row in self.latest().values() if status in (None, row["status"])]
        return [tuple(row[name] for name in names) for row in rows]

    def failures(self, run: Run) -> list[tuple[str, str, int]]:
        failed = [row for row in self.latest().values() if row["status"] == "failed"]
        reasons = Counter(row["reason"] for row in failed)
        example = {row["reason"]: row["error"] for row in failed}
        return [(reason, example[reason], count) for reason, count in reasons.most_common()]


class MemoryStore:
    """One run and its trials."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.settings = Settings(home=folder)
        self.records = MemoryRecords()
        self.kept: list[Trial] = []
        self.tallies: dict[int, dict[str, Any] | None] = {}
        self.now = _run_of(plan)
        self.freed = False
        self.run_folder = RunFolder(folder / "run")
        self.run_folder.write_tasks(plan.tasks)

    def folder(self, run: Run) -> RunFolder:
        return self.run_folder

    def runs(self, limit: int, wanted: Wanted) -> list[Run]:
        return []

    def run(self, token: str) -> Run:
        return replace(self.now, ok=self.records.counted["ok"], failed=self.records.counted["failed"])

    def update_run(self, run: Run, **values: Any) -> None:
        if "configurations" in values:
            values["configurations"] = tuple(configuration_from(one) for one in values["configurations"])
        for name in ("ok", "failed"):
            if name in values:
                self.records.counted[name] = values.pop(name)
        self.now = replace(self.now, **values)

    def set_state(self, run: Run, state: Any, message: str | None = None) -> None:
        self.now = replace(self.now, state=state, message=message)

    def trials(self, run: Run) -> list[Trial]:
        return [self._counted(trial) for trial in self.kept]

    def add_trial(
        self, run: Run, repeat: int, configuration: dict[str, Any], tasks: int, continues: int | None
    ) -> Trial:
        number = len(self.kept)
        how = configuration_from(configuration)
        self.kept.append(
            Trial(number + 1, 1, number, repeat, how, "running", continues, tasks, 0, 0, Measurement(), None)
        )
        return self.kept[-1]

    def update_trial(self, trial: Trial, **values: Any) -> None:
        values.pop("samples", None)
        at = trial.order
        self.tallies[at] = values.pop("tally", self.tallies.get(at))
        self.kept[at] = replace(self.kept[at], **values)

    def _counted(self, trial: Trial) -> Trial:
        statuses = Counter(record.status for record in self.records.of_trial(trial))
        if not statuses:
            return trial
        return replace(trial, ok=statuses["ok"], failed=statuses["failed"])


def plan_of(
    tasks: int = 4, kind: str = "job", configurations: Sequence[Configuration] = (THREADS,), **values: Any
) -> Plan:
    """A plan of tasks that are called ``task 0`` and so on."""
    named = tuple(Task(index, f"task {index}", index) for index in range(tasks))
    given: dict[str, Any] = {"workload": "compute", "title": "made up", "options": {}, **values}
    return Plan(kind=kind, tasks=named, configurations=tuple(configurations), **given)  # type: ignore[arg-type]


def _run_of(plan: Plan) -> Run:
    return Run(
        id=1, token="rmade", kind=plan.kind, workload=plan.workload, title=plan.title, state="running",
        created_at="2026-01-01T00:00:00+00:00", started_at=None, ended_at=None, tasks=len(plan.tasks), ok=0, failed=0,
        options=plan.options, configurations=plan.configurations, terms=plan.terms, time_limit_s=plan.time_limit_s,
        environment={}, verdict=None, waiting_for=None, message=None,
    )  # fmt: skip


class Scripted:
    """A run in memory whose trials follow scripts, one after the other; what each was given is kept."""

    def __init__(self, folder: Path, plan: Plan, script: Callable[[Specification], Sequence[Step]]) -> None:
        self.store, self.clock, self.script = MemoryStore(folder, plan), FakeClock(), script
        self.code = 0
        self.given: list[Specification] = []
        self.works: list[Assignment] = []
        self.cancel = False

    def start(self, work: Assignment) -> ScriptedTrial:
        """The next trial."""
        self.works.append(work)
        self.given.append(decode(work.specification.read_text(encoding="utf-8")))
        return ScriptedTrial(self.script(self.given[-1]), self.clock, self.code)

    def request(self, **values: Any) -> Request:
        """The request to run it."""
        store = cast(Store, self.store)
        return Request(store, self.store.now, lambda: self.cancel, start=self.start, clock=self.clock, **values)

    def statuses(self) -> dict[int, str]:
        """Each task's last status."""
        return {task: row["status"] for task, row in self.store.records.latest().items()}

    def stored(self) -> dict[str, Any]:
        """The run as plain values."""
        return plain(self.store.now)

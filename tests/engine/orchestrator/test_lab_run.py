"""A lab experiment's run: its document grows, and it is finished only with every experiment in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import OverlapError
from engine.orchestrator import lab_run
from engine.orchestrator.lab_run import LabRunner
from engine.orchestrator.runners import runner_of
from tests.engine.orchestrator.memory_store import Scripted, plan_of

pytestmark = pytest.mark.heart


class Lab:
    """A lab that measures so many experiments, and what it was asked for."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, measures: int, workload: str = "machine") -> None:
        self.measures = measures
        terms = {"mode": "quick", "only": ["startup", "memory"]}
        plan = plan_of(2, "experiment", configurations=(), workload=workload, terms=terms)
        self.scripted = Scripted(folder, plan, lambda spec: [])
        self.runner = LabRunner(self.scripted.request())
        monkeypatch.setattr(lab_run, "run_all", self.run_all)
        self.grown: list[tuple[int, int]] = []

    def run_all(
        self, which: str, mode: str, only: Any, say: Callable[[str, dict[str, Any]], None], cancelled: Any
    ) -> dict[str, Any]:
        self.asked, self.cancelled = (which, mode, only), cancelled
        document: dict[str, Any] = {"experiments": []}
        for number in range(self.measures):
            document = {"experiments": [*document["experiments"], {"name": str(number)}]}
            say("measured", document)
            run = self.scripted.store.run("rmade")
            self.grown.append((run.ok, len((run.verdict or {})["experiments"])))
        return document


def test_all_experiments_measured_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, monkeypatch, 2)
    assert lab.runner.to_the_end() == "finished"
    assert lab.asked == ("machine", "quick", ["startup", "memory"])
    assert lab.scripted.store.now.verdict == {"experiments": [{"name": "0"}, {"name": "1"}]}


def test_the_document_grows_while_it_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, monkeypatch, 2)
    lab.runner.to_the_end()
    assert lab.grown == [(1, 1), (2, 2)]


def test_a_missing_experiment_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, monkeypatch, 1)
    with pytest.raises(OverlapError, match="Only 1 of 2 experiments were measured: start them again"):
        lab.runner.to_the_end()


def test_a_cancel_keeps_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, monkeypatch, 1)
    lab.scripted.cancel = True
    assert lab.runner.to_the_end() == "cancelled"
    assert lab.cancelled() is True
    assert lab.scripted.store.run("rmade").ok == 1
    assert lab.runner.cancelled_after(lab.scripted.store.now) == "Cancelled; the experiments that had ended are kept."


def test_the_other_lab_is_the_one_of_sharing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(tmp_path, monkeypatch, 2, workload="sharing")
    lab.runner.to_the_end()
    assert lab.asked[0] == "sharing"


def test_an_experiment_has_no_trial_to_abandon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Lab(tmp_path, monkeypatch, 2).runner.abandon()


def test_an_experiment_is_run_by_the_runner_of_labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(runner_of(Lab(tmp_path, monkeypatch, 2).scripted.request())) is LabRunner

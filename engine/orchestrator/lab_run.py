"""A lab experiment's run: its document grows in the run's verdict, one finished experiment after the other."""

from __future__ import annotations

from typing import Any

from engine.errors import OverlapError
from engine.lab.model import Lab
from engine.lab.running.runner import run_all
from engine.model import Run, State
from engine.orchestrator.runners import Runner


class LabRunner(Runner):
    """Measures the experiments of one lab."""

    def to_the_end(self) -> State:
        """Measure and store. Raises OverlapError when an experiment is missing at the end."""
        terms = self.run.terms
        lab: Lab = "sharing" if self.run.workload == "sharing" else "machine"
        document = run_all(lab, terms["mode"], terms.get("only"), self._store, self.request.cancelled)
        self._store("end", document)
        if self.request.cancelled():
            return "cancelled"
        if (measured := _measured(document)) < self.run.tasks:
            raise OverlapError(f"Only {measured} of {self.run.tasks} experiments were measured: start them again.")
        return "finished"

    def cancelled_after(self, run: Run) -> str:
        """What had been measured is kept."""
        return "Cancelled; the experiments that had ended are kept."

    def _store(self, _event: str, document: dict[str, Any]) -> None:
        self.store.update_run(self.run, verdict=document, ok=_measured(document))


def _measured(document: dict[str, Any]) -> int:
    return len(document.get("experiments", []))

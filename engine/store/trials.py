"""Trials: the batches of a run, as they are added and as they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, func, insert, select, update

from engine.analysis.tally import Tally, tally_from
from engine.model import ENDED, Measurement, Run, Trial, plain
from engine.store import tables
from engine.store.database import again
from engine.store.rows import storable_texts, trial_from

_COLUMNS = [column for column in tables.trials.c if column.name not in ("samples", "tally")]
"""What a trial is made of; the others are long, and asked for alone."""


class Trials:
    """The trials of all runs."""

    engine: Engine

    def add_trial(
        self, run: Run, repeat: int, configuration: Mapping[str, Any], tasks: int, continues: int | None = None
    ) -> Trial:
        """A new trial of a run, running from now on; its order is the next free one.

        Only the run's orchestrator adds some: one of that order which is there after the connection broke is this one.
        """
        order = self._next_order(run)
        return self._add(order, run, repeat, configuration, tasks, continues)

    @again
    def _next_order(self, run: Run) -> int:
        column = tables.trials.c
        with self.engine.connect() as connection:
            last = connection.execute(select(func.max(column.order)).where(column.run_id == run.id)).scalar()
        return 0 if last is None else int(last) + 1

    @again
    def _add(
        self, order: int, run: Run, repeat: int, configuration: Mapping[str, Any], tasks: int, continues: int | None
    ) -> Trial:
        column = tables.trials.c
        mine = select(*_COLUMNS).where(column.run_id == run.id, column.order == order)
        with self.engine.begin() as connection:
            if (row := connection.execute(mine).first()) is not None:
                return trial_from(row)
            connection.execute(
                insert(tables.trials).values(
                    run_id=run.id,
                    order=order,
                    repeat=repeat,
                    configuration=dict(configuration),
                    state="running",
                    continues=continues,
                    tasks=tasks,
                    measurement=plain(Measurement()),
                )
            )
            return trial_from(connection.execute(mine).one())

    @again
    def update_trial(self, trial: Trial, **values: Any) -> None:
        """Set columns of a trial; `measurement` may be a Measurement."""
        if isinstance(values.get("measurement"), Measurement):
            values["measurement"] = plain(values["measurement"])
        changed = update(tables.trials).where(tables.trials.c.id == trial.id)
        with self.engine.begin() as connection:
            connection.execute(changed.values(**storable_texts(values)))

    @again
    def trials(self, run: Run) -> list[Trial]:
        """The run's trials in the order in which they ran; one that its orchestrator did not outlive is interrupted."""
        query = select(*_COLUMNS).where(tables.trials.c.run_id == run.id).order_by(tables.trials.c.order)
        with self.engine.connect() as connection:
            trials = [trial_from(row) for row in connection.execute(query)]
        if run.state not in ENDED:
            return trials
        return [replace(trial, state="interrupted") if trial.state == "running" else trial for trial in trials]

    @again
    def interrupt_trials(self, run: Run) -> None:
        """Say of the trials that still count as running that they were interrupted: their orchestrator is gone."""
        column = tables.trials.c
        stale = update(tables.trials).where(column.run_id == run.id, column.state == "running")
        with self.engine.begin() as connection:
            connection.execute(stale.values(state="interrupted"))

    @again
    def samples(self, trial: Trial) -> Sequence[Mapping[str, float]]:
        """Memory and CPU of the trial's processes over time, as the sampler saw them."""
        with self.engine.connect() as connection:
            found = connection.execute(select(tables.trials.c.samples).where(tables.trials.c.id == trial.id)).scalar()
        return found or []

    @again
    def tally(self, trial: Trial) -> Tally | None:
        """What the trial's records add up to; None where it has too few for that, or an older version ran it."""
        with self.engine.connect() as connection:
            found = connection.execute(select(tables.trials.c.tally).where(tables.trials.c.id == trial.id)).scalar()
        return None if found is None else tally_from(found)

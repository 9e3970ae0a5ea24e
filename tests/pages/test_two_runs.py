"""Two runs side by side: what changed is told, what was not the same is told first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from engine.config import Settings
from engine.model import Configuration, Plan, Run
from engine.runs import jobs
from engine.runs.plans import SEQUENTIAL, comparison, scrape_plan, simple_plan
from engine.store import Store
from tests.pages.conftest import THREADS, table_with

Ended = Callable[[Plan], Run]


def beside(*runs: Run) -> AppTest:
    """The part alone, for these runs."""

    def page(tokens: list[str]) -> None:
        from pages.parts.history.two_runs import two_runs
        from pages.parts.shared.server import store

        two_runs([store().run(token) for token in tokens])

    app = AppTest.from_function(page, kwargs={"tokens": [run.token for run in runs]}, default_timeout=30).run()
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    """What stands above the table, without escapes."""
    said: list[Any] = [*app.markdown, *app.warning, *app.caption]
    return " ".join(item.value for item in said).replace(":small[]", "").replace("\\", "")


def figure(table: pd.DataFrame, name: str) -> dict[str, Any]:
    """The row of a figure."""
    (row,) = table[table["Figure"] == name].to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_the_earlier_run_stands_first_and_one_trial_each_proves_nothing(
    ended: Ended, store: Store, quick: Plan
) -> None:
    first, second = ended(quick), ended(quick)
    for run, wall_s, memory in ((first, 2.0, 100.0), (second, 1.0, 130.0)):
        (trial,) = store.trials(run)
        store.update_trial(trial, measurement=replace(trial.measurement, wall_s=wall_s, cpu_s=1.0, peak_pss_mb=memory))
    app = beside(second, first)
    table = table_with(app, "Figure")
    assert table.columns.tolist()[2:4] == [f"Run {first.id}", f"Run {second.id}"]
    assert list(figure(table, "Wall time").values())[2:] == ["2.0 s", "1.0 s", "-50%"]
    assert list(figure(table, "Throughput").values())[2:] == ["2 tasks/s", "4 tasks/s", "+100%"]
    assert list(figure(table, "Cores busy").values())[2:] == ["0.5", "1.0", "+100%"]
    assert list(figure(table, "Peak memory").values())[2:] == ["100 MB", "130 MB", "+30%"]
    assert list(figure(table, "Failed").values())[2:] == ["0", "0", "the same"]
    assert "no change that could be told from chance, 2.00× as fast" in words(app)
    assert not app.warning


def test_other_work_tasks_or_options_are_told_before_any_time(ended: Ended, settings: Settings, quick: Plan) -> None:
    base = ended(quick)
    longer = ended(simple_plan("compute", 6, {"amount": 20}, THREADS, settings))
    said = words(beside(base, longer))
    assert "They had 4 and 6 tasks." in said and "The option amount was 10, then 20." in said
    assert "as fast" not in said, "no verdict on different work"
    refused = ended(scrape_plan(["http://10.0.0.1/a"], THREADS, settings))
    assert "They did different work, compute and scrape prices" in words(beside(base, refused))


def test_a_run_that_did_not_end_is_not_timed(ended: Ended, store: Store, settings: Settings) -> None:
    slow = simple_plan("wait", 40, {"seconds": 0.05}, THREADS, settings)
    cancelled = jobs.start(store, slow)
    jobs.cancel(store, cancelled)
    cancelled = jobs.wait(store, cancelled)
    said = words(beside(cancelled, ended(slow)))
    assert f"Run {cancelled.id} has no trial that ran all of its tasks in one go: it was cancelled" in said


def test_comparisons_are_held_together_configuration_by_configuration(ended: Ended, settings: Settings) -> None:
    tasks = simple_plan("wait", 4, {"seconds": 0.002}, SEQUENTIAL, settings)
    one, two = Configuration("threads", 2), Configuration("threads", 4)
    runs = [ended(comparison(tasks, [how], repeats=2, references=False)) for how in (one, two)]
    app = beside(*runs)
    labels = table_with(app, "Figure")["Configuration"].unique().tolist()
    assert sorted(labels) == sorted([SEQUENTIAL.label, one.label, two.label])
    said = words(app)
    assert f"Only run {runs[0].id} has {one.label}." in said and f"Only run {runs[1].id} has {two.label}." in said
    assert "Sequential: " in said

"""The Run page: one run at its own address, whatever state it is in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.config import Settings
from engine.model import Configuration, Plan, Run
from engine.runs import jobs
from engine.runs.plans import scrape_plan, simple_plan
from engine.runs.resize_plans import demo_resize_plan
from engine.store import Store
from pages.parts.components.bar import bar_html
from pages.parts.resize.presets import PRESETS
from pages.parts.run.headline import waiting_text
from pages.parts.run.summary import pace
from tests.engine.support import faulty_plan
from tests.pages.conftest import THREADS, Opened, table_with

Ended = Callable[[Plan], Run]


def test_the_token_in_the_address_shows_the_run_in_any_session(opened: Opened, ended: Ended, quick: Plan) -> None:
    run = ended(quick)
    for _ in range(2):
        app = opened("run.py", run=run.token)
        assert f"run {run.id}" in app.title[0].value
        assert (app.metric[0].label, app.metric[0].value) == ("Done", "4 of 4")


def test_the_way_back_leaves_no_run_in_the_address_of_another_page(opened: Opened, ended: Ended, quick: Plan) -> None:
    run = ended(quick)
    assert "run" not in opened("home.py", run=run.token).query_params
    assert opened("run.py", run=run.token).query_params["run"] == run.token


def test_without_a_token_it_lists_the_last_runs(opened: Opened, ended: Ended, quick: Plan) -> None:
    run = ended(quick)
    app = opened("run.py")
    assert app.dataframe[0].value["Run"].tolist() == [run.id]


def test_an_unknown_token_and_a_bare_number_are_refused_in_words(opened: Opened, ended: Ended, quick: Plan) -> None:
    run = ended(quick)
    app = opened("run.py", run="rUnknownUnknownUnknown")
    assert "There is no run" in app.error[0].value and "`" not in app.error[0].value
    assert app.dataframe[0].value["Run"].tolist() == [run.id], "here is what there is"
    assert "by its number" in opened("run.py", run=str(run.id)).error[0].value


def test_how_much_time_is_left_is_told_once_the_pace_can_be_believed(
    ended: Ended, quick: Plan, store: Store
) -> None:
    run = ended(quick)
    trials = [replace(store.trials(run)[0], state="running", tasks=100)]
    found = []
    for age_s in (1.0, 4.0):
        began = datetime.now(UTC) - timedelta(seconds=age_s)
        found.append(pace(replace(run, state="running", started_at=began.isoformat()), trials))
    assert found[0].left_s is None and found[0].per_s and found[1].left_s == pytest.approx(96.0, rel=0.1)


def test_what_was_saved_has_its_tile_before_anything_is_made(
    opened: Opened, store: Store, settings: Settings, photos_ready: None
) -> None:
    plan = demo_resize_plan(PRESETS["Gallery"], THREADS, settings)
    run = store.create(plan, "rSavedSavedSavedSavedSaved", {})
    metrics = {metric.label: metric.value for metric in opened("run.py", run=run.token).metric}
    assert metrics["Saved"] == "–" and metrics["Failed"] == "0"


def test_tasks_at_once_never_carry_a_cross_and_stand_beside_cores_busy(
    opened: Opened, ended: Ended, settings: Settings
) -> None:
    run = ended(simple_plan("wait", 4, {"seconds": 0.05}, THREADS, settings))
    app = opened("run.py", run=run.token)
    app.session_state[f"tabs:{run.token}"] = "How it ran"
    app.run()
    (sentence,) = [item.value for item in app.markdown if "tasks at once" in item.value]
    assert "cores" in sentence and "×" not in sentence
    labels = [metric.label for metric in app.metric]
    assert labels.index("Cores busy") == labels.index("Tasks at once") + 1


def test_failures_are_counted_by_reason_and_can_be_retried(
    opened: Opened, ended: Ended, store: Store, settings: Settings
) -> None:
    urls = ["http://10.0.0.1/a", "http://10.0.0.1/b", "ftp://shop.example/c"]
    run = ended(scrape_plan(urls, THREADS, settings))
    assert run.failed == 3
    app = opened("run.py", run=run.token)
    app.session_state[f"tabs:{run.token}"] = "Failures"
    app.run()
    reasons = table_with(app, "For example")
    assert sorted(reasons["Tasks"]) == [1, 2]
    app.button(key="retry").click().run()
    assert not app.exception
    jobs.wait(store, run)
    assert len(store.trials(run)) == 2


@pytest.mark.parametrize("executor", ["threads", pytest.param("sequential", marks=pytest.mark.stress), "processes"])
def test_a_crash_is_told_with_what_it_cost_and_what_would_have_contained_it(
    executor: str, opened: Opened, ended: Ended, store: Store
) -> None:
    how = Configuration(executor, 1 if executor == "sequential" else 2)
    run = ended(faulty_plan([{"do": "fine"}, {"do": "segfault"}, {"do": "fine"}], how))
    app = opened("run.py", run=run.token)
    app.session_state[f"tabs:{run.token}"] = "Failures"
    app.run()
    assert table_with(app, "For example")["Reason"].tolist() == ["Crashed"]
    warnings = [item.value.replace("\\", "") for item in app.warning]
    if executor == "processes":
        assert warnings == [], "it cost nothing but its own record"
        return
    (warning,) = warnings
    again = len(store.trials(run)) - 1
    assert again >= 1 and f"the trial was started again {again} time" in warning
    assert "SIGSEGV" in warning and "On processes only that task's worker would have ended" in warning


def test_cancel_keeps_what_is_done_and_resume_runs_the_rest(opened: Opened, store: Store, settings: Settings) -> None:
    run = jobs.start(store, simple_plan("wait", 40, {"seconds": 0.1}, THREADS, settings))
    app = opened("run.py", run=run.token)
    app.button(key="cancel").click().run()
    run = jobs.wait(store, run)
    assert run.state == "cancelled" and run.done < 40
    app = opened("run.py", run=run.token)
    app.button(key="resume").click().run()
    run = jobs.wait(store, run)
    assert (run.state, run.ok) == ("finished", 40)


def test_a_run_whose_orchestrator_died_is_interrupted_and_offers_resume(
    opened: Opened, ended: Ended, store: Store, quick: Plan
) -> None:
    run = ended(quick)
    store.update_run(run, state="running", ok=1, failed=0)
    app = opened("run.py", run=run.token)
    assert "interrupted" in app.warning[0].value
    assert app.button(key="resume").label == "Resume"


def test_a_waiting_run_says_for_what(opened: Opened, store: Store, settings: Settings) -> None:
    slow = simple_plan("wait", 100, {"seconds": 0.1}, Configuration("threads", 1), settings)
    runs = [jobs.start(store, slow) for _ in range(settings.jobs_at_once + 1)]
    waiting = _until_waiting(store, runs)
    app = opened("run.py", run=waiting.token)
    assert not app.info  # a box that goes when the run begins would move the page
    bars = [one.proto.body for one in app.get("html") if "progressbar" in one.proto.body]
    assert len(bars) == 1 and "This run waits for run" in bars[0]
    for run in runs:
        jobs.cancel(store, run)


def test_the_bar_shows_marks_in_other_runs_titles_as_they_are(store: Store, quick: Plan) -> None:
    run = store.create(quick, "rone", {})
    store.update_run(run, waiting_for="waits for run 1, <img src=x>")
    shown = bar_html(store.run("rone"), waiting_text(store.run("rone"), "run"), "red", "blue")
    assert "waits for run 1, &lt;img src=x&gt;." in shown and "<img" not in shown


def _until_waiting(store: Store, runs: list[Run]) -> Run:
    """The one that waits once all the others run: before that, one may wait for a moment and then be the next."""
    deadline = time.perf_counter() + 10
    while time.perf_counter() < deadline:
        found = [store.run(run.token) for run in runs]
        waiting = [run for run in found if run.waiting_for]
        if len(waiting) == 1 and sum(run.state == "running" for run in found) == len(runs) - 1:
            return waiting[0]
        time.sleep(0.05)
    raise AssertionError("no run waited")


def test_run_again_starts_another_run_of_the_same_tasks(
    opened: Opened, ended: Ended, store: Store, quick: Plan
) -> None:
    run = ended(quick)
    app = opened("run.py", run=run.token)
    app.button(key="again").click().run()
    assert not app.exception
    newest = store.runs()[0]
    assert newest.token != run.token and newest.tasks == run.tasks
    assert app.query_params["run"] == newest.token

"""Compare executors: one click works offline, what will happen is told before, and the verdict stands first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import Settings
from engine.executors.references import PLAIN_LOOP
from engine.model import Configuration, Plan, Run
from engine.report.documents.document import import_document, run_document
from engine.runs import jobs
from engine.runs.plans import SEQUENTIAL, comparison, demo_scrape_plan, simple_plan
from engine.store import Store
from pages.parts.compare.form import own_function
from tests.pages.conftest import THREADS, Opened, table_with

Ended = Callable[[Plan], Run]


def text_of(app: AppTest) -> str:
    """All sentences on the page, without the backslashes that keep them literal."""
    kinds = ("markdown", "caption", "info", "warning", "error", "subheader")
    said = "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))
    return said.replace(":small[]", "").replace("\\", "")


def widget(app: AppTest, key: str) -> Any:
    """The widget with this key, of whatever kind."""
    return app.get_by_key(key)


def at_workload(opened: Opened, workload: str) -> AppTest:
    """The page with a workload chosen."""
    app = opened("compare.py")
    widget(app, "compare:workload").set_value(workload).run()
    assert not app.exception
    return app


@pytest.fixture
def small(settings: Settings) -> Plan:
    """A comparison of two configurations that takes a few seconds, with a seed that is the same in every test."""
    tasks = simple_plan("compute", 8, {"amount": 2_000}, SEQUENTIAL, settings)
    plan = comparison(tasks, [THREADS], repeats=2, references=False)
    return replace(plan, terms={**plan.terms, "seed": 1})


@pytest.mark.parametrize("count", [1, 2, 8])
def test_the_sample_photos_are_preset_with_as_many_workers_as_there_are_cpus(
    opened: Opened, cpus: Callable[[int], None], count: int
) -> None:
    cpus(count)
    app = opened("compare.py")
    said = text_of(app)
    assert "24 tasks" in said and "16 trials" in said
    assert f"sequential, threads × {count}, processes × {count}" in said
    assert not app.button(key="start").disabled


def test_what_will_happen_names_as_many_configurations_as_it_counts(opened: Opened, photos_ready: None) -> None:
    (told,) = [one.value for one in opened("compare.py").markdown if " configurations**" in one.value]
    found = re.fullmatch(r"\*\*24 tasks\*\* on \*\*(\d+) configurations\*\*: (.*)\.", told.replace("\\", ""))
    assert found and len(found[2].split(", ")) == int(found[1]) and "plain loop" in found[2]


def test_one_click_starts_the_preset_comparison(opened: Opened, store: Store, photos_ready: None) -> None:
    app = opened("compare.py")
    app.button(key="start").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert (run.kind, run.workload, run.tasks, run.terms["repeats"]) == ("comparison", "resize", 24, 3)
    assert {one.executor for one in run.configurations} == {"sequential", "threads", "processes"}
    assert app.query_params["run"] == run.token


def test_the_click_starts_the_comparison_that_was_told(opened: Opened, store: Store) -> None:
    app = at_workload(opened, "wait")
    app.number_input(key="compare:tasks:wait").set_value(4).run()
    app.number_input(key="compare:seconds").set_value(0.01).run()
    app.number_input(key="compare:repeats:False").set_value(1).run()
    widget(app, "grid:wait:0:executors").set_value(["threads"]).run()
    widget(app, "grid:wait:0:threads").set_value(["2"]).run()
    assert "5 trials" in text_of(app) and "About" in text_of(app)
    app.button(key="start").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert (run.kind, run.tasks, run.terms["repeats"]) == ("comparison", 4, 1)
    assert run.configurations == (PLAIN_LOOP, SEQUENTIAL, THREADS)
    assert app.query_params["run"] == run.token


def test_without_any_executor_beside_sequential_it_cannot_start(opened: Opened) -> None:
    app = at_workload(opened, "compute")
    widget(app, "grid:compute:0:executors").set_value([]).run()
    assert app.button(key="start").disabled
    assert "Choose at least one executor" in text_of(app)


def test_workers_that_are_no_number_are_left_out_and_named(opened: Opened) -> None:
    app = at_workload(opened, "compute")
    widget(app, "grid:compute:0:threads").set_value(["2", "many", "0"]).run()
    assert "many, 0" in text_of(app) and "threads × 2" in text_of(app)


def test_a_pilot_proposes_the_grid_and_leaves_no_run_behind(opened: Opened, store: Store) -> None:
    app = at_workload(opened, "wait")
    app.button(key="compare:pilot").click().run(timeout=30)
    assert not app.exception
    assert "The tasks wait for all but" in text_of(app)
    assert widget(app, "grid:wait:1:threads").value == ["8", "16", "32", "64"]
    assert "from the tasks measured" in text_of(app)
    assert store.runs() == []


def test_precision_or_time_can_be_asked_for_instead_of_repeats(opened: Opened) -> None:
    app = at_workload(opened, "compute")
    widget(app, "compare:until").set_value("Precision or time").run()
    assert "until every interval is within ±5%" in text_of(app)
    assert "2 min" in text_of(app)


def test_slower_ones_can_be_left_out_early_but_not_with_a_precision(opened: Opened) -> None:
    app = at_workload(opened, "compute")
    widget(app, "compare:race").set_value(True).run()
    assert "At most" in text_of(app) and "left out early" in text_of(app)
    widget(app, "compare:until").set_value("Precision or time").run()
    assert widget(app, "compare:race").disabled and "left out early" not in text_of(app)


def test_asyncio_is_not_offered_for_tasks_that_hold_up_the_loop(opened: Opened) -> None:
    app = at_workload(opened, "compute")
    assert "asyncio" not in widget(app, "grid:compute:0:executors").options
    assert "no async form" in text_of(app)


def test_your_own_function_shows_the_command_where_code_is_not_allowed(opened: Opened) -> None:
    app = at_workload(opened, "function")
    assert app.code[0].value == "overlap compare my_module:my_function --tasks tasks.txt"
    assert "pip install" in text_of(app)
    assert app.button(key="start").disabled


def test_your_own_function_can_be_named_where_code_is_allowed(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    app = at_workload(opened, "function")
    app.text_input(key="compare:function").set_value("nowhere:nothing").run()
    app.text_area(key="compare:arguments").set_value("1\n2").run()
    assert "There is no module 'nowhere'" in text_of(app)
    app.text_input(key="compare:function").set_value("math:sqrt").run()
    assert not app.exception and "2 tasks" in text_of(app)
    assert not app.button(key="start").disabled


OWN = """
import time


def nap(seconds):
    time.sleep(seconds)
    return seconds


def fails(x):
    raise ValueError('no')
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's folder with a module and its arguments."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "my_module.py").write_text(OWN.replace("nap", "my_function"), encoding="utf-8")
    (tmp_path / "project" / "naps.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "project" / "tasks.txt").write_text("0.01\n" * 8, encoding="utf-8")
    return tmp_path / "project"


def test_your_own_function_in_a_folder_is_piloted_and_compared(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, project: Path, store: Store
) -> None:
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    app = at_workload(opened, "function")
    app.text_input(key="compare:function").set_value("naps:nap").run()
    assert "There is no module 'naps' where Python looks" in text_of(app)
    app.text_input(key="compare:folder").set_value(str(project)).run()
    assert "naps:nap was found. Give it at least one task" in text_of(app)
    app.text_area(key="compare:arguments").set_value("0.01\n" * 8).run()
    app.button(key="compare:pilot").click().run()
    assert not app.exception and "The tasks wait for all but" in text_of(app)
    assert "naps" not in sys.modules, "the server itself imports nothing of its visitors"
    widget(app, "grid:function:1:executors").set_value(["threads"]).run()
    widget(app, "grid:function:1:threads").set_value(["2"]).run()
    app.number_input(key="compare:repeats:False").set_value(1).run()
    app.button(key="start").click().run()
    run = jobs.wait(store, store.runs()[0])
    assert (run.state, run.failed) == ("finished", 0) and run.ok > 0


def test_a_pilot_without_a_task_that_ended_well_says_why(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    app = at_workload(opened, "function")
    app.text_input(key="compare:folder").set_value(str(project)).run()
    app.text_input(key="compare:function").set_value("naps:fails").run()
    app.text_area(key="compare:arguments").set_value("1\n2").run()
    app.button(key="compare:pilot").click().run()
    assert "2 of 2 tasks tried failed, for example: " in text_of(app) and "ValueError: no" in text_of(app)


def test_a_folder_that_is_none_is_refused(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    app = at_workload(opened, "function")
    app.text_input(key="compare:function").set_value("naps:nap").run()
    app.text_input(key="compare:folder").set_value("relative/folder").run()
    assert "relative/folder is no folder of this server" in text_of(app)


def test_what_is_shown_to_paste_works_as_it_stands_on_this_machine(project: Path, home: Path) -> None:
    """In the folder of the function, by a shell that knows nothing of this project."""
    few = " --executors threads --workers 2 --repeats 1"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = subprocess.run(
        own_function.command(here=True) + few, shell=True, cwd=project, env=environment, capture_output=True, text=True
    )
    assert told.returncode == 0 and "threads × 2" in told.stderr, told.stderr
    small = own_function.script(here=True).replace("range(100)", "[0.01] * 4, workers=[2], repeats=1")
    (project / "own.py").write_text(small, encoding="utf-8")
    told = subprocess.run([sys.executable, "own.py"], cwd=project, env=environment, capture_output=True, text=True)
    assert told.returncode == 0 and "threads × 2" in told.stdout, told.stderr


def test_a_finished_job_leads_here_with_a_sample_of_its_tasks(
    opened: Opened, ended: Ended, store: Store, settings: Settings
) -> None:
    run = ended(simple_plan("wait", 40, {"seconds": 0.01}, THREADS, settings))
    app = opened("compare.py", **{"from": run.token})
    assert widget(app, "compare:workload").value == "wait"
    assert "40 tasks" in text_of(app)
    app.number_input(key=f"sample:wait:40 tasks of run {run.id}").set_value(8).run()
    app.number_input(key="compare:repeats:False").set_value(1).run()
    widget(app, "grid:wait:0:executors").set_value(["threads"]).run()
    app.button(key="start").click().run()
    assert not app.exception
    newest = jobs.wait(store, store.runs()[0])
    assert (newest.tasks, newest.terms["all_tasks"]) == (8, 40)
    assert newest.verdict is not None and newest.verdict["estimate"]["tasks"] == 40

    app = opened("run.py", run=newest.token)
    app.button(key="run_all").click().run()
    assert not app.exception
    job = jobs.wait(store, store.runs()[0])
    assert (job.kind, job.tasks, job.ok) == ("job", 40, 40)
    assert job.configurations[0].label == newest.verdict["recommended"]["label"]


def test_pages_of_strangers_are_handled_with_care(opened: Opened) -> None:
    app = at_workload(opened, "scrape")
    assert "hosts that are not yours" not in text_of(app)
    widget(app, "pages_from").set_value("Paste addresses").run()
    app.text_area(key="addresses").set_value("\n".join(f"https://a.example/{n}" for n in range(60))).run()
    assert "hosts that are not yours" in text_of(app)
    assert "40 tasks of 60" in text_of(app)


def test_uploaded_photos_of_a_past_run_are_compared_as_links(
    opened: Opened, store: Store, settings: Settings, ended: Ended
) -> None:
    from pages.parts.compare.form.inputs import carry_inputs

    first, second = store.folder("rFirst").inputs, store.folder("rSecond").inputs
    (first / "below").mkdir(parents=True)
    (first / "below" / "a.jpg").write_bytes(b"photo")
    carry_inputs(first, second)
    assert (second / "below" / "a.jpg").samefile(first / "below" / "a.jpg")


# The view of a comparison.


def shown_html(app: AppTest) -> str:
    """What stands on the page as HTML of ours: strip, chart and lane."""
    return "\n".join(str(item.proto.body) for item in app.get("html"))


def tab_of(opened: Opened, run: Run, name: str) -> AppTest:
    """The run's page with another tab open."""
    app = opened("run.py", run=run.token)
    app.session_state[f"sections:{run.token}"] = name
    return app.run()


def test_the_verdict_and_the_chart_stand_first_then_table_and_tabs(opened: Opened, ended: Ended, small: Plan) -> None:
    run = ended(small)
    app = opened("run.py", run=run.token)
    assert run.verdict is not None
    first = shown_html(app)
    assert run.verdict["sentences"][0] in unescape(first) and 'class="ov-chart"' in first
    assert all(sentence in text_of(app) for sentence in run.verdict["sentences"][1:])
    speedups = table_with(app, "Speedup")
    assert set(speedups["Configuration"]) == {"sequential", "threads × 2"}
    assert "baseline" in speedups["Speedup"].tolist()
    assert [tab.label for tab in app.tabs] == ["Why", "Scaling", "Timelines", "Memory", "Trials", "Take home"]
    assert len(app.get("plotly_chart")) == 1, "only the open tab is drawn"
    explained = {one["label"]: one["sentences"] for one in run.verdict["explanations"]}
    assert explained["threads × 2"][0] in text_of(app)


def test_of_all_warnings_the_gravest_is_told_with_its_advice_and_the_others_on_demand(
    opened: Opened, ended: Ended, store: Store, small: Plan
) -> None:
    run = ended(small)
    told = [{"code": code, "sentence": f"It was {code}.", "advice": f"Mend {code}."} for code in ("a", "b", "c")]
    store.update_run(run, verdict={**(run.verdict or {}), "warnings": told})
    app = opened("run.py", run=run.token)
    (line,) = [one for one in app.expander if "warnings" in one.label]
    assert line.label.replace("\\", "") == "**3 warnings**, the gravest: It was a. Mend a."
    assert "It was b." in text_of(app) and "Mend b." not in text_of(app), "one piece of advice"


def test_the_first_tab_has_a_row_for_each_cause_and_every_configuration_on_demand(
    opened: Opened, ended: Ended, store: Store, small: Plan
) -> None:
    run = ended(small)
    (one,) = [one for one in (run.verdict or {})["explanations"] if one["label"] == THREADS.label]
    cause = {"name": "gil", "lost": 0.4, "sentence": "They took turns.", "experiment": None, "changed": None}
    many = [{**one, "label": f"threads × {count}", "causes": [{**cause, "lost": count / 20}]} for count in range(2, 9)]
    store.update_run(run, verdict={**(run.verdict or {}), "explanations": many})
    app = opened("run.py", run=run.token)
    said = text_of(app)
    assert said.count("They took turns.") == 1 and "Time lost: threads × 8 40%, threads × 7 35%" in said
    assert f"What was measured of each configuration ({len(many)})" in [item.label for item in app.expander]


def test_the_other_tabs_are_drawn_when_they_are_opened(opened: Opened, ended: Ended, small: Plan) -> None:
    run = ended(small)
    for name in ("Scaling", "Timelines", "Memory", "Trials"):
        assert len(tab_of(opened, run, name).get("plotly_chart")) == 1, name
    links = {link.proto.label for link in tab_of(opened, run, "Take home").get("link_button")}
    assert links >= {"Report (HTML)", "CSV", "JSON"}


def test_an_open_tie_offers_the_repeats_that_would_decide_it(
    opened: Opened, ended: Ended, store: Store, small: Plan
) -> None:
    run = ended(small)
    open_tie = {**(run.verdict or {}), "outcome": "undecided", "repeats_needed": 7}
    store.update_run(run, verdict={**open_tie, "recommended": (run.verdict or {})["figures"][0]["configuration"]})
    app = opened("run.py", run=run.token)
    app.button(key="decide").click().run()
    assert not app.exception
    newest = store.runs()[0]
    assert newest.id != run.id and newest.terms["repeats"] == 7 and newest.configurations == run.configurations


def test_rows_that_do_not_count_are_marked_below_the_others(opened: Opened, ended: Ended, settings: Settings) -> None:
    tasks = simple_plan("compute", 4, {"amount": 10}, SEQUENTIAL, settings)
    run = ended(comparison(tasks, [THREADS], repeats=1))
    app = opened("run.py", run=run.token)
    speedups = table_with(app, "Speedup")
    names = speedups["Configuration"].tolist()  # which of two is faster, in one repeat of microseconds, is open
    assert {*names[:2]} == {"plain loop", "ThreadPoolExecutor.map × 2"}
    assert {*names[2:]} == {"sequential", "threads × 2"}
    marked = [text.endswith("not counted") for text in speedups["Speedup"]]
    assert marked == [False, False, True, True] and speedups["Our own part"].notna().tolist() == marked
    assert "only rows of code without them count" in text_of(app)


def test_when_every_task_failed_that_is_the_verdict(opened: Opened, ended: Ended, settings: Settings) -> None:
    tasks = simple_plan("compute", 4, {"amount": "many"}, SEQUENTIAL, settings)
    app = opened("run.py", run=ended(comparison(tasks, [THREADS], repeats=1)).token)
    said = text_of(app) + unescape(shown_html(app))
    assert "Every task failed, so nothing was compared" in said and "ValueError" in said
    assert "A clear winner" not in said and "Not decided" not in said


def test_the_warm_up_is_listed_as_discarded_and_in_no_chart(opened: Opened, ended: Ended, small: Plan) -> None:
    run = ended(small)
    app = tab_of(opened, run, "Trials")
    trials = table_with(app, "Block")
    assert trials["Block"].tolist()[0] == "warm-up, discarded" and len(trials) == 7
    dots = app.get("plotly_chart")[0].proto.spec
    assert dots.count("repeat 1") == 3 and "repeat 0" not in dots


def test_a_live_comparison_fills_its_chart_and_shows_the_trial_that_runs(
    opened: Opened, store: Store, settings: Settings
) -> None:
    tasks = simple_plan("wait", 8, {"seconds": 0.1}, SEQUENTIAL, settings)
    plan = comparison(tasks, [THREADS], repeats=20, references=False)
    run = jobs.start(store, plan)
    while not any(trial.repeat >= 0 for trial in store.trials(run)):
        time.sleep(0.05)
    app = opened("run.py", run=run.token)
    (bar,) = app.get("progress")
    assert "Block 1 of 20" in bar.proto.text.replace("\\", "") and "of 60" in bar.proto.text.replace("\\", "")
    assert not app.get("plotly_chart"), "no charting library while something is measured"
    chart = shown_html(app)
    assert chart.count('class="ov-name"') == 2 and "Times as fast as sequential" in chart
    assert "ov-lane" in chart or store.trials(run)[-1].state != "running"
    app.button(key="cancel").click().run()
    run = jobs.wait(store, run)
    app = opened("run.py", run=run.token)
    assert "Ended early, after" in text_of(app) and "Resume runs the missing blocks" in text_of(app)
    app.button(key="resume").click().run()
    assert not app.exception and store.run(run.token).state in ("waiting", "running")
    while store.run(run.token).state != "running":
        time.sleep(0.05)
    (bar,) = opened("run.py", run=run.token).get("progress")
    assert "of 60" in bar.proto.text.replace("\\", "") or "Warming up" in bar.proto.text


def test_a_comparison_without_any_finished_trial_says_so(opened: Opened, ended: Ended, store: Store) -> None:
    run = ended(comparison(simple_plan("compute", 2, {"amount": 10}, SEQUENTIAL, store.settings), [THREADS], repeats=1))
    for trial in store.trials(run):
        store.update_trial(trial, state="failed", message="gone")
    store.update_run(run, verdict=None)
    store.set_state(run, "cancelled")
    assert "No trial finished" in text_of(opened("run.py", run=run.token))
    store.set_state(run, "interrupted")
    text = text_of(opened("run.py", run=run.token))
    assert "was interrupted before a trial that counts was finished. Resume runs the missing blocks." in text
    assert "No cause cost" not in text, "nothing was measured that could have a cause"


def test_words_of_others_stay_literal(opened: Opened, ended: Ended, store: Store, small: Plan) -> None:
    nasty = ":red[x] **b** <b>y</b> $z$ [a](javascript:1)"
    run = ended(small)
    verdict = dict(run.verdict or {})
    verdict["sentences"] = [nasty, nasty]
    verdict["warnings"] = [{"code": "x", "sentence": nasty, "advice": nasty}]
    store.update_run(run, title=nasty, verdict=verdict)
    app = opened("run.py", run=run.token)
    shown = [str(item.value) for kind in ("markdown", "caption", "warning") for item in getattr(app, kind)]
    assert any("javascript" in text for text in shown) and "&lt;b&gt;y" in shown_html(app)
    assert "<b>y" not in shown_html(app)
    assert not any("<b>" in text or "**b**" in text or ":red[" in text or "](java" in text for text in shown)


def test_a_comparison_read_from_a_file_shows_the_same_numbers_and_starts_nothing(
    opened: Opened, ended: Ended, store: Store, small: Plan
) -> None:
    run = ended(small)
    again = import_document(store, run_document(store, run))
    tables = [table_with(opened("run.py", run=one.token), "Speedup") for one in (run, again)]
    assert tables[0].equals(tables[1])
    app = opened("run.py", run=again.token)
    assert not [button for button in app.button if button.key in ("run_all", "again")]
    links = {link.proto.label for link in tab_of(opened, again, "Take home").get("link_button")}
    assert "CSV" in links and "Script to take home" not in links


def test_run_again_keeps_the_terms(opened: Opened, ended: Ended, store: Store, small: Plan) -> None:
    run = ended(small)
    app = opened("run.py", run=run.token)
    app.button(key="again").click().run()
    assert not app.exception
    newest = store.runs()[0]
    assert newest.id != run.id and dict(newest.terms) == dict(run.terms)


def test_demo_shops_can_be_compared_on(opened: Opened, settings: Settings) -> None:
    app = at_workload(opened, "scrape")
    count = len(demo_scrape_plan(Configuration("threads", 1), settings).tasks)
    assert f"{count} tasks" in text_of(app) and "threads × 8, threads × 32" in text_of(app)


def test_pythons_are_only_those_that_the_server_names(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = at_workload(opened, "compute")
    assert "compare:pythons" not in [widget.key for widget in app.multiselect]
    monkeypatch.setenv("OVERLAP_PYTHONS", "/opt/other/python")
    app = at_workload(opened, "compute")
    assert app.multiselect(key="compare:pythons").options == ["/opt/other/python"]

"""Start: two sentences, one click for each thing to try, and the last runs."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import Settings, usable_cpus
from engine.machine import busy
from engine.model import Configuration, Plan, Run
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from pages.parts.shared import launching
from pages.parts.shared.starting import start_once
from pages.parts.start.cards import CARDS, PICTURES
from pages.parts.start.last_runs import outcome
from tests.pages.conftest import THREADS, Opened, choose


def test_start_says_what_this_is_and_offers_demo_runs(opened: Opened) -> None:
    app = opened()
    assert app.title[0].value.startswith("Which is faster for your work here") and "Measure it" in app.title[0].value
    labels = [button.label for button in app.button]
    assert labels == [
        "Scrape the demo shops", "Resize the sample photos", "Compare on the photos", "Measure lost updates"
    ]  # fmt: skip
    links = [link.proto.label for link in app.get("page_link")]
    assert links == ["With my own pages", "With my own photos", "On my own work", "With my own guess first"]
    assert all((PICTURES / card.picture).is_file() and card.shows for card in CARDS), "a picture each, with its words"
    assert any("Nothing has run here yet" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    ("card", "kind", "workload", "tasks"),
    [("scrape", "job", "scrape", 97), ("resize", "job", "resize", 24), ("compare", "comparison", "resize", 24)],
)
def test_one_click_on_a_card_starts_a_run_on_demo_data_and_opens_it(
    opened: Opened, store: Store, photos_ready: None, card: str, kind: str, workload: str, tasks: int
) -> None:
    app = opened()
    app.button(key=f"demo:{card}").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert (run.workload, run.kind, run.tasks) == (workload, kind, tasks)
    assert app.query_params["run"] == run.token
    assert f"run {run.id}" in app.title[0].value


def test_what_stops_a_card_s_run_is_told_on_the_card_until_the_next_click(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app = opened()
    with monkeypatch.context() as patch:
        patch.setattr(launching, "start", full)
        app.button(key="demo:scrape").click().run()
    assert [error.value.replace("\\", "") for error in app.error] == [
        "The disk is full: free some space, and try again. Nothing that was finished is lost."
    ]
    assert len(app.get("page_link")) == len(CARDS) and not store.runs()
    app.run()
    assert len(app.error) == 1
    app.button(key="demo:scrape").click().run()
    assert not app.error and len(store.runs()) == 1 and "run" in app.query_params


def test_two_clicks_on_a_card_that_was_drawn_once_start_one_run(opened: Opened, store: Store) -> None:
    app = opened()
    token = app.session_state["demo:scrape:token"]
    start_once(token, CARDS[0].make)
    app.button(key="demo:scrape").click().run()
    assert [run.token for run in store.runs()] == [token] and app.query_params["run"] == token


@pytest.mark.parametrize("count", [1, 8])
def test_the_demo_comparison_takes_the_cpus_that_there_are(
    opened: Opened, store: Store, photos_ready: None, cpus: Callable[[int], None], count: int
) -> None:
    cpus(count)
    opened().button(key="demo:compare").click().run()
    assert {one.workers for one in store.runs()[0].configurations if one.executor != "sequential"} == {count}


def test_a_card_says_what_its_run_is_preset_to_and_why(opened: Opened, store: Store) -> None:
    captions = [caption.value.replace("\\", "") for caption in opened().caption]
    assert f"about 3 s on two idle CPUs · threads × {usable_cpus()} · a default" in captions
    verdict = {"outcome": "faster", "recommended": {"executor": "processes", "workers": 1}, "sentences": []}
    plan = Plan("comparison", "resize", "photos", (), (Configuration("sequential", 1),))
    run = store.create(plan, "rOf-A-Comparison", {})
    store.update_run(run, state="finished", verdict=verdict)
    captions = [caption.value.replace("\\", "") for caption in opened().caption]
    assert any(caption.endswith(f"processes × 1 · the verdict of comparison {run.id}") for caption in captions)


def test_a_card_says_how_long_it_took_here_once_it_has_run(opened: Opened, store: Store) -> None:
    run = store.create(Plan("job", "scrape", "97 pages of 6 demo shops", (), (THREADS,)), "rScraped", {})
    ended_at = {"started_at": "2026-01-02T03:04:05+00:00", "ended_at": "2026-01-02T03:04:09.500+00:00"}
    store.update_run(run, state="finished", **ended_at)
    assert any("4.5 s here, last time" in caption.value.replace("\\", "") for caption in opened().caption)


def picture(app: AppTest) -> str:
    """The timeline on the page, among the pieces of HTML that every page has."""
    (drawn,) = [one.proto.body for one in app.get("html") if "ov-band-of" in one.proto.body]
    return str(drawn)


def test_at_first_the_picture_is_an_example_that_says_so_then_the_last_comparison(
    opened: Opened, ended: Callable[[Plan], Run], settings: Settings
) -> None:
    drawn = picture(opened())
    assert "An example from another machine" in drawn and drawn.count('class="ov-band-of"') == 2
    tasks = simple_plan("wait", 6, {"seconds": 0.01}, SEQUENTIAL, settings)
    run = ended(comparison(tasks, [THREADS], repeats=1, references=False))
    drawn = picture(opened())
    assert f"Your last comparison, run {run.id}" in drawn and "An example" not in drawn
    sequential, threads = drawn.split('class="ov-band-of"')[1:]
    assert "<b>sequential</b>" in sequential and "<b>threads × 2</b>" in threads
    rows = threads.partition('class="ov-rows">')[2].partition('<span class="ov-end"')[0]
    assert rows.count("<span") == 6, "each task once"


def test_the_machine_and_how_busy_it_is_stand_there_with_what_to_do(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(busy, "share", lambda since=None: 0.63)
    said = " ".join(str(one.value) for one in opened().markdown)
    assert f"{usable_cpus()} usable CPU" in said and "63% busy right now: close other programs before you" in said
    assert any("63% busy right now" in one.value for one in opened("compare.py").warning)
    monkeypatch.setattr(busy, "share", lambda since=None: 0.02)
    said = " ".join(str(one.value) for one in opened().markdown)
    assert "2% busy right now" in said and "close other programs" not in said
    assert not opened("compare.py").warning


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ({"failed": 2, "ok": 95}, "2 of 97 failed"), ({"ok": 97}, "all 97 done"),
        ({"ok": 40, "state": "cancelled"}, "40 of 97 done"),
    ],
)  # fmt: skip
def test_the_last_runs_are_links_with_their_outcome(
    opened: Opened, store: Store, run: dict[str, Any], text: str
) -> None:
    made = store.create(Plan("job", "scrape", "97 pages", (), (THREADS,)), "rOfAJob", {})
    store.update_run(made, **{"state": "finished", "tasks": 97, **run})
    app = opened()
    (link,) = [one.proto for one in app.get("page_link") if "97 pages" in one.proto.label]
    assert "run=rOfAJob" in (link.query_string or link.page)
    assert any(text in str(one.value) for one in app.markdown)


def test_a_comparison_s_outcome_is_who_and_how_many_times_as_fast(store: Store) -> None:
    row = {"configuration": {"executor": "threads", "workers": 2}, "ratio": {"estimate": 1.7, "low": 1.6, "high": 1.8}}
    found = {"sentences": ["So it is."], "outcome": "faster", "rows": [row], "leaders": [row["configuration"]]}
    run = store.create(Plan("comparison", "wait", "x", (), (THREADS,)), "rOfAComparison", {})
    store.update_run(run, verdict=found)
    assert outcome(store.run("rOfAComparison")) == "threads × 2 1.7×"


def test_the_closed_section_of_a_form_says_what_is_set_and_why(opened: Opened, store: Store) -> None:
    app = opened("resize.py")
    assert f"How to run: threads × {usable_cpus()} · a default" in titles(app)
    app = choose(app, "executor:resize", "processes")
    assert f"How to run: processes × {usable_cpus()} · your choice" in titles(app)
    app.number_input(key="workers:resize:processes").set_value(7).run()
    assert "How to run: processes × 7 · your choice" in titles(app)


def titles(app: AppTest) -> list[str]:
    """The titles of the page's sections."""
    return [section.label.replace("\\", "") for section in app.expander]

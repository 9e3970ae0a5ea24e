"""Start: two sentences, one click for each thing to try, and the last runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import usable_cpus
from engine.model import Configuration, Plan
from engine.store import Store
from tests.pages.conftest import Opened, choose


def test_start_says_what_this_is_and_offers_demo_runs(opened: Opened) -> None:
    app = opened()
    assert app.title[0].value == "Overlap"
    labels = [button.label for button in app.button]
    assert labels == ["Scrape the demo shops", "Resize the sample photos", "Compare on the sample photos"]
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


@pytest.mark.parametrize("count", [1, 8])
def test_the_demo_comparison_takes_the_cpus_that_there_are(
    opened: Opened, store: Store, photos_ready: None, cpus: Callable[[int], None], count: int
) -> None:
    cpus(count)
    opened().button(key="demo:compare").click().run()
    assert {one.workers for one in store.runs()[0].configurations if one.executor != "sequential"} == {count}


def test_a_card_says_what_its_run_is_preset_to_and_why(opened: Opened, store: Store) -> None:
    captions = [caption.value.replace("\\", "") for caption in opened().caption]
    assert f"threads × {usable_cpus()} · a default" in captions
    verdict = {"outcome": "faster", "recommended": {"executor": "processes", "workers": 1}, "sentences": []}
    plan = Plan("comparison", "resize", "photos", (), (Configuration("sequential", 1),))
    run = store.create(plan, "rOf-A-Comparison", {})
    store.update_run(run, state="finished", verdict=verdict)
    captions = [caption.value.replace("\\", "") for caption in opened().caption]
    assert f"processes × 1 · the verdict of comparison {run.id}" in captions


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

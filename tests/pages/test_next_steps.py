"""What comes after a job stands in one row; the form that it came from opens filled as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.config import Settings
from engine.model import Configuration, Plan, Run
from engine.runs import jobs
from engine.runs.plans import scrape_plan, simple_plan
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from pages.parts.run.retrying import may_succeed
from tests.pages.conftest import THREADS, Opened, chosen

Ended = Callable[[Plan], Run]


def test_while_a_job_runs_the_row_has_the_same_buttons_as_afterwards(
    opened: Opened, store: Store, settings: Settings
) -> None:
    run = jobs.start(store, simple_plan("wait", 60, {"seconds": 0.2}, Configuration("threads", 1), settings))
    live = opened("run.py", run=run.token)
    jobs.cancel(store, run)
    jobs.wait(store, run)
    over = opened("run.py", run=run.token)
    for key in ("retry_all", "compare_these"):
        assert live.button(key=key).disabled and live.button(key=key).label == over.button(key=key).label
    assert over.button(key="retry_all").disabled, "nothing has failed"


def test_failures_are_tried_again_from_the_row(opened: Opened, ended: Ended, store: Store, settings: Settings) -> None:
    run = ended(scrape_plan(["http://10.0.0.1/a"], THREADS, settings))
    app = opened("run.py", run=run.token)
    button = app.button(key="retry_all")
    assert button.label == "Try 1 failed again" and "None of these is likely to succeed" in str(button.help)
    button.click().run()
    assert not app.exception
    jobs.wait(store, run)
    assert len(store.trials(run)) == 2


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [(["damaged", "blocked_address"], False), (["damaged", "timed_out"], True), (["new_reason"], True), ([None], True)],
)
def test_what_lies_in_the_task_itself_is_not_likely_to_succeed(reasons: list[str | None], expected: bool) -> None:
    assert may_succeed(reasons) is expected


def test_compare_leads_to_these_tasks(opened: Opened, ended: Ended, quick: Plan) -> None:
    run = ended(quick)
    app = opened("run.py", run=run.token)
    app.button(key="compare_these").click().run()
    assert not app.exception
    assert app.title[0].value.endswith("Compare executors")


def test_change_settings_opens_the_scrape_form_as_it_was(opened: Opened, ended: Ended, settings: Settings) -> None:
    urls = ["http://10.0.0.1/a", "http://10.0.0.2/b"]
    run = ended(scrape_plan(urls, Configuration("threads", 7), settings))
    app = opened("run.py", run=run.token)
    app.button(key="change").click().run()
    assert not app.exception
    assert chosen(app, "pages_from") == "Paste addresses"
    assert str(chosen(app, "addresses")).split() == urls
    assert chosen(app, "workers:scrape:threads") == 7


def test_change_settings_opens_the_resize_form_as_it_was(
    opened: Opened, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    (pictures / "summer").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(pictures / "summer" / "one.png")
    monkeypatch.setenv("OVERLAP_FOLDERS", str(pictures))
    asked = Resizing(("50%",), fit="cover", formats=("webp", "png"), quality_webp=50, metadata="copyright", max_kb=90.0)
    plan = resize_plan([pictures / "summer" / "one.png"], asked, Configuration("sequential", 1), settings)
    run = jobs.wait(store, jobs.start(store, plan))
    app = opened("run.py", run=run.token)
    app.button(key="change").click().run()
    assert not app.exception and not app.warning
    expected: dict[str, Any] = {
        "pictures_from": "Folder on this machine", "server_part": "summer", "executor:resize": "sequential",
        "sizes:Gallery": "50%", "fit:Gallery": "cover", "format:Gallery": ["webp", "png"], "aim:Gallery": "size",
        "max_kb:Gallery": 90, "metadata:Gallery": "copyright",
    }  # fmt: skip
    assert {key: chosen(app, key) for key in expected} == expected

"""Failures in groups: by host and reason where tasks have hosts, each group tried again by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import Settings
from engine.model import Configuration, Plan, Run
from engine.protocol.record import row_of
from engine.runs import jobs
from engine.runs.plans import scrape_plan, simple_plan
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from pages.parts.run import failures
from pages.parts.run.failures import grouped, host_of
from tests.pages.conftest import THREADS, Opened, choose, table_with

Ended = Callable[[Plan], Run]

# Two hosts, two reasons each: a private address, and a scheme that is not fetched.
URLS = [
    "http://10.0.0.1/a", "http://10.0.0.1/b", "http://10.0.0.1/c", "ftp://10.0.0.1/d", "ftp://10.0.0.1/e",
    "http://10.0.0.2/f", "ftp://10.0.0.2/g", "ftp://10.0.0.2/h", "ftp://10.0.0.2/i", "ftp://10.0.0.2/j",
]  # fmt: skip
GROUPS = {
    ("10.0.0.1", "Blocked address"): "abc",
    ("10.0.0.1", "Scheme"): "de",
    ("10.0.0.2", "Blocked address"): "f",
    ("10.0.0.2", "Scheme"): "ghij",
}


def failures_of(opened: Opened, run: Run) -> AppTest:
    """The run's page with its failures open."""
    app = opened("run.py", run=run.token)
    app.session_state[f"tabs:{run.token}"] = "Failures"
    return app.run()


def select(app: AppTest, *rows: int) -> AppTest:
    """Select rows of the table of groups, counted from 0."""
    (key,) = [item.key for item in app.dataframe if "For example" in item.value.columns]
    assert key is not None
    app.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def retried(store: Store, run: Run) -> str:
    """The last letters of the tasks that the run's last trial ran."""
    labels = store.records.columns(store.trials(run)[-1:], "label")
    return "".join(sorted(label[-1] for (label,) in labels))


def test_two_hosts_with_two_reasons_are_four_groups_with_their_counts(
    opened: Opened, ended: Ended, settings: Settings
) -> None:
    app = failures_of(opened, ended(scrape_plan(URLS, THREADS, settings)))
    assert not app.exception
    table = table_with(app, "For example")
    assert {(row.Host, row.Reason): row.Tasks for row in table.itertuples()} == {
        group: len(letters) for group, letters in GROUPS.items()
    }
    assert table["Tasks"].tolist() == [4, 3, 2, 1], "the largest first"
    assert str(table["Tasks"].dtype).startswith("int"), "sorted as numbers"
    assert all(row.Host in row[4] or "http and https" in row[4] for row in table.itertuples())


@pytest.mark.parametrize("group", list(GROUPS)[:1], ids=lambda group: " ".join(group))
def test_trying_one_group_again_runs_exactly_its_tasks(
    opened: Opened, ended: Ended, store: Store, settings: Settings, group: tuple[str, str]
) -> None:
    run = ended(scrape_plan(URLS, THREADS, settings))
    app = failures_of(opened, run)
    table = table_with(app, "For example")
    (row,) = [at for at, line in enumerate(table.itertuples()) if (line.Host, line.Reason) == group]
    select(app, row)
    button = app.button(key="retry")
    assert button.label == f"Try these again ({len(GROUPS[group])})"
    button.click().run()
    assert not app.exception
    run = jobs.wait(store, run)
    assert retried(store, run) == GROUPS[group]
    assert run.failed == len(URLS), "the others keep their records"


def test_several_groups_can_be_tried_again_together_and_without_a_selection_all_are(
    opened: Opened, ended: Ended, store: Store, settings: Settings
) -> None:
    run = ended(scrape_plan(URLS, THREADS, settings))
    app = failures_of(opened, run)
    select(app, 0, 3)
    assert any("2 of 4 groups selected" in item.value for item in app.caption)
    app.button(key="retry").click().run()
    run = jobs.wait(store, run)
    assert retried(store, run) == "fghij"
    app = failures_of(opened, run)
    assert app.button(key="retry").label == "Try all again", "after another end nothing is selected"
    app.button(key="retry").click().run()
    run = jobs.wait(store, run)
    assert retried(store, run) == "abcdefghij"


def test_hosts_can_be_put_together_by_reason(opened: Opened, ended: Ended, store: Store, settings: Settings) -> None:
    run = ended(scrape_plan(URLS, THREADS, settings))
    app = choose(failures_of(opened, run), "group_failures", "Reason")
    table = table_with(app, "For example")
    assert dict(zip(table["Reason"], table["Tasks"], strict=True)) == {"Scheme": 6, "Blocked address": 4}
    assert "Host" not in table.columns
    select(app, 1)
    app.button(key="retry").click().run()
    jobs.wait(store, run)
    assert retried(store, run) == "abcf"


def test_tasks_without_a_host_are_grouped_by_reason_alone(
    opened: Opened, ended: Ended, store: Store, settings: Settings, tmp_path: Path
) -> None:
    files = {"one.jpg": b"", "folder/two.jpg": b"", "folder/three.jpg": b"no picture at all"}
    for name, content in files.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    sources = [tmp_path / "in" / name for name in files]
    run = ended(resize_plan(sources, Resizing(), THREADS, settings, target=tmp_path / "out", root=tmp_path / "in"))
    app = failures_of(opened, run)
    table = table_with(app, "For example")
    assert "Host" not in table.columns and sorted(table["Tasks"]) == [1, 2]
    assert not [item for item in app.button_group if item.key == "group_failures"]
    select(app, int(table["Tasks"].tolist().index(1)))
    app.button(key="retry").click().run()
    jobs.wait(store, run)
    assert len(store.records.columns(store.trials(run)[-1:], "task")) == 1


def test_one_group_alone_is_tried_again_without_a_choice(opened: Opened, ended: Ended, settings: Settings) -> None:
    app = failures_of(opened, ended(scrape_plan(URLS[:2], THREADS, settings)))
    assert app.button(key="retry").label == "Try all again"
    assert not [item for item in app.caption if "Select rows" in item.value]


@pytest.mark.parametrize(
    ("label", "host"),
    [
        ("https://shop.example/kettle", "shop.example"),
        ("https://me:secret@shop.example:8443/", "shop.example"),
        ("http://[::1]:8080/x", "::1"),
        ("demo:///teahouse/p/kettle", "teahouse"),
        ("http://[broken/", None),
        ("folder/picture.jpg", None),
        ("no address", None),
        ("C:\\pictures\\a.jpg", None),
    ],
)
def test_a_host_is_what_an_address_names(label: str, host: str | None) -> None:
    assert host_of(label) == host


def test_two_hundred_groups_keep_every_task_once() -> None:
    rows = [(task, f"https://shop{task % 100}.example/{task}", ("refused", "gone")[task % 3 > 0], "No.")
            for task in range(6_000)]  # fmt: skip
    groups = grouped(rows)
    assert len(groups) == 200
    assert sorted(task for group in groups for task in group.tasks) == list(range(6_000))
    assert all(host_of(rows[task][1]) == group.host for group in groups for task in group.tasks)
    assert len(grouped(rows, by_host=False)) == 2


def test_very_many_failures_are_read_some_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.create(simple_plan("compute", 10, {}, Configuration("threads", 1), store.settings), "rmany", {})
    trial = store.add_trial(run, 0, {"executor": "threads", "workers": 1}, 10)
    ended = ["ok" if n in (0, 4) else "failed" for n in range(10)]
    rows = [row_of(trial.id, f"task {n}", task=n, status=ended[n], reason="late", error=f"{n}.") for n in range(10)]
    store.records.add(trial, run, rows, 2, 8)
    monkeypatch.setattr(failures, "READ", 3)
    read = list(failures._rows(store, store.run("rmany")))
    assert [task for task, *_ in read] == [1, 2, 3, 5, 6, 7, 8, 9]
    (group,) = grouped(read)
    assert (group.reason, group.example, len(group.tasks)) == ("late", "1.", 8)

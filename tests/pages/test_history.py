"""History: every run of this server, filtered; an exported run can be opened; deleting asks first."""

from __future__ import annotations

import json
from collections.abc import Callable

from engine.model import Plan, Run
from engine.report.documents.document import run_document
from engine.runs.plans import comparison
from engine.store import Store
from tests.pages.conftest import THREADS, Opened, table_with


def test_every_run_is_listed_newest_first_and_filtered_by_its_title(
    opened: Opened, ended: Callable[[Plan], Run], quick: Plan
) -> None:
    runs = [ended(quick) for _ in range(2)]
    app = opened("history.py")
    assert table_with(app, "Run")["Run"].tolist() == [runs[1].id, runs[0].id]
    app.text_input(key="text").set_value("no such title").run()
    assert "No run matches" in app.info[0].value


def test_a_finished_comparison_is_done_to_a_hundred_percent_however_often_it_ran_its_tasks(
    opened: Opened, ended: Callable[[Plan], Run], quick: Plan
) -> None:
    job, compared = ended(quick), ended(comparison(quick, [THREADS], repeats=2))
    assert compared.done > compared.tasks
    table = table_with(opened("history.py"), "Run").set_index("Run")
    assert table["Done"][job.id] == table["Done"][compared.id] == 1.0


def test_nothing_can_be_done_before_a_run_is_selected(
    opened: Opened, ended: Callable[[Plan], Run], quick: Plan
) -> None:
    ended(quick)
    app = opened("history.py")
    assert all(app.button(key=key).disabled for key in ("open_run", "again", "delete"))


def test_an_exported_run_opens_as_a_run_of_its_own_without_files(
    opened: Opened, ended: Callable[[Plan], Run], quick: Plan, store: Store
) -> None:
    run = ended(quick)
    document = json.dumps(run_document(store, run)).encode()
    app = opened("history.py")
    app.file_uploader(key="upload:run").upload("run.json", document).run()
    app.button(key="import_now").click().run()
    assert not app.exception
    newest = store.runs()[0]
    assert newest.id != run.id and app.query_params["run"] == newest.token
    assert "exported elsewhere" in app.info[0].value
    assert not [button for button in app.button if button.key == "again"]


def test_a_file_that_is_no_run_is_refused_in_words(opened: Opened, store: Store) -> None:
    for content in (b"{", b"[]", b'{"run": 1}'):
        app = opened("history.py")
        app.file_uploader(key="upload:run").upload("run.json", content).run()
        app.button(key="import_now").click().run()
        assert not app.exception and app.error
    assert store.runs() == []


def test_the_list_is_filtered_by_all_that_is_known_of_a_run(
    opened: Opened, ended: Callable[[Plan], Run], quick: Plan, store: Store
) -> None:
    job, compared = ended(quick), ended(comparison(quick, [THREADS], repeats=1))
    store.update_run(job, label="before", note="with the old disk", pinned=True, machine="attic")
    store.update_run(compared, created_at="2020-05-05T12:00:00.000+00:00")
    for filters, found in (
        ({"text": "OLD disk", "label": "before", "machine": "attic", "pinned": "true"}, [job]),
        ({"kind": "Comparisons", "executor": "Threads", "state": "Finished", "until": "2020-05-06"}, [compared]),
        ({"sort": "Oldest first", "workload": "Compute"}, [job, compared]),
    ):
        table = table_with(opened("history.py", **filters), "Run")
        assert table["Run"].tolist() == [run.id for run in found], filters
    assert "No run matches" in opened("history.py", state="Failed").info[0].value


def test_a_long_list_has_pages(opened: Opened, ended: Callable[[Plan], Run], quick: Plan, store: Store) -> None:
    ended(quick)
    for number in range(60):
        store.create(quick, f"r{number}", {})
    app = opened("history.py")
    assert table_with(app, "Run")["Run"].tolist() == list(range(61, 11, -1))
    assert app.markdown.len == 0, "nothing is drawn that only explains the code"
    assert table_with(opened("history.py", page="2"), "Run")["Run"].tolist() == list(range(11, 0, -1))
    for odd in ("0", "99", "-1", "x", "²", "9" * 30):
        assert len(table_with(opened("history.py", page=odd), "Run")) in (11, 50)


def test_a_run_is_labelled_noted_and_pinned(
    opened: Opened, ended: Callable[[Plan], Run], quick: Plan, store: Store
) -> None:
    run = ended(quick)
    app = opened("history.py")
    app.session_state["selected:runs"] = [run.token]
    app.run()
    app.button(key="pin").click().run()
    assert store.run(run.token).pinned and app.button(key="pin").label == "Unpin"
    store.update_run(run, label="holiday *2026*", note="before the <b>move</b>")
    page = opened("run.py", run=run.token)
    assert any("holiday" in item.value for item in page.markdown) and any("move" in item.value for item in page.caption)
    app.button(key="pin").click().run()
    assert not store.run(run.token).pinned

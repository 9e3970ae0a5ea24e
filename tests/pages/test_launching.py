"""A server that runs no code of its visitors runs none, by whatever button, address or file it is asked to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import NotAvailable
from engine.model import Configuration, Run, new_token, plain
from engine.report.documents.document import import_document, run_document
from engine.runs import jobs
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from pages.parts.compare.form.inputs import past_runs
from pages.parts.compare.form.submit import run_all
from pages.parts.run.again import run_again
from tests.engine.support import faulty_plan
from tests.pages.conftest import Opened

PAGES = Path(__file__).parents[2] / "pages"
THREADS = Configuration("threads", 1)
REFUSED = "runs no code of its visitors"


@pytest.fixture
def theirs(store: Store) -> Run:
    """A cancelled run of somebody's function, made on the command line, after one that failed."""
    jobs.wait(store, jobs.start(store, faulty_plan([{"do": "raise"}], THREADS)))
    run = store.create(faulty_plan([{"do": "fine"}, {"do": "fine"}], THREADS), new_token(), {})
    store.set_state(run, "cancelled", "Cancelled, 0 of 2 done.")
    return store.run(run.token)


def said(app: AppTest) -> str:
    """What stands in the page's errors."""
    return " ".join(item.value for item in app.error)


@pytest.mark.parametrize("key", ["again", "resume"])
def test_no_button_of_a_run_starts_it(key: str, theirs: Run, store: Store, opened: Opened) -> None:
    count = len(store.runs())
    app = opened("run.py", run=theirs.token)
    app.button(key=key).click().run()
    assert REFUSED in said(app) and not app.exception
    assert len(store.runs()) == count and store.run(theirs.token).state == "cancelled"


def test_failed_tasks_are_not_tried_again(theirs: Run, store: Store, opened: Opened) -> None:
    (failed,) = [run for run in store.runs() if run.failed]
    app = opened("run.py", run=failed.token)
    app.session_state[f"tabs:{failed.token}"] = "Failures"
    app.run()
    app.button(key="retry").click().run()
    assert REFUSED in said(app)
    assert store.run(failed.token).state == failed.state


def test_neither_again_nor_as_a_job_nor_as_material_nor_by_its_address(
    theirs: Run, store: Store, opened: Opened, home: Path
) -> None:
    before = sorted(path.name for path in store.settings.runs.iterdir())
    compared = store.create(comparison(faulty_plan([{"do": "fine"}], THREADS), [THREADS]), new_token(), {})
    starts: list[Callable[[], object]] = [
        lambda: run_again(theirs, new_token()), lambda: run_all(compared, THREADS, new_token()),
    ]  # fmt: skip
    for start in starts:
        with pytest.raises(NotAvailable, match=REFUSED):
            start()
    assert past_runs("function") == []
    app = opened("compare.py", **{"from": theirs.token})
    assert REFUSED in " ".join(item.value for item in app.info)
    assert sorted(path.name for path in store.settings.runs.iterdir()) == sorted([*before, compared.token])


def test_an_imported_run_is_not_started_either(store: Store, theirs: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    imported = import_document(store, run_document(store, theirs))
    with pytest.raises(Exception, match=r"looked at, not run|no longer on this server"):
        run_again(imported, new_token())


def test_where_code_is_allowed_it_runs(theirs: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    assert jobs.wait(store, run_again(theirs, new_token())).state == "finished"


def test_no_page_starts_anything_but_through_the_one_module_that_asks() -> None:
    started = ("start", "resume", "retry", "run_pilot")
    for path in sorted(PAGES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        found = [
            ast.unparse(call) for call in calls
            if (isinstance(call, ast.Attribute) and ast.unparse(call.value) == "jobs" and call.attr in started)
            or (isinstance(call, ast.Name) and call.id == "run_pilot")
        ]  # fmt: skip
        assert bool(found) == (path.name == "launching.py"), f"{path.name} calls {found}"


def test_variables_for_trials_are_set_only_where_code_is_allowed(
    store: Store, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may set LD_PRELOAD or PYTHONSTARTUP runs code; a run made on the command line may have them."""
    changed = replace(THREADS, workers=2, environment=("OMP_NUM_THREADS=1",))
    job = simple_plan("compute", 2, {"amount": 1}, SEQUENTIAL, store.settings)
    run = jobs.wait(store, jobs.start(store, comparison(job, [THREADS, changed], repeats=1)))
    cause = {"name": "native_threads", "lost": 0.5, "sentence": "Native threads.", "changed": plain(changed)}
    told = {"label": "threads × 1", "configuration": plain(THREADS), "sentences": ["Slow."], "causes": [cause]}
    store.update_run(run, verdict={**(run.verdict or {}), "explanations": [told]})
    run = store.run(run.token)
    with pytest.raises(NotAvailable, match="sets no variables for its visitors"):
        run_again(run, new_token())
    app = opened("run.py", run=run.token)
    app.session_state[f"sections:{run.token}"] = "Why"
    app.run()
    assert not [button for button in app.button if button.key == "prove:0"]
    monkeypatch.setenv("OVERLAP_ALLOW_CODE", "1")
    app = opened("run.py", run=run.token)
    app.session_state[f"sections:{run.token}"] = "Why"
    app.run()
    assert app.button(key="prove:0").label.replace("\\", "") == "Try threads × 2 (OMP_NUM_THREADS=1)"
    app.button(key="prove:0").click().run()
    assert not app.exception and not app.error
    (proof,) = [one for one in store.runs() if one.terms.get("proves")]
    assert jobs.wait(store, proof).state == "finished"
    assert "Tried in run" in str(store.run(run.token).verdict)

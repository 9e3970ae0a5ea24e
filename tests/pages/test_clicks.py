"""A click is acted on before anything draws the page anew, once, and says so when it cannot be done."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.config import Settings
from engine.model import Plan, Run, new_token
from engine.runs.plans import SEQUENTIAL, comparison, scrape_plan, simple_plan
from engine.store import RunFolder, Store
from pages.parts.compare.form.submit import whole_folder
from pages.parts.run.again import WHOLE
from pages.parts.shared.starting import OPEN, start_once
from tests.pages.conftest import THREADS, Opened

Ended = Callable[[Plan], Run]
PAGES = Path(__file__).parents[2] / "pages"


@pytest.fixture
def held(store: Store, settings: Settings) -> Iterator[Callable[..., Run]]:
    """Makes runs that stay as they are: the test holds the lock that tells a live orchestrator from a dead one."""
    locks = []

    def hold(plan: Plan) -> Run:
        run = store.create(plan, new_token(), {})
        locks.append(store.folder(run).lock())
        locks[-1].acquire()
        store.set_state(run, "running")
        return store.run(run.token)

    yield hold
    for lock in locks:
        lock.release()


@pytest.fixture
def slow(settings: Settings) -> Plan:
    """A job that nobody ends."""
    return simple_plan("wait", 8, {"seconds": 1.0}, THREADS, settings)


@pytest.mark.parametrize("look", range(3))
def test_cancel_counts_at_every_look(
    look: int, opened: Opened, held: Callable[..., Run], slow: Plan, store: Store
) -> None:
    run = held(slow)
    app = opened("run.py", run=run.token)
    for _ in range(look):
        app.run()
    app.button(key="cancel").click().run()
    assert not app.exception
    assert store.cancel_requested(run)


def test_cancel_of_a_measurement_counts_also_when_another_one_has_just_ended(
    opened: Opened, held: Callable[..., Run], store: Store
) -> None:
    from engine.lab.running.runner import lab_plan

    first, second = held(lab_plan("sharing")), held(lab_plan("sharing"))
    app = opened("sharing.py")
    store.set_state(first, "finished")
    app.button(key=f"cancel_{second.id}").click().run()
    assert store.cancel_requested(second)


def test_cancel_of_a_comparison_counts(opened: Opened, held: Callable[..., Run], slow: Plan, store: Store) -> None:
    run = held(comparison(slow, [THREADS], repeats=2))
    opened("run.py", run=run.token).button(key="cancel").click().run()
    assert store.cancel_requested(run)


def test_a_click_that_comes_too_late_for_cancelling_does_no_harm(
    opened: Opened, held: Callable[..., Run], slow: Plan, store: Store
) -> None:
    run = held(slow)
    app = opened("run.py", run=run.token)
    store.set_state(run, "finished")
    app.button(key="cancel").click().run()
    assert not app.exception and not app.error
    assert store.run(run.token).state == "finished" and not app.toast


def test_the_same_button_clicked_twice_starts_one_run(
    opened: Opened, ended: Ended, quick: Plan, store: Store
) -> None:
    from pages.parts.run.again import run_again

    run, token = ended(quick), new_token()
    assert run_again(run, token).token == run_again(run, token).token == token
    assert len(store.runs()) == 2


def test_two_clicks_at_once_put_the_inputs_in_place_once_and_start_one_run(
    settings: Settings, store: Store, quick: Plan
) -> None:
    """A page that is drawn for the second click while the first one still spools a large upload."""
    placed, token = [], new_token()

    def make(given: str) -> Plan:
        placed.append(given)
        (store.folder(given).path / "inputs").mkdir(parents=True)
        (store.folder(given).path / "inputs" / "a.jpg").write_bytes(b"a photo")
        time.sleep(0.3)
        assert (store.folder(given).path / "inputs" / "a.jpg").is_file(), "nobody took it away"
        return quick

    with ThreadPoolExecutor(3) as threads:
        runs = list(threads.map(lambda _: start_once(token, make), range(3)))
    assert placed == [token] and {run.token for run in runs} == {token} and len(store.runs()) == 1


def test_a_start_that_another_click_cut_short_is_shown_nevertheless(
    opened: Opened, ended: Ended, quick: Plan
) -> None:
    run = ended(quick)
    app = opened("resize.py")
    app.session_state[OPEN] = run.token
    app.run()
    assert app.query_params["run"] == run.token and f"run {run.id}" in app.title[0].value
    app.switch_page("resize.py").run()
    assert app.title[0].value == "Resize images", "it is shown once"
    app.session_state[OPEN] = new_token()  # what never came to be
    app.run()
    assert app.title[0].value == "Resize images"


def test_history_runs_a_comparison_of_a_sample_again_with_the_list_of_all_its_tasks(
    opened: Opened, store: Store, settings: Settings
) -> None:
    plan = comparison(simple_plan("wait", 2, {"seconds": 0.0}, SEQUENTIAL, settings), [THREADS], repeats=1, all_tasks=9)
    run = store.create(plan, new_token(), {})
    RunFolder(store.folder(run).path / WHOLE).write_tasks(simple_plan("wait", 9, {}, THREADS, settings).tasks)
    store.set_state(run, "finished")
    app = opened("history.py")
    app.session_state["selected:runs"] = [run.token]
    app.run()
    app.button(key="again").click().run()
    assert not app.exception
    again = store.runs()[0]
    assert again.id != run.id and app.query_params["run"] == again.token
    assert len(list(whole_folder(again).tasks())) == 9


def test_a_retry_that_is_clicked_twice_starts_once(
    opened: Opened, ended: Ended, store: Store, settings: Settings
) -> None:
    run = ended(scrape_plan(["http://10.0.0.1/a"], SEQUENTIAL, settings))
    app = opened("run.py", run=run.token)
    app.session_state[f"tabs:{run.token}"] = "Failures"
    app.run()
    retry = app.button(key="retry")
    store.update_run(run, state="waiting")  # what another tab's click has done
    retry.click().run()
    assert not app.exception and not app.error
    assert len(store.trials(run)) == 1


def test_what_cannot_be_done_is_said_until_the_next_click(
    opened: Opened, ended: Ended, quick: Plan, store: Store, settings: Settings
) -> None:
    run = ended(quick)
    app = opened("run.py", run=run.token)
    store.folder(run).tasks_file.unlink()
    app.button(key="again").click().run()
    assert not app.exception and len(app.error) == 1
    app.run()
    assert len(app.error) == 1, "it stays"
    other = ended(quick)
    app.query_params["run"] = other.token
    app.run()
    assert not app.error, "it is about the other run"


def test_no_view_that_draws_itself_anew_has_a_button_that_acts_in_its_body() -> None:
    """Where a fragment polls, a button must act by its callback: `acting_button`, or `on_click`."""
    parts = PAGES / "parts"
    polled = {path for folder in ("job", "run", "compare/view") for path in (parts / folder).glob("*.py")}
    polled |= {parts / name for name in ("lab/run.py", "lab/progress.py", "resize/try_out.py")}
    assert {"view.py", "headline.py", "page.py", "progress.py"} <= {path.name for path in polled}
    for path in polled:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "button":
                assert "on_click" in {word.arg for word in call.keywords}, f"{path.name}: line {call.lineno}"

"""Cancel counts whenever it is clicked: while the page is loaded, while it looks, and when it changes its pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from engine.model import Configuration, Run, new_token
from engine.runs import jobs
from engine.runs.plans import simple_plan
from tests.browser.conftest import Server, Tab, serving

BUSY = """
import psutil, time
_real, _zero = psutil.cpu_times, time.monotonic()

def cpu_times(*arguments, **named):
    times = _real(*arguments, **named)
    if arguments or named:
        return times
    parts = dict.fromkeys(times._fields, 0.0)
    return type(times)(**{**parts, "user": time.monotonic() - _zero})

psutil.cpu_times = cpu_times
"""
"""A server that takes its machine for busy all the time: its pages change their pace after a few looks."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a machine that seems busy, without the load that this would take."""
    folder = tmp_path_factory.mktemp("busy")
    (folder / "path").mkdir()
    (folder / "path" / "sitecustomize.py").write_text(BUSY, encoding="utf-8")
    with serving(folder, PYTHONPATH=str(folder / "path")) as served:
        yield served


@pytest.fixture
def run(server: Server) -> Iterator[Run]:
    """A job that goes on for ever: the lock of its orchestrator is held here, and nobody obeys when it is cancelled."""
    store = server.store
    plan = simple_plan("wait", 8, {"seconds": 1.0}, Configuration("threads", 2), store.settings)
    made = store.create(plan, new_token(), {})
    with store.folder(made).lock():
        store.set_state(made, "running")
        yield store.run(made.token)
    store.set_state(made, "cancelled")


def lost_clicks(tab: Tab, run: Run, moments: list[float]) -> list[float]:
    """Click Cancel at these moments, in seconds after the page was opened; gives those whose click came to nothing."""
    store, lost = tab.server.store, []
    tab.page.goto(f"{tab.server.url}/run?run={run.token}")
    opened_s = time.monotonic()
    box = tab.button("Cancel").bounding_box()
    assert box is not None
    for moment in moments:
        tab.page.wait_for_timeout(max(0.0, opened_s + moment - time.monotonic()) * 1_000)
        box = tab.button("Cancel").bounding_box() or box
        tab.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        if not came(lambda: store.cancel_requested(run)):
            lost.append(round(time.monotonic() - opened_s, 2))
        store.update_run(run, cancel=False)
    return lost


def came(condition: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether something comes about in time."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_every_click_on_cancel_counts_around_the_moment_at_which_the_page_changes_its_pace(
    tab: Tab, run: Run
) -> None:
    assert lost_clicks(tab, run, [0.5, 3.2, 3.6, 4.0, 4.2, 4.4, 4.6, 4.8, 5.2, 6.0]) == []


@pytest.mark.stress
def test_forty_clicks_in_the_first_ten_seconds_of_a_run_all_count(tab: Tab, run: Run) -> None:
    assert lost_clicks(tab, run, [0.3 + at * 9.7 / 39 for at in range(40)]) == []


@pytest.mark.stress
@pytest.mark.parametrize("moment", [0.4 + at * 9.6 / 39 for at in range(40)], ids=lambda moment: f"{moment:.1f} s")
def test_a_click_at_forty_moments_ends_a_run_that_keeps_the_machine_busy(
    tab: Tab, moment: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tab.server.store
    monkeypatch.setenv("OVERLAP_HOME", str(store.settings.home))
    monkeypatch.setenv("TMPDIR", str(store.settings.home.parent / "tmp"))
    plan = simple_plan("compute", 4_000, {"amount": 300_000}, Configuration("processes", 2), store.settings)
    run = jobs.start(store, plan)
    tab.page.goto(f"{tab.server.url}/run?run={run.token}")
    opened_s = time.monotonic()
    tab.button("Cancel").wait_for()
    tab.page.wait_for_timeout(max(0.0, opened_s + moment - time.monotonic()) * 1_000)
    tab.button("Cancel").click()
    assert came(lambda: store.cancel_requested(run))
    assert came(lambda: store.run(run.token).state == "cancelled")
    tab.ended()

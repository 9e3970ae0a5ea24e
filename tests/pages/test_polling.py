"""A job that keeps the machine busy is looked at less often, one that waits is not."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.shared.polling import LOOKS, OFTEN_S, SELDOM_S


class Times(NamedTuple):
    """What psutil tells on Linux, in seconds."""

    user: float
    nice: float
    system: float
    idle: float
    iowait: float
    irq: float
    softirq: float
    steal: float
    guest: float
    guest_nice: float


def script() -> None:
    """Look at a run whose kind the session names, as its page does."""
    import streamlit as st

    from pages.parts.shared.polling import interval_s, take_note

    kind = st.session_state["kind"]
    changed = take_note(kind, "rToken")
    st.json([interval_s(kind, "rToken"), changed])


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """CPU seconds that the machine has been [busy, idle]; a guest's time is part of its host's."""
    clock = [100.0, 100.0]

    def now() -> Times:
        return Times(clock[0], 0.0, 0.0, clock[1] - 1, 1.0, 0.0, 0.0, 0.0, clock[0], 0.0)

    monkeypatch.setattr("psutil.cpu_times", now)
    return clock


def looks(kind: str, machine: list[float], shares: list[float]) -> list[list[float | bool]]:
    """What each look finds, with this share of the CPUs busy before it."""
    app = AppTest.from_function(script)
    app.session_state["kind"] = kind
    found = []
    for share in shares:
        machine[0] += share
        machine[1] += 1 - share
        app.run()
        assert not app.exception
        found.append(json.loads(app.json[0].value))
    return found


def test_busy_looks_in_a_row_make_a_jobs_page_look_seldom_for_good(machine: list[float]) -> None:
    found = looks("job", machine, [1.0] + [0.9] * (LOOKS - 1) + [0.5] + [0.9] * LOOKS + [0.1, 0.1])
    assert [interval for interval, _ in found] == [OFTEN_S] * 2 * LOOKS + [SELDOM_S] * 3
    assert [changed for _, changed in found] == [False] * 2 * LOOKS + [True] + [False] * 2


def test_a_measuring_runs_page_always_looks_seldom(machine: list[float]) -> None:
    found = looks("comparison", machine, [0.9] * 2 * LOOKS)
    assert found == [[SELDOM_S, False]] * 2 * LOOKS

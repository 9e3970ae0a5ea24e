"""What is said of results: a live job's last ones as plain HTML, times in their unit, a verdict's long sentences."""

from __future__ import annotations

import pandas as pd
import pytest

from pages.parts.compare.view.verdict import split
from pages.parts.job.results import LONGEST, in_unit, latest_html

HOSTILE = "<img src=x onerror=alert(1)>"


def test_what_a_task_said_is_literal_and_cut_before_it_is_escaped() -> None:
    shown = latest_html([(HOSTILE, "ok", 0.25, 3, "&" * 500), ("b", "failed", None, None, None)])
    assert "<img" not in shown and "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<td>0.25 s</td><td>3</td>" in shown
    assert f"<td>{'&amp;' * (LONGEST - 1)}…</td>" in shown
    assert "<td>b</td><td>failed</td><td></td><td></td><td></td>" in shown


@pytest.mark.parametrize(
    ("times_s", "shown", "unit"),
    [([0.0002, 0.5, None], [0.2, 500.0], "%.3g ms"), ([0.0002, 2.0], [0.0002, 2.0], "%.3f s"), ([None], [], "%.3f s")],
)
def test_times_below_a_second_are_milliseconds(times_s: list[float | None], shown: list[float], unit: str) -> None:
    table, told = in_unit(pd.DataFrame({"Time": times_s}))
    assert told == unit and table["Time"].dropna().tolist() == pytest.approx(shown)


def test_the_paragraph_on_figures_is_folded_and_the_advice_is_not() -> None:
    at_once = "Meanwhile take threads × 2."
    long = ["A long explanation of figures, " + "which goes on " * 20 + "." for _ in range(2)]
    assert split([*long, at_once]) == ([at_once], long)
    assert split([long[0][:150], at_once]) == ([long[0][:150], at_once], []), "little is not folded"

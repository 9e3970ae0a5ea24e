"""Every figure's looks: literal texts, explicit colours in both themes, one colour for each executor."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.executors import EXECUTORS
from engine.report import figures
from engine.report.figures.colours import DARK, FAILED, LIGHT, OTHER, executor_colour, faded
from engine.report.figures.theme import escape, figure, legend_below, seconds
from tests.engine.report.figures.made import THREADS_2, failed, row, trial

ROWS = [row(0, 0, 0.0, 0.2), failed(1, 1, 0.0, 0.3)]
TRIALS = [trial(0, THREADS_2, 1.0)]
SAMPLES = [{"at_s": 0.1 * at, "memory_mb": 20.0 + at, "cpu_s": 0.1 * at} for at in range(20)]
PAGE = {"name": "Lamp", "price": "3.50", "currency": "EUR"}
RATIO = {"estimate": 1.9, "low": 1.8, "high": 2.0}
VERDICT = {
    "baseline": {"executor": "sequential", "workers": 1},
    "rows": [{"configuration": {"executor": "threads", "workers": 2}, "ratio": RATIO}],
}
ALL: dict[str, Callable[[bool], Any]] = {
    "timeline": lambda dark: figures.timeline(ROWS, THREADS_2, dark),
    "task_times": lambda dark: figures.figure_of(figures.task_times(ROWS, THREADS_2), dark),
    "done_over_time": lambda dark: figures.figure_of(figures.done_over_time(ROWS, THREADS_2), dark),
    "tasks_at_once": lambda dark: figures.figure_of(
        figures.tasks_at_once(ROWS, THREADS_2, SAMPLES, TRIALS[0].measurement), dark
    ),
    "memory": lambda dark: figures.figure_of(figures.memory(SAMPLES, TRIALS[0].measurement, THREADS_2), dark),
    "prices": lambda dark: figures.prices([("http://a/x", PAGE), ("http://b/x", PAGE)], dark),
    "bytes_saved": lambda dark: figures.bytes_saved([("a.jpg", {"source_bytes": 9, "bytes": 3})], dark),
    "wall_times": lambda dark: figures.wall_times(TRIALS, dark),
    "speedups": lambda dark: figures.speedups(VERDICT, None, dark),
    "where_time_went": lambda dark: figures.where_time_went(TRIALS, None, dark),
    "memory_by_configuration": lambda dark: figures.memory_by_configuration(TRIALS, dark),
    "timelines": lambda dark: figures.timelines([(THREADS_2, ROWS)], dark),
}
EMPTY: dict[str, Callable[[], Any]] = {
    "timeline": lambda: figures.timeline([], THREADS_2),
    "task_times": lambda: figures.figure_of(figures.task_times([], THREADS_2)),
    "done_over_time": lambda: figures.figure_of(figures.done_over_time([], THREADS_2)),
    "tasks_at_once": lambda: figures.figure_of(figures.tasks_at_once([], THREADS_2)),
    "memory": lambda: figures.figure_of(figures.memory([])),
    "prices": lambda: figures.prices([]),
    "bytes_saved": lambda: figures.bytes_saved([]),
    "wall_times": lambda: figures.wall_times([]),
    "speedups": lambda: figures.speedups(None),
    "where_time_went": lambda: figures.where_time_went([]),
    "memory_by_configuration": lambda: figures.memory_by_configuration([]),
    "timelines": lambda: figures.timelines([]),
}


@pytest.mark.parametrize(
    ("value_s", "text"),
    [(0.0, "0 µs"), (1.06e-5, "10.6 µs"), (9.996e-4, "1 ms"), (0.0042, "4.2 ms"), (0.1, "0.1 s"), (0.25, "0.25 s"),
     (1.2345, "1.23 s"), (999.4, "999 s"), (5210.4, "5,210 s")],
)  # fmt: skip
def test_a_time_is_three_digits_in_its_unit(value_s: float, text: str) -> None:
    assert seconds(value_s) == text


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("dark", "page"), [(False, LIGHT), (True, DARK)])
def test_every_figure_carries_its_own_colours(name: str, dark: bool, page: Any) -> None:
    layout = ALL[name](dark).layout
    assert layout.template.layout.paper_bgcolor == page.paper
    assert layout.template.layout.font.color == page.text
    assert not layout.template.data.bar, "plotly's default template is still there"


@pytest.mark.parametrize("name", ALL)
def test_every_figure_has_a_title_in_sentence_case_and_becomes_json(name: str) -> None:
    drawn = ALL[name](False)
    first, *rest = drawn.layout.title.text.split()
    assert first[0].isupper()
    assert not any(word.istitle() for word in rest if word != "B")  # bytes
    assert json.loads(drawn.to_json())["data"]


@pytest.mark.parametrize("name", EMPTY)
def test_a_figure_without_data_says_why_and_draws_no_point(name: str) -> None:
    drawn = EMPTY[name]()
    assert drawn.layout.annotations[0].text.endswith(".")
    assert len(drawn.data) == 0


def test_every_executor_has_a_colour_that_no_other_and_no_failure_has() -> None:
    colours = [executor_colour(name) for name in EXECUTORS]
    assert len(set(colours)) == len(colours)
    assert FAILED not in colours
    assert executor_colour("from a later version") == OTHER


def test_a_faded_colour_is_the_same_colour() -> None:
    assert faded("#0072B2", 0.5) == "rgba(0,114,178,0.5)"


def test_mark_up_entities_and_formulas_become_literal() -> None:
    assert escape("<b>&amp; $x$\n") == "&lt;b&gt;&amp;amp; &#36;x&#36; "


@given(st.text(max_size=300))
def test_no_text_keeps_what_plotly_would_read_as_mark_up(text: str) -> None:
    shown = escape(text)
    assert not set("<>$\n\r") & set(shown)
    assert shown.count("&") == sum(shown.count(entity) for entity in ("&amp;", "&lt;", "&gt;", "&#36;"))


def test_a_long_text_is_shortened_in_the_middle() -> None:
    shown = escape("https://shop.example/" + "x" * 200 + "/lamp.html", 40)
    assert len(shown) == 40
    assert shown.startswith("https://shop.example/")
    assert shown.endswith("/lamp.html")


@pytest.mark.parametrize(
    ("names", "below"),
    [
        (["done", "failed"], False),
        (["threads", "processes"], False),
        (["threads", "processes", "asyncio"], True),
        (["threading.Lock", "multiprocessing.Lock"], True),
    ],
)
def test_a_legend_of_more_than_a_narrow_line_stands_below_and_takes_no_room_from_the_plot(
    names: list[str], below: bool
) -> None:
    drawn = figure("Speed", "Workers", "Times as fast")
    height, bottom = drawn.layout.height, drawn.layout.margin.b
    legend_below(drawn, names)
    assert (drawn.layout.legend.yanchor == "top") == below
    assert (drawn.layout.height > height) == below and (drawn.layout.margin.b != bottom) == below

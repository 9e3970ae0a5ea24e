"""Texts in each of their forms: columns of a terminal, cells of Markdown, rows of a trace, whatever is in them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import Configuration, Measurement, Run, Trial, plain
from engine.report.telling import _line, _marked, _padded, _width, as_html, as_text, text_table
from engine.report.trace import Slice, _on_rows, _ran, _us, _worker

THREADS, PROCESSES = Configuration("threads", 2), Configuration("processes", 4)


# A terminal's columns.


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("写真", 4), ("ｶ", 1), ("Ａ", 2), ("2×", 2)]
)
def test_a_text_takes_as_many_columns_as_a_terminal_gives_it(text: str, width: int) -> None:
    assert _width(text) == width
    assert _width(_padded(text, 9, right=False)) == _width(_padded(text, 9, right=True)) == 9
    assert _padded(text, 9, right=False).startswith(text) and _padded(text, 9, right=True).endswith(text)


def test_a_text_that_is_too_wide_is_not_cut() -> None:
    assert _padded("abcdef", 3, right=True) == "abcdef"


@given(st.text())
def test_one_line_stays_one_line_and_moves_no_cursor(text: str) -> None:
    assert _line(text).isprintable() or not _line(text)


def verdict(*labels: str, recommended: int | None = None, **values: Any) -> dict[str, Any]:
    """A verdict over threads with as many workers as a configuration's place, each called by its label."""
    hows = [{**plain(Configuration("threads", 2 + place)), "label": label} for place, label in enumerate(labels)]
    unknown = dict.fromkeys(("startup_s", "peak_pss_mb", "cores_busy", "tasks_at_once"))
    figure = {"trials": 1, "failed": 0, **unknown}
    return {
        "sentences": [], "figures": [{"configuration": how, "wall_s": 1.0 + place, **figure}
                                     for place, how in enumerate(hows)],
        "recommended": None if recommended is None else hows[recommended], **values,
    }  # fmt: skip


def run_of(found: dict[str, Any] | None) -> Run:
    return Run(
        1, "t", "comparison", "wait", "A title", "finished", "2026-01-01", None, None, 3, 3, 0, {}, (THREADS,), {},
        None, {}, found, None, None,
    )  # fmt: skip


def test_columns_are_aligned_whatever_script_their_names_are_written_in() -> None:
    lines = text_table(run_of(verdict("写真", "plain", "e\u0301te\u0301", recommended=1)), []).splitlines()
    walls = [_width(line[: re.search(r"[123] s|Wall time", line).end()]) for line in lines]  # type: ignore[union-attr]
    assert len(set(walls)) == 1, "figures end in one column"
    assert [line[0] for line in lines] == [" ", " ", ">", " "]


def test_a_column_in_which_nothing_is_known_is_left_out() -> None:
    head = text_table(run_of(verdict("a")), []).splitlines()[0]
    assert "Start-up" not in head and "Our own part" not in head and "Wall time" in head and "Trials" in head


def test_before_anything_was_timed_there_is_no_table() -> None:
    assert text_table(run_of(None), []) == "" and as_text(run_of(None), []) == ""
    assert as_html(run_of(None), []).count("<tr>") == 1


def test_each_part_of_a_comparison_has_its_heading_only_where_it_has_something_to_say() -> None:
    how = {**plain(PROCESSES), "label": "processes × 4"}
    whole = verdict(
        "a", sentences=["It is so."], left_out=[how], warnings=[{"sentence": "Busy.", "advice": "Wait."}],
        explanations=[{"label": "processes × 4", "configuration": how, "sentences": ["It waited."]}],
        scaling={"threads": {"sentence": "Too few.", "counts": [1, 2]}},
    )  # fmt: skip
    told = as_text(run_of(whole), [])
    assert told.index("It is so.") < told.index("Left out of the verdict: processes × 4.") < told.index("\nWhy\n")
    assert "  processes × 4: It waited.\n  Too few.\n\nTo be careful of\n! Busy. Wait." in told
    bare = as_text(run_of(verdict("a")), [])
    assert "Why" not in bare and "careful" not in bare and "Left out" not in bare


# Markdown.


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a|b", r"a\|b"), ("*bold* _it_", r"\*bold\* \_it\_"), ("<b>&amp;", r"\<b\>\&amp;"),
        ("`code` ~x~", r"\`code\` \~x\~"), ("[a](b)!", r"\[a\](b)\!"), ("# head", r"\# head"),
        ("back\\slash $x$", r"back\\slash \$x\$"), (" padded ", "padded"), ("two\nlines", "two lines"), (7, "7"),
    ],
)  # fmt: skip
def test_nothing_in_a_text_is_markdown(text: object, marked: str) -> None:
    assert _marked(text) == marked


@given(st.text())
def test_a_cell_never_ends_its_row_or_begins_another_cell(text: str) -> None:
    bare = re.sub(r"\\.", "", _marked(text))
    assert "|" not in bare and "\n" not in bare and "<" not in bare and "`" not in bare


# Rows of a trace.


def task(number: int, worker: int | None, start_s: float | None, end_s: float | None, status: str = "ok") -> list[Any]:
    return [number, f"t{number}", worker, start_s, end_s, status, None, 0.5, 1]


def by_row(tasks: list[list[Any]], wall_s: float = 0.0) -> dict[int, list[Slice]]:
    """What is on each row; without waiting at the end where `wall_s` is not given."""
    found: dict[int, list[Slice]] = {}
    for tid, one in _on_rows(sorted(tasks, key=lambda one: one[3]), wall_s):
        found.setdefault(tid, []).append(one)
    return found


def test_tasks_of_a_worker_follow_each_other_on_one_row_and_those_that_overlap_get_more() -> None:
    found = by_row([task(0, 0, 0.0, 1.0), task(1, 0, 1.0, 2.0), task(2, 1, 0.0, 3.0), task(3, 0, 0.5, 1.5)])
    assert {tid: [one.name for one in slices] for tid, slices in found.items()} == {
        1: ["t0", "t1"], 2: ["waiting", "t3"], 1001: ["t2"],
    }  # fmt: skip


def test_an_overlap_of_less_than_a_microsecond_is_a_rounding_and_not_a_second_row() -> None:
    found = by_row([task(0, 0, 0.0, 1.0000005), task(1, 0, 1.0, 2.0)])
    assert list(found) == [1] and found[1][1].start_s == 1.0000005, "it begins where the other one ends"
    assert sorted(by_row([task(0, 0, 0.0, 1.00001), task(1, 0, 1.0, 2.0)])) == [1, 2]


@pytest.mark.parametrize("missing", [task(0, None, 0.0, 1.0), task(0, 0, None, 1.0), task(0, 0, 0.0, None)])
def test_a_task_that_never_ran_is_on_no_row(missing: list[Any]) -> None:
    assert not _ran(missing) and _ran(task(0, 0, 0.0, 0.0))


def test_a_task_that_failed_is_told_apart_and_its_cpu_time_is_in_milliseconds() -> None:
    ((failed,),) = by_row([task(0, 0, 0.0, 1.0, "failed")]).values()
    assert (failed.category, failed.arguments["cpu_ms"], failed.arguments["status"]) == ("failed", 500.0, "failed")


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 2)), max_size=12))
def test_on_each_row_tasks_and_waiting_cover_the_whole_time_without_a_gap(spans: list[tuple[float, float]]) -> None:
    wall_s = 13.0
    rows = by_row([task(number, 0, start, start + length) for number, (start, length) in enumerate(spans)], wall_s)
    assert sum(one.category != "waiting" for whole in rows.values() for one in whole) == len(spans)
    for whole in rows.values():
        assert whole[0].start_s == 0.0 and whole[-1].end_s == wall_s
        assert all(before.end_s == after.start_s for before, after in pairwise(whole))
        assert sum(one.end_s - one.start_s for one in whole) == pytest.approx(wall_s)


@pytest.mark.parametrize(("names", "told"), [((), "worker 2"), (("a",), "worker 2"), (("a", "tcp://b:1"), "worker 2 tcp://b:1")])
def test_a_worker_is_called_by_its_number_and_on_a_cluster_by_its_address(names: tuple[str, ...], told: str) -> None:
    made = Trial(0, 1, 0, 0, THREADS, "finished", None, 1, 1, 0, Measurement(worker_names=names))
    assert _worker(made, 1) == told


@pytest.mark.parametrize(("seconds", "micros"), [(0.0, 0.0), (1.0, 1e6), (1e-9, 0.001), (1.2345678912, 1234567.891)])
def test_times_of_a_trace_are_microseconds(seconds: float, micros: float) -> None:
    assert _us(seconds) == micros

"""A comparison's table and explanations: which rows there are, in which order, and what stands in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import Configuration, Measurement, Run, State, Trial, plain
from engine.report.comparing import (
    COLUMNS,
    cells,
    configuration_rows,
    explained,
    fastest_first,
    label_of,
    laws,
    left_out,
    ranking,
    reasons,
    recommended_label,
    speedup_text,
    table_document,
    warning_lines,
)

SEQUENTIAL = Configuration("sequential", 1)
THREADS = Configuration("threads", 2)
PROCESSES = Configuration("processes", 4)
LOOP = Configuration("sequential", 1, reference="plain loop")
POOL = Configuration("threads", 2, reference="ThreadPoolExecutor.map")


def named(how: Configuration) -> dict[str, Any]:
    """A configuration as a verdict holds it."""
    return {**plain(how), "label": how.label}


def ratio(estimate: float, **values: Any) -> dict[str, Any]:
    return {"estimate": estimate, "low": estimate * 0.9, "high": estimate * 1.1, "pairs": 5, **values}


def row(how: Configuration, estimate: float, **values: Any) -> dict[str, Any]:
    return {"configuration": named(how), "ratio": ratio(estimate), **values}


def figure(how: Configuration, wall_s: float, **values: Any) -> dict[str, Any]:
    return {
        "configuration": named(how), "trials": 3, "wall_s": wall_s, "failed": 0, "startup_s": 0.01,
        "peak_pss_mb": 41.6, "cores_busy": 1.26, "tasks_at_once": 1.94, **values,
    }  # fmt: skip


def trial(
    how: Configuration, repeat: int, wall_s: float | None, state: State = "finished", order: int = 0
) -> Trial:
    measured = Measurement(wall_s=wall_s)
    return Trial(order, 1, order, repeat, how, state, None, 3, 3, 0, measured)


def run_of(configurations: tuple[Configuration, ...]) -> Run:
    return Run(
        1, "t", "comparison", "wait", "A title", "finished", "2026-01-01", None, None, 3, 3, 0, {}, configurations, {},
        None, {}, None, None, None,
    )  # fmt: skip


def verdict(**values: Any) -> dict[str, Any]:
    """Threads are twice as fast as sequential, processes are slower than that."""
    return {
        "baseline": named(SEQUENTIAL), "recommended": named(THREADS),
        "rows": [row(PROCESSES, 1.5), row(THREADS, 2.0)],
        "figures": [figure(SEQUENTIAL, 4.0), figure(PROCESSES, 2.6), figure(THREADS, 2.0)], **values,
    }  # fmt: skip


def by_label(found: Mapping[str, Any], trials: list[Trial] | None = None) -> dict[str, Any]:
    return {one.label: one for one in configuration_rows(found, trials or [])}


# The rows and their order.


def test_the_fastest_stands_first_and_the_baseline_among_the_others_by_its_speedup_of_one() -> None:
    found = verdict(rows=[row(PROCESSES, 0.8), row(THREADS, 2.0)])
    assert ranking(found) == ["threads × 2", "sequential", "processes × 4"]
    assert [one.label for one in configuration_rows(found, [])] == ranking(found)


def test_before_anything_is_decided_the_shorter_wall_time_stands_first() -> None:
    assert ranking(verdict(rows=[])) == ["threads × 2", "processes × 4", "sequential"]


def test_of_equal_speedups_the_shorter_wall_time_stands_first() -> None:
    found = verdict(rows=[row(PROCESSES, 2.0), row(THREADS, 2.0)])
    assert ranking(found)[:2] == ["threads × 2", "processes × 4"]


def test_what_is_not_counted_stands_behind_all_that_is_however_fast_it_was() -> None:
    found = verdict(beside=[row(POOL, 9.0)], beside_figures=[figure(POOL, 0.1)])
    assert ranking(found)[-1] == POOL.label
    assert configuration_rows(found, [])[-1].label == POOL.label


def test_no_verdict_has_no_rows() -> None:
    assert ranking(None) == [] and ranking({}) == [] and configuration_rows({}, []) == []


def test_keys_of_older_files_that_are_there_but_hold_nothing_are_no_rows() -> None:
    empty = dict.fromkeys(("rows", "figures", "beside", "beside_figures", "own_part", "left_out", "warnings"))
    assert configuration_rows(empty, []) == [] and warning_lines(empty) == [] and left_out(empty) is None
    assert table_document(empty, []) == []


@given(st.dictionaries(st.sampled_from([THREADS, PROCESSES, POOL]), st.floats(0.01, 100), min_size=1))
def test_speedups_never_rise_from_one_row_to_the_next(speeds: dict[Configuration, float]) -> None:
    found = verdict(rows=[row(how, speed) for how, speed in speeds.items()],
                    figures=[figure(how, 1 / speed) for how, speed in speeds.items()])  # fmt: skip
    known = {how.label: speed for how, speed in speeds.items()}
    told = [known[one.label] for one in configuration_rows(found, []) if one.label in known]
    assert told == sorted(told, reverse=True)


def test_trials_stand_in_the_order_of_their_rows_and_each_configurations_in_the_order_in_which_they_ran() -> None:
    ran = [trial(how, repeat, 1.0, order=order) for order, (how, repeat) in enumerate(
        [(SEQUENTIAL, 0), (POOL, 0), (THREADS, 0), (THREADS, 1), (SEQUENTIAL, 1)])]  # fmt: skip
    asked = run_of((SEQUENTIAL, THREADS))
    assert [one.order for one in fastest_first(replace(asked, verdict=verdict()), ran[::-1])] == [2, 3, 0, 4, 1]
    assert [one.order for one in fastest_first(asked, ran[::-1])] == [0, 4, 2, 3, 1], "before there is a verdict"


# What stands in a row.


def test_the_baseline_has_no_speedup_but_its_name() -> None:
    assert by_label(verdict())["sequential"].speedup == "baseline"
    assert by_label(verdict())["sequential"].ratio is None


def test_a_configuration_that_was_left_out_says_so_and_shows_no_speedup() -> None:
    found = by_label(verdict(left_out=[named(THREADS)]))["threads × 2"]
    assert (found.speedup, found.ratio) == ("left out", None)


def test_a_configuration_without_a_pair_of_trials_has_a_dash() -> None:
    assert by_label(verdict(rows=[]))["threads × 2"].speedup == "–"


def test_what_only_stands_beside_says_that_it_is_not_counted() -> None:
    found = by_label(verdict(beside=[row(POOL, 3.0)], beside_figures=[figure(POOL, 1.3)]))
    assert found[POOL.label].speedup == "3.00× (2.70–3.30), not counted"
    assert "not counted" not in found["threads × 2"].speedup


def test_a_speedup_net_of_other_programs_has_the_clocks_beside_it() -> None:
    net = row(THREADS, 2.0, basis="net", wall=ratio(1.25))
    assert by_label(verdict(rows=[net]))["threads × 2"].speedup == (
        "2.00× (1.80–2.20), net of other programs; 1.25× by the clock"
    )
    clock = row(THREADS, 2.0, basis="wall", wall=ratio(1.25))
    assert by_label(verdict(rows=[clock]))["threads × 2"].speedup == "2.00× (1.80–2.20)"


def test_only_the_recommended_configuration_is_taken() -> None:
    assert [one.label for one in configuration_rows(verdict(), []) if one.recommended] == ["threads × 2"]
    assert not any(one.recommended for one in configuration_rows(verdict(recommended=None), []))


def test_the_loops_own_part_is_told_where_it_was_measured() -> None:
    found = by_label(verdict(own_part=[{"label": "threads × 2", "loop": 0.021}]))
    assert (found["threads × 2"].own_part, found["sequential"].own_part) == (0.021, None)
    assert cells(found["threads × 2"])[-1] == "2%" and cells(found["sequential"])[-1] is None


def test_cells_are_texts_under_their_columns_and_what_is_unknown_is_none() -> None:
    found = by_label(verdict(figures=[figure(THREADS, 2.0, trials=1_000, failed=2), figure(
        SEQUENTIAL, 4.0, startup_s=None, peak_pss_mb=None, cores_busy=None, tasks_at_once=None)]))  # fmt: skip
    assert dict(zip(COLUMNS, cells(found["threads × 2"]), strict=True)) == {
        "Configuration": "threads × 2", "Speedup": "2.00× (1.80–2.20)", "Wall time": "2 s", "Start-up": "10 ms",
        "Peak memory": "42 MB", "Cores busy": "1.3", "Tasks at once": "1.9", "Trials": 1_000, "Failed tasks": 2,
        "Our own part": None,
    }  # fmt: skip
    assert cells(found["sequential"])[3:7] == (None, None, None, None)


def test_nothing_busy_and_no_memory_are_figures_and_not_unknown() -> None:
    found = by_label(verdict(figures=[figure(THREADS, 2.0, startup_s=0.0, peak_pss_mb=0.0, cores_busy=0.0)]))
    assert cells(found["threads × 2"])[3:6] == ("0 µs", "0 MB", "0.0")


# Wall times.


def test_the_wall_time_is_the_median_of_the_trials_that_count() -> None:
    walls = [3.0, 2.0, 2.5, 9.0]
    trials = [trial(THREADS, repeat, wall_s) for repeat, wall_s in enumerate(walls)]
    beside: list[tuple[int, float | None, State]] = [
        (-1, 0.001, "finished"), (4, 0.001, "failed"), (5, None, "finished"), (6, 0.0, "finished"),
    ]  # fmt: skip
    trials += [trial(THREADS, repeat, wall_s, state) for repeat, wall_s, state in beside]
    assert by_label(verdict(), trials)["threads × 2"].wall_s == median(walls)
    assert by_label(verdict(), trials)["threads × 2"].wall == "2.75 s"


def test_without_its_trials_the_verdicts_own_wall_time_is_shown() -> None:
    found = by_label(verdict(), [trial(THREADS, 0, 2.5)])
    assert (found["threads × 2"].wall_s, found["processes × 4"].wall_s) == (2.5, 2.6)


# What is recommended where only other code counts.


def test_our_own_row_is_set_off_as_the_code_beside_it_where_only_that_counts() -> None:
    found = verdict(
        rows=[row(LOOP, 1.0), row(POOL, 2.0)], figures=[figure(LOOP, 4.0), figure(POOL, 2.0)],
        beside=[row(THREADS, 1.8)], beside_figures=[figure(THREADS, 2.2)], baseline=named(LOOP),
    )  # fmt: skip
    assert recommended_label(found) == POOL.label
    assert [one.label for one in configuration_rows(found, []) if one.recommended] == [POOL.label]


def test_code_with_another_number_of_workers_is_not_what_was_recommended() -> None:
    found = verdict(
        figures=[figure(LOOP, 4.0), figure(Configuration("threads", 8, reference="ThreadPoolExecutor.map"), 2.0)],
        rows=[], beside_figures=[figure(THREADS, 2.2)],
    )  # fmt: skip
    assert recommended_label(found) is None


def test_what_is_recommended_is_taken_and_not_a_faster_one_with_as_many_workers() -> None:
    chunks = Configuration("threads", 2, chunk=8)
    found = verdict(rows=[row(chunks, 2.1), row(THREADS, 2.0)], figures=[figure(chunks, 1.9), figure(THREADS, 2.0)])
    assert recommended_label(found) == "threads × 2"


def test_of_several_codes_with_that_executor_the_fastest_is_taken() -> None:
    joblib = Configuration("threads", 2, reference="joblib.Parallel")
    found = verdict(
        rows=[row(joblib, 1.5), row(POOL, 2.0)], figures=[figure(joblib, 2.6), figure(POOL, 2.0)],
        beside_figures=[figure(THREADS, 2.2)],
    )  # fmt: skip
    assert recommended_label(found) == POOL.label


# Names.


def test_a_name_in_the_verdict_counts_and_an_old_file_without_one_is_named_anew() -> None:
    assert label_of({"executor": "threads", "workers": 2, "label": "as it was"}) == "as it was"
    assert label_of({"executor": "threads", "workers": 2}) == "threads × 2"
    assert label_of({"executor": "threads", "workers": 2, "label": ""}) == "threads × 2"


# Speedups in words.


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (None, "–"),
        (ratio(2.0), "2.00× (1.80–2.20)"),
        ({"estimate": 2.0, "low": 1.8, "high": 2.2}, "2.00× (1.80–2.20)"),
        (ratio(2.0, pairs=3), "2.00× (1.80–2.20)"),
        (ratio(2.0, pairs=2), "2.00× (too early to say)"),
        (ratio(2.0, low=0.1, high=40.0), "2.00× (too early to say)"),
        (ratio(2.0, low=None, high=None), "2.00×"),
    ],
)
def test_a_speedup_has_its_interval_or_why_it_has_none(found: dict[str, Any] | None, text: str) -> None:
    assert speedup_text(found) == text


# JSON.


def test_the_tables_document_holds_figures_in_their_units_and_none_for_the_unknown() -> None:
    first, _, last = table_document(verdict(own_part=[{"label": "threads × 2", "loop": 0.02}]), [])
    assert first == {
        "configuration": "threads × 2", "recommended": True, "speedup": "2.00× (1.80–2.20)",
        "estimate": 2.0, "low": 1.8, "high": pytest.approx(2.2), "wall_s": 2.0, "startup_s": 0.01, "peak_mb": 41.6,
        "cores_busy": 1.26, "tasks_at_once": 1.94, "trials": 3, "failed": 0, "own_part": 0.02,
    }  # fmt: skip
    assert [last[name] for name in ("configuration", "estimate", "low", "high")] == ["sequential", None, None, None]


# Warnings.


def warned(*warnings: dict[str, Any]) -> list[str]:
    return warning_lines({"warnings": list(warnings)})


def test_only_the_gravest_warning_comes_with_advice() -> None:
    first = {"code": "busy", "sentence": "It was busy.", "advice": "Wait."}
    second = {"code": "short", "sentence": "It was short.", "advice": "Take more."}
    assert warned(first, second) == ["It was busy. Wait.", "It was short."]


def test_a_gravest_warning_without_advice_borrows_none_from_the_others() -> None:
    first, second = {"code": "a", "sentence": "A.", "advice": None}, {"code": "b", "sentence": "B.", "advice": "Do."}
    assert warned(first, second) == ["A.", "B."]


def test_warnings_that_differ_in_their_configuration_alone_are_one_that_names_the_others() -> None:
    alike = [
        {"code": "noisy", "sentence": f"{how.label} scatters.", "configuration": named(how)}
        for how in (THREADS, PROCESSES, SEQUENTIAL)
    ]
    assert warned(*alike) == ["threads × 2 scatters. Likewise: processes × 4 and sequential."]


def test_the_likewise_of_warnings_without_a_configuration_is_left_out() -> None:
    assert warned({"code": "a", "sentence": "A."}, {"code": "a", "sentence": "A again."}) == ["A."]


def test_warnings_of_older_files_without_a_code_are_each_its_own() -> None:
    assert warned({"sentence": "A."}, {"sentence": "B."}, {"sentence": "C."}) == ["A.", "B.", "C."]


# What was left out, and why each is as fast as it is.


def test_what_the_verdict_leaves_out_is_named() -> None:
    assert left_out({"left_out": [named(THREADS), named(POOL)]}) == (
        f"Left out of the verdict: threads × 2, {POOL.label}."
    )
    assert left_out({"left_out": []}) is None


def explanation(how: Configuration, *sentences: str) -> dict[str, Any]:
    return {"label": how.label, "configuration": named(how), "sentences": list(sentences)}


def test_each_is_explained_the_fastest_first() -> None:
    found = verdict(explanations=[explanation(PROCESSES, "Slow."), explanation(THREADS, "Fast.", "Very.")])
    assert explained(found) == [("threads × 2", "Fast. Very."), ("processes × 4", "Slow.")]


def test_one_worker_the_baseline_and_what_has_nothing_to_say_explain_nothing() -> None:
    one = Configuration("threads", 1)
    found = verdict(
        baseline=named(PROCESSES),
        explanations=[explanation(one, "One."), explanation(PROCESSES, "Base."), explanation(THREADS)],
    )
    assert explained(found) == []


def test_an_explained_configuration_without_a_row_stands_last() -> None:
    found = verdict(explanations=[explanation(POOL, "Unknown."), explanation(THREADS, "Fast.")])
    assert [label for label, _ in explained(found)] == ["threads × 2", POOL.label]


def law(sentence: str, single: dict[str, Any] | None, *counts: float) -> dict[str, Any]:
    return {"sentence": sentence, "single": single, "counts": list(counts)}


def test_laws_that_could_be_fitted_are_told_and_then_nobody_asks_why_others_could_not() -> None:
    found = {"scaling": {"threads": law("It levels off.", {"sigma": 0.1}, 1, 2, 4, 8), "dask": law("No.", None, 1, 2)}}
    assert laws(found) == ([("threads", "It levels off.")], None)
    assert reasons(found) == [("threads, with more workers", "It levels off.")]


def test_why_no_law_could_be_fitted_is_said_once_where_there_was_more_than_one_worker_count() -> None:
    few = {"dask": law("Few.", None, 1, 2), "processes": law("Few!", None, 1, 2)}
    assert laws({"scaling": {"threads": law("One.", None, 2), **few}}) == ([], "Few.")
    assert laws({"scaling": {"threads": law("One.", None, 2)}}) == ([], None)
    assert laws({}) == ([], None)

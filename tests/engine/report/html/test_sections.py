"""The words and tables of the HTML report, piece by piece: what is escaped, what is folded, what is left out."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from engine.model import Configuration, Measurement, Run, Trial, plain
from engine.report.documents.document import import_document
from engine.report.html import sections
from engine.report.html.sections import closing, opening, table
from engine.report.html.surroundings import known
from engine.store import Store
from tests.engine.report.made import EVIL, compared, document, failed, photo, record, trial

THREADS = Configuration("threads", 2)


def rows_of(html: str) -> list[list[str]]:
    """The cells of a table by row, without their marks."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def one(order: int = 0, repeat: int = 0, message: str | None = None, **measured: Any) -> Trial:
    return Trial(order, 1, order, repeat, THREADS, "finished", None, 4, 3, 1, Measurement(**measured), message)


# Tables.


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, "–"), ("", ""), ("a<b", "a<b"), (7, "7"), (12345, "12,345"), (0, "0"), (0.0, "0"), (1.23456, "1.235"),
        (1234.5, "1,234"), (-1234.5, "-1,234"), (999.96, "1000"), (True, "True"), (1e-9, "1e-09"),
    ],
)  # fmt: skip
def test_a_cell_shows_its_value_short_and_nothing_as_a_dash(value: Any, cell: str) -> None:
    assert rows_of(table(["x"], [[value]]))[1] == [cell]


def test_numbers_stand_to_the_right_and_truths_and_texts_do_not() -> None:
    assert table(["x"], [[1]]).count('class="number"') == table(["x"], [[1.5]]).count('class="number"') == 1
    assert 'class="number"' not in table(["x"], [[True], ["1"], [None]])


def test_each_cell_knows_its_columns_name_for_a_narrow_page_and_a_table_without_names_has_none() -> None:
    assert 'data-name="wall &lt;s&gt;"' in table(["wall <s>"], [["1"]]) and 'class="named"' in table(["a"], [["1"]])
    bare = table(["", ""], [["a", "b"]])
    assert "data-name" not in bare and 'class="named"' not in bare


def test_the_rows_that_are_marked_are_set_off() -> None:
    assert table(["x"], [["a"], ["b"], ["c"]], {1}).count('<tr class="marked">') == 1
    assert '<tr class="marked"><td data-name="x">b' in table(["x"], [["a"], ["b"], ["c"]], {1})


def test_a_row_of_another_length_is_a_fault_and_not_a_shifted_column() -> None:
    with pytest.raises(ValueError):
        table(["a", "b"], [["only one"]])


# Where it was measured.


def test_what_is_known_of_a_machine_is_named_in_a_fixed_order() -> None:
    assert known({"gil": True, "host": "big", "memory_mb": 16000, "power": None, "unknown": 1, "load_1min": 0.5}) == [
        ("Host", "big"), ("Memory (MB)", "16,000"), ("GIL", "on"), ("Load, last minute", "0.5"),
    ]  # fmt: skip
    assert known({"gil": False}) == [("GIL", "off")] and known({}) == []


def test_libraries_stand_below_and_an_environment_without_anything_has_no_heading() -> None:
    told = sections._environment({"host": "a", "libraries": {"Pillow": "12.3", "x<y": "1"}})
    assert rows_of(told)[-1] == ["Libraries", "Pillow 12.3, x<y 1"] and "x&lt;y" in told
    assert sections._environment({}) == "" and "Libraries" not in sections._environment({"host": "a", "libraries": 7})


# A job's figures.


def figures(store: Store, given: dict[str, Any]) -> dict[str, str]:
    run = import_document(store, given)
    (head,) = re.findall(r'<dl class="figures">(.*?)</dl>', "".join(opening(store, run)))
    return {unescape(name): unescape(value) for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", head)}


def test_a_job_is_told_in_figures_over_all_of_its_trials(store: Store) -> None:
    first = trial([record(0, "a"), failed(1, "b")], wall_s=3.0, cpu_s=1.5, peak_pss_mb=40.0)
    second = trial([record(1, "b")], order=1, wall_s=1.0, cpu_s=2.5, peak_pss_mb=55.4, continues=0)
    assert figures(store, document([], "compute", trials=[first, second], tasks=2, ok=2, failed=0)) == {
        "Tasks": "2", "Succeeded": "2", "Failed": "0", "Wall time": "4.0 s", "Throughput": "0.50 tasks/s",
        "Cores busy": "1.0", "Peak memory": "55 MB",
    }  # fmt: skip


def test_figures_that_nobody_measured_are_left_out(store: Store) -> None:
    nothing = trial([failed(0, "a")], wall_s=None, cpu_s=None, peak_pss_mb=None)
    assert figures(store, document([], "compute", trials=[nothing])) == {
        "Tasks": "1", "Succeeded": "0", "Failed": "1", "Wall time": "0 s",
    }  # fmt: skip
    half = [trial([record(0, "a")], cpu_s=1.0), trial([record(1, "b")], order=1, cpu_s=None)]
    assert "Cores busy" not in figures(store, document([], "compute", trials=half)), "half of it is not all of it"


def test_what_a_resize_saved_counts_every_size_of_every_picture(store: Store) -> None:
    two = photo("a.jpg", bytes=30_000, source_bytes=100_000, also=[photo("b.jpg", bytes=20_000, source_bytes=100_000)])
    records = [record(0, "a", two), failed(1, "b"), record(2, "c", photo("c.jpg", bytes=10_000, source_bytes=100_000))]
    assert figures(store, document(records, "resize"))["Size"] == "140 kB saved, 70%"
    assert "Size" not in figures(store, document([failed(0, "a")], "resize"))


# The verdict.


def comparison(**verdict: Any) -> tuple[Run, str]:
    how = {**plain(THREADS), "label": "threads × 2"}
    found = {"sentences": ["First.", "Second.", "Third."], "baseline": how, **verdict}
    run = Run(
        1, "t", "comparison", "wait", "A title", "finished", "2026-01-01T00:00:00", None, None, 4, 4, 0, {}, (THREADS,),
        {}, None, {}, found, None, None,
    )  # fmt: skip
    return run, "".join(sections._comparison(run, found, [], False))


def test_the_first_sentence_is_the_strips_and_the_others_follow() -> None:
    told = comparison()[1]
    assert told.count("First.") == 2, "in the strip, and below it on a telephone"
    assert "<p>Second. Third.</p>" in told
    assert "Second." not in comparison(sentences=["First."])[1]


@pytest.mark.parametrize(("count", "folded"), [(0, False), (1, False), (2, True), (5, True)])
def test_the_gravest_warning_is_seen_and_the_others_are_folded(count: int, folded: bool) -> None:
    warnings = [{"code": f"c{number}", "sentence": f"Warning <{number}>."} for number in range(count)]
    told = comparison(warnings=warnings)[1]
    assert ("<details class=\"careful\">" in told) is folded and told.count("<li>") == max(0, count - 1)
    assert (f"<b>{count} warnings</b>, the gravest: Warning &lt;0&gt;." in told) is folded
    assert ('<p class="careful">⚠ Warning &lt;0&gt;.</p>' in told) is (count == 1)


def explained(*sentences: str, **causes: float) -> dict[str, Any]:
    how = {**plain(Configuration("processes", 4)), "label": "processes × 4"}
    named = [{"name": name, "lost": lost, "sentence": f"{name} <cost> it."} for name, lost in causes.items()]
    return {"label": "processes × 4", "configuration": how, "sentences": list(sentences), "causes": named}


def test_causes_stand_in_front_and_what_was_measured_of_each_is_folded() -> None:
    told = comparison(explanations=[explained("It waited.", gil=0.25)])[1]
    assert "<b>Turns for the GIL</b>: gil &lt;cost&gt; it. <span class='under'>Time lost: processes × 4 25%." in told
    assert "<summary>What was measured of each configuration</summary><ul><li><b>processes × 4</b>: It waited." in told


def test_without_causes_what_was_measured_is_not_folded_and_without_either_there_is_no_why() -> None:
    told = comparison(explanations=[explained("It waited.")])[1]
    assert "<h2>Why</h2>\n<ul><li><b>processes × 4</b>: It waited.</li></ul>" in told and "<summary>What" not in told
    assert "<h2>Why</h2>" not in comparison()[1]


def test_why_no_law_could_be_fitted_is_told_also_where_nothing_else_is() -> None:
    few = {"threads": {"sentence": "Too few <counts>.", "counts": [1, 2]}}
    told = comparison(scaling=few)[1]
    assert "<p class='under'>Too few &lt;counts&gt;.</p>" in told and "<h2>Why</h2>" not in told


def test_what_was_left_out_is_named_and_a_verdict_without_figures_has_no_table() -> None:
    assert "Left out of the verdict: threads × 2." in comparison(left_out=[{**plain(THREADS)}])[1]
    assert "<h2>Configurations</h2>" not in comparison()[1]


# Trials, failures, experiments.


def test_every_trial_has_a_row_and_a_warm_up_says_that_it_was_discarded() -> None:
    measured: dict[str, Any] = {"wall_s": 2.0, "peak_pss_mb": 40.0, "memory_kind": "pss"}
    trials = [one(0, -1, wall_s=9.0), one(1, 0, **measured), one(2, 1, "Broke <x>.")]
    told = "".join(sections._trials(trials))
    head, *rows = rows_of(told)
    assert "peak memory (MB, PSS)" in head and "All 3 trials" in told
    assert [row[head.index("repeat")] for row in rows] == ["warm-up, discarded", "1", "2"]
    assert [row[head.index("ok per s")] for row in rows] == ["0.3333", "1.5", "–"]
    assert "<p>Trial 2: Broke &lt;x&gt;.</p>" in told and told.count("<p>Trial") == 1


def test_memory_that_was_counted_in_two_ways_names_both_and_unknown_memory_none() -> None:
    kinds = [one(memory_kind="uss"), one(1, memory_kind="rss"), one(2)]
    assert "peak memory (MB, RSS or USS)" in rows_of("".join(sections._trials(kinds)))[0]
    assert "peak memory (MB)" in rows_of("".join(sections._trials([one()])))[0]
    assert "".join(sections._trials([])) == ""


def test_reasons_of_failures_are_words_and_the_most_frequent_first(store: Store) -> None:
    gone = [failed(task, f"page {task}") for task in range(2)]
    other = {**failed(2, "page 2", EVIL), "reason": "timed_out"}
    told = "".join(opening(store, import_document(store, document([*gone, other]))))
    assert rows_of(told.partition("<h2>Failures</h2>")[2])[1:3] == [
        ["2", "not found", "The page is gone."], ["1", "timed out", EVIL],
    ]  # fmt: skip
    assert "<script" not in told


def test_an_experiments_report_has_its_sentence_and_its_remarks() -> None:
    part = {"title": "A <title>", "sentence": "It <is> so.", "warning": "Busy.", "problem": None}
    assert sections._experiment(part) == (
        "<h2>A &lt;title&gt;</h2>\n<p>It &lt;is&gt; so.</p><p class='under'>Busy.</p>\n"
    )
    assert "under" not in sections._experiment({**part, "warning": None})


def test_a_message_of_the_run_stands_below_its_title(store: Store) -> None:
    run = import_document(store, document([record(0, "a")], message="It was <cut> off."))
    assert "<p>It was &lt;cut&gt; off.</p>" in "".join(opening(store, run))
    assert "<p>" not in sections._title(replace(run, message=None), [])
    assert "job" in sections._title(run, [])


def test_a_comparisons_report_ends_with_where_it_was_measured_and_every_trial(store: Store) -> None:
    told = "".join(closing(store, import_document(store, compared())))
    assert told.index("<h2>Environment</h2>") < told.index("<details><summary>All 7 trials")

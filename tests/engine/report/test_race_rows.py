"""A race wherever its figures are drawn: what was left out has fewer repeats, and says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.findings.findings import Circumstances, Race
from engine.analysis.verdict.racing import LAST, look
from engine.analysis.verdict.verdict import verdict
from engine.errors import InputRefused
from engine.model import Run
from engine.report.comparing import configuration_rows
from engine.report.documents.reading import read_document
from engine.report.standings import chart, headline, standings
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from pages.parts.compare.view.progress import progress_of
from tests.engine.analysis.made import PROCESSES_2, THREADS_2, THREADS_4
from tests.engine.analysis.made import comparison as made
from tests.engine.report.json_page import SECTIONS, of_section
from tests.engine.report.made import document

SAID = "left out after 3 of 10 repeats"


@pytest.fixture
def told() -> dict[str, Any]:
    """The verdict on a race of ten repeats after four, in which processes ran three times."""
    everything = made({THREADS_2: 2.0, THREADS_4: 2.0, PROCESSES_2: 1.2}, repeats=4, noise=0.01)
    race = look(Race(10, LAST), [one for one in everything if one.block < 3], SEQUENTIAL, 3, 2)
    ran = [one for one in everything if one.configuration != PROCESSES_2 or one.block < 3]
    return verdict(ran, SEQUENTIAL, Circumstances(race=race)).plain()


def run_of(store: Store, told: dict[str, Any]) -> Run:
    plan = comparison(
        simple_plan("compute", 4, {"amount": 1}, SEQUENTIAL, store.settings), [THREADS_2, THREADS_4, PROCESSES_2],
        SEQUENTIAL, 10, race=True,
    )  # fmt: skip
    run = store.create(plan, "rrace", {})
    store.update_run(run, verdict=told)
    return store.run("rrace")


def test_the_table_says_after_how_many_repeats(told: dict[str, Any]) -> None:
    rows = {row.label: row for row in configuration_rows(told, [])}
    assert rows[PROCESSES_2.label].speedup.endswith(f", {SAID}") and rows[PROCESSES_2.label].trials == 3
    assert not any(SAID in row.speedup for label, row in rows.items() if label != PROCESSES_2.label)


def test_the_chart_says_it_to_eyes_and_to_readers(store: Store, told: dict[str, Any]) -> None:
    drawn = chart(standings(run_of(store, told), []), "sequential")
    assert '<span class="ov-note">out after 3 of 10</span>' in drawn
    label = drawn.partition('aria-label="')[2].partition('"')[0]
    assert label.count(SAID) == 1


def test_the_strip_counts_the_repeats_of_those_that_still_run(told: dict[str, Any]) -> None:
    found = headline(told)
    assert found is not None and found.repeats == 4


def test_what_was_left_out_is_not_to_come(store: Store, told: dict[str, Any]) -> None:
    run = run_of(store, told)
    assert progress_of(run, []).planned == 10 * 4 + 3, "twice the baseline, two of threads, three of processes"
    assert run.planned is None, "a look may end it"


def test_its_json_is_as_documented_and_read_back(tmp_path: Path, told: dict[str, Any]) -> None:
    assert list(of_section(told["race"], SECTIONS["race"], "race")) == []
    given = document([], "compute", kind="comparison", verdict={"sentences": [], "race": told["race"]})
    file = tmp_path / "run.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    assert read_document(file)["verdict"]["race"] == told["race"]


@pytest.mark.parametrize(("asked", "why"), [
    ({"repeats": 3}, "before 3 repeats are done"), ({"precision": 0.05}, "a precision is asked of each"),
])  # fmt: skip
def test_a_race_that_cannot_be_one_is_refused(store: Store, asked: dict[str, Any], why: str) -> None:
    plan = simple_plan("compute", 4, {"amount": 1}, SEQUENTIAL, store.settings)
    with pytest.raises(InputRefused, match=why):
        comparison(plan, [THREADS_2], race=True, **asked)


def test_a_race_has_ten_repeats_and_a_budget_instead_where_one_is_given(store: Store) -> None:
    plan = simple_plan("compute", 4, {"amount": 1}, SEQUENTIAL, store.settings)
    assert comparison(plan, [THREADS_2], race=True).terms["repeats"] == 10
    assert comparison(plan, [THREADS_2], race=True, budget_s=9.0).terms["repeats"] is None
    assert "race" not in comparison(plan, [THREADS_2]).terms

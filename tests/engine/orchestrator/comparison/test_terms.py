"""What a comparison was asked for is read from its run, also from one that an older version stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.model import Configuration, Measurement, plain
from engine.orchestrator.comparison.terms import Terms, nouns_of, span_s, terms_of
from tests.engine.orchestrator.memory_store import MemoryStore, plan_of

pytestmark = pytest.mark.heart
BASE = Configuration("threads", 2, chunk=4, environment=("A=1",))


def terms(folder: Path, **stored: Any) -> Terms:
    return terms_of(MemoryStore(folder, plan_of(kind="comparison", terms=stored)).now)


def test_every_term_is_read(tmp_path: Path) -> None:
    found = terms(
        tmp_path, baseline=plain(BASE), repeats=None, precision=0.05, budget_s=60.0, all_tasks=9, seed=4,
        references=True,
    )  # fmt: skip
    assert found == Terms(BASE, None, 0.05, 60.0, 9, 4, True)


def test_what_an_older_run_does_not_say_was_not_asked_for(tmp_path: Path) -> None:
    assert terms(tmp_path, baseline=plain(BASE)) == Terms(BASE, None, None, None, None, 0, False)


def test_references_that_depend_on_the_tasks_are_neither_wanted_nor_unwanted(tmp_path: Path) -> None:
    assert terms(tmp_path, baseline=plain(BASE), references=None).references is None


@pytest.mark.parametrize(
    ("workload", "nouns"),
    [("scrape", ("page", "pages")), ("resize", ("photo", "photos")), ("function", ("task", "tasks"))],
)
def test_tasks_are_called_what_they_are(tmp_path: Path, workload: str, nouns: tuple[str, str]) -> None:
    assert nouns_of(MemoryStore(tmp_path, plan_of(workload=workload)).now) == nouns


def test_a_trials_span_is_the_sum_of_the_parts_that_were_measured() -> None:
    assert span_s(Measurement(interpreter_s=0.25, startup_s=0.5, wall_s=2.0, teardown_s=0.25)) == 3.0
    assert span_s(Measurement(interpreter_s=0.25)) == 0.25
    assert span_s(Measurement()) == 0.0

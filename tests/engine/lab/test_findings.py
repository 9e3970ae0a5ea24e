"""What each experiment says comes from its figures: on a stub machine where the claim is false, it says so."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import pytest

from engine.lab import EXPERIMENTS, experiment
from engine.lab.experiments import (
    deadlock,
    isolation,
    startup,
    transfer,
)
from engine.lab.model import Effort, Result, Say, result_document, result_from
from tests.engine.lab.cases import CASES, both, crash, crowd, startups, transfers
from tests.engine.lab.made import point, speeds

NAMES = [name for group in EXPERIMENTS.values() for name in group]


























@pytest.mark.parametrize(("name", "measured", "answer", "words"), CASES, ids=lambda value: str(value)[:40])
def test_the_figures_decide_what_is_said(name: str, measured: Result, answer: str, words: str) -> None:
    finding = experiment(name).read(measured)
    assert finding.answer == answer
    assert words in finding.sentence


def test_every_answer_of_every_experiment_can_be_the_right_one() -> None:
    for name in NAMES:
        reached = {answer for case, _, answer, _ in CASES if case == name}
        assert reached == set(experiment(name).answers), name


@pytest.mark.parametrize("name", NAMES)
def test_without_figures_nothing_is_said(name: str) -> None:
    finding = experiment(name).read(Result(name))
    assert finding.answer is None
    assert "nothing can be said" in finding.sentence


def test_wide_intervals_decide_nothing() -> None:
    starts = startups(1e-4, 5e-3)
    for measured in (
        speeds("pure_python", spread=0.6, threads=1.0, processes=1.9),
        speeds("waiting", spread=0.6, threads=2, asyncio=2),
        replace(starts, points=tuple(replace(one, low=0, high=1) for one in starts.points)),
    ):
        finding = experiment(measured.name).read(measured)
        assert finding.answer is None, measured.name
        assert "too wide to tell" in finding.sentence


def test_on_a_machine_that_others_keep_busy_no_gain_is_judged() -> None:
    for measured in (speeds("pure_python", threads=1.0, processes=1.9), both(1.0, 1.0), crowd(1.9, 1.2)):
        finding = experiment(measured.name).read(replace(measured, busy=0.9))
        assert finding.answer is None
        assert "Other programs used 90% of this machine" in finding.sentence


def test_a_reference_is_said_to_grow_where_it_does() -> None:
    grows = transfers((5e-5, 5e-5, 5e-5), (5e-5, 1e-4, 0.2), 1.0)
    same = transfers((5e-5, 5e-5, 5e-5), (5e-5, 1e-4, 0.2), 2e-5)
    assert "a reference between threads gets dearer" in transfer.read(grows).sentence
    assert "a reference between threads costs the same" in transfer.read(same).sentence


@pytest.mark.parametrize("name", NAMES)
def test_a_description_is_whole_and_names_claims_of_the_article(name: str) -> None:
    described = experiment(name)
    assert described.name == name
    assert name in EXPERIMENTS[described.lab]
    for text in (described.claim, described.done, described.measured, described.refuted_by, described.question):
        assert text[0].isupper()
        assert text[-1] in ".?"
    assert described.claim_ids
    assert all(claim[0] == "A" and 1 <= int(claim[1:]) <= 12 for claim in described.claim_ids)
    assert len(set(described.answers)) in (3, 4)


def test_a_result_survives_its_document() -> None:
    measured = replace(crash(0), missing={"dask": "not available here: why"}, warning="busy", busy=0.2)
    assert result_from(result_document(isolation.ISOLATION, measured)) == measured


def test_a_duration_on_a_busy_machine_is_no_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[tuple[str, str, float]] = []

    class Heard(Say):
        def __init__(self) -> None: ...

        def reading(self, series: str, quantity: str, value: float, unit: str, x: float | None = None) -> None:
            readings.append((series, quantity, value))

    def meet(limit_s: float, same_order: bool) -> tuple[int, float]:
        return (2, 40 * limit_s) if same_order else (1, limit_s)

    monkeypatch.setattr("engine.lab.shown.deadlocks.meet", meet)
    deadlock.measure(Heard(), Effort(1, 2, "", "", 0))
    stuck = {series: value for series, quantity, value in readings if quantity == deadlock.STUCK}
    assert stuck == {deadlock.OPPOSITE: 1.0, deadlock.SAME: 0.0}


def test_on_a_busy_machine_nothing_is_said_of_where_shared_memory_pays() -> None:
    busy = replace(transfers((5e-5, 5e-5, 5e-5), (5e-5, 1e-4, 0.2), 2e-5), busy=0.8)
    found = transfer.read(busy)
    assert found.answer is None
    assert "80% of this machine, so nothing can be said" in found.sentence


def test_the_smallest_worker_and_an_ordinary_one_are_both_told() -> None:
    made = startups(1e-4, 0.008)
    ordinary = point(startup.ordinary_name("forkserver"), startup.FURTHER, 0.05)
    told = startup.read(replace(made, points=(*made.points, ordinary))).sentence
    assert "a worker of an ordinary program takes 50 ms (forkserver)" in told
    assert "ordinary" not in startup.read(made).sentence


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no forkserver here")
def test_an_ordinary_programs_workers_import_its_main_module() -> None:
    first, further = startup.ordinary_s("forkserver", 2)
    assert first > 0 and further > 0

"""The scaling law: known parameters come back, the boundary is handled, and too few points give no fit."""

from __future__ import annotations

import random

import pytest

from engine.analysis.scaling import curves_of, scaling
from engine.analysis.usl import Curve, Parameter, usl
from engine.model import Configuration
from tests.engine.analysis.made import SEQUENTIAL, THREADS_2, comparison


def blocks(
    counts: list[int], contention: float, coherency: float, seed: int, noise: float = 0.03, repeats: int = 5
) -> list[Curve]:
    """Made blocks of a known law: multiplied noise for each point, and a level for each block."""
    rng = random.Random(seed)
    made: list[Curve] = []
    for _ in range(repeats):
        level = 0.95 * (1 + rng.gauss(0, noise))
        made.append({n: usl(n, level, contention, coherency) * (1 + rng.gauss(0, noise)) for n in counts})
    return made


def holds(parameter: Parameter | None, truth: float) -> bool:
    return parameter is not None and parameter.low - 1e-12 <= truth <= parameter.high + 1e-12


@pytest.mark.parametrize(("counts", "repeats"), [([1, 2, 3, 4], 5), ([1, 2, 4, 8, 16], 1), ([8, 16, 32, 64, 128], 3)])
@pytest.mark.parametrize(
    ("contention", "coherency"), [(0.0, 0.0), (0.05, 0.0), (0.9, 0.0), (0.0, 0.01), (0.05, 0.002), (0.3, 0.01)]
)
def test_known_parameters_lie_within_their_intervals_in_at_least_90_of_100_cases(
    counts: list[int], repeats: int, contention: float, coherency: float
) -> None:
    fits = [scaling(blocks(counts, contention, coherency, seed, repeats=repeats)) for seed in range(100)]
    assert sum(holds(fit.contention, contention) and holds(fit.coherency, coherency) for fit in fits) >= 90
    assert sum(holds(fit.single, 0.95) for fit in fits) >= 90


@pytest.mark.parametrize("counts", [[], [2], [1, 2], [1, 2, 4]])
def test_three_worker_counts_or_fewer_are_not_enough_points(counts: list[int]) -> None:
    fit = scaling([{n: float(n) for n in counts}] * 5)
    assert fit.sentence.startswith("Not enough points")
    assert (fit.single, fit.contention, fit.coherency, fit.recommended_workers) == (None, None, None, None)
    with pytest.raises(ValueError, match="no fit"):
        fit.speedup(2)


def test_blocks_that_lack_a_worker_count_are_not_fitted() -> None:
    whole = blocks([1, 2, 4, 8], 0.1, 0.0, seed=1)
    assert scaling([*whole, {1: 9.0, 2: 9.0}]) == scaling(whole)


def test_exact_data_gives_the_exact_law_back() -> None:
    fit = scaling(blocks([1, 2, 4, 8, 16], 0.04, 0.003, seed=1, noise=0.0))
    assert fit.contention is not None and fit.coherency is not None
    assert fit.contention.estimate == pytest.approx(0.04, abs=1e-6)
    assert fit.coherency.estimate == pytest.approx(0.003, abs=1e-6)
    assert fit.speedup(8) == pytest.approx(usl(8, 0.95, 0.04, 0.003))
    assert fit.misfit == pytest.approx(0, abs=1e-6)


def test_a_kappa_of_zero_is_called_amdahls_law() -> None:
    fits = [scaling(blocks([1, 2, 4, 8, 16], 0.1, 0.0, seed)) for seed in range(20)]
    assert sum("Amdahl's law" in fit.sentence for fit in fits) >= 18
    assert any(fit.amdahl for fit in fits)
    assert all(fit.coherency is not None and fit.coherency.estimate == 0 for fit in fits if fit.amdahl)


def test_a_kappa_that_is_there_is_not_called_amdahls_law() -> None:
    fit = scaling(blocks([1, 2, 4, 8, 16, 32], 0.05, 0.01, seed=1))
    assert not fit.amdahl
    assert "Amdahl" not in fit.sentence
    assert fit.peak_workers == pytest.approx((0.95 / 0.01) ** 0.5, rel=0.15)


@pytest.mark.parametrize(("contention", "coherency"), [(0.0, 0.0), (0.05, 0.002), (0.9, 0.1), (0.02, 1e-5)])
def test_the_recommended_worker_count_lies_inside_the_measured_range(contention: float, coherency: float) -> None:
    for counts in ([1, 2, 3, 4], [8, 16, 32, 64]):
        for seed in range(10):
            fit = scaling(blocks(counts, contention, coherency, seed))
            assert fit.recommended_workers is not None
            assert counts[0] <= fit.recommended_workers <= counts[-1]
            assert fit.peak_workers is None or counts[0] <= fit.peak_workers <= counts[-1]


def test_the_recommended_worker_count_is_the_smallest_within_the_margin() -> None:
    fit = scaling(blocks([1, 2, 4, 8, 16, 32], 0.3, 0.01, seed=2, noise=0.001))
    best = max(fit.speedup(n) for n in range(1, 33))
    assert fit.recommended_workers is not None
    assert fit.speedup(fit.recommended_workers) * 1.03 >= best
    assert fit.speedup(fit.recommended_workers - 1) * 1.03 < best


def test_points_that_no_such_law_gives_are_said_to_be_missed() -> None:
    jump = [{1: 1.0, 2: 1.0, 4: 1.0, 8: 4.0}] * 3
    fit = scaling(jump)
    assert fit.misfit is not None and fit.misfit > 0.1
    assert "trust the points" in fit.sentence


def test_curves_hold_one_executors_worker_counts_by_block() -> None:
    four = [Configuration("threads", n) for n in (1, 2, 3, 4)]
    samples = comparison({**{one: float(one.workers) for one in four}, Configuration("processes", 2): 1.5}, repeats=3)
    curves = curves_of(samples, SEQUENTIAL, THREADS_2)
    assert len(curves) == 3
    assert all(curve == pytest.approx({1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}) for curve in curves)

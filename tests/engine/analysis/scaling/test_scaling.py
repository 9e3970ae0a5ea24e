"""The scaling law: known parameters come back, the boundary is handled, and too few points give no fit."""

from __future__ import annotations

import random
from math import log

import pytest

from engine.analysis.scaling.scaling import Scaling, curves_of, scaling
from engine.analysis.scaling.usl import Curve, Fit, Parameter, usl
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
    trials = comparison({**{one: float(one.workers) for one in four}, Configuration("processes", 2): 1.5}, repeats=3)
    curves = curves_of(trials, SEQUENTIAL, THREADS_2)
    assert len(curves) == 3
    assert all(curve == pytest.approx({1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}) for curve in curves)


# B. Schwartz's measurements of a Cisco router (Practical Scalability Analysis with the USL), as in usl-rs's tests.
CISCO = [
    955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7, 9047.84,
    9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806.0, 12089.37, 12075.41,
    12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39,
]  # fmt: skip


def test_published_points_give_the_estimators_own_parameters_and_a_lack_of_fit_that_widens_the_intervals() -> None:
    fit = scaling([dict(enumerate(CISCO, start=1))])
    assert fit.single is not None and fit.contention is not None and fit.coherency is not None
    # Least squares of the speeds themselves gives 995.65, 0.0267 and 7.69e-4 (usl-rs).
    assert fit.single.estimate == pytest.approx(960.2, abs=0.1)
    assert fit.contention.estimate == pytest.approx(0.0205, abs=1e-4)
    assert fit.coherency.estimate == pytest.approx(8.91e-4, abs=1e-6)
    assert fit.correlation == pytest.approx(0.83, abs=0.03)
    assert fit.lack_of_fit_p is not None and fit.lack_of_fit_p < 0.001
    assert fit.contention.low <= 0.0267 <= fit.contention.high
    assert fit.coherency.low <= 7.69e-4 <= fit.coherency.high
    assert "does not describe these points" in fit.sentence
    assert "least squares of logarithms" in fit.sentence


@pytest.mark.parametrize(("counts", "repeats"), [([1, 2, 3, 4], 5), ([1, 2, 4, 8, 16], 3), (list(range(1, 17)), 1)])
def test_points_that_follow_the_law_are_seldom_said_not_to(counts: list[int], repeats: int) -> None:
    fits = [scaling(blocks(counts, 0.05, 0.002, seed, repeats=repeats)) for seed in range(200)]
    assert sum("does not describe" in fit.sentence for fit in fits) <= 12


def test_a_law_with_a_step_is_not_described() -> None:
    rng = random.Random(1)
    counts = (1, 2, 3, 4, 6, 8, 12, 16)
    step = [
        {n: usl(n, 1.0, 0.05, 0.0) * (0.8 if n > 4 else 1.0) * (1 + rng.gauss(0, 0.005)) for n in counts}
        for _ in range(3)
    ]
    fit = scaling(step)
    assert fit.lack_of_fit_p is not None and fit.lack_of_fit_p < 0.01
    assert "does not describe" in fit.sentence


# In words


def parameter(estimate: float, low: float, high: float) -> Parameter:
    return Parameter(estimate, low, high)


def fitted(contention: Parameter, coherency: Parameter, **found: float) -> Fit:
    """A fit of these parameters whose points lie on the law; the last by `off` times as fast."""
    speeds = {n: usl(n, 1.0, contention.estimate, coherency.estimate) for n in (1, 2, 4, 8, 16)}
    speeds[16] *= found.get("off", 1.0)
    points = [(float(n), log(speed)) for n, speed in speeds.items()]
    return Fit(
        parameter(1.0, 0.9, 1.1), contention, coherency, tuple(points), found.get("lack"), found.get("correlation")
    )


def described(monkeypatch: pytest.MonkeyPatch, found: Fit) -> Scaling:
    monkeypatch.setattr("engine.analysis.scaling.scaling.fit", lambda curves, level: found)
    return scaling([dict.fromkeys((1, 2, 4, 8, 16), 1.0)])


def test_a_law_with_contention_alone_is_told_as_amdahls(monkeypatch: pytest.MonkeyPatch) -> None:
    found = described(monkeypatch, fitted(parameter(0.05, 0.04, 0.061), parameter(0.0, 0.0, 0.002)))
    assert found.sentence == (
        "Fitted by least squares of logarithms: 5% (4–6%) of the work takes turns and κ = 0, which is Amdahl's law. "
        "16 workers are enough within 1 to 16, the range measured."
    )
    assert found.amdahl and found.peak_workers is None


def test_a_kappa_that_may_be_nothing_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = described(monkeypatch, fitted(parameter(0.05, 0.04, 0.061), parameter(0.0001, 0.0, 0.002)))
    assert "takes turns, κ = 0.0001 (0–0.002), which cannot be told from 0 (Amdahl's law). 16 workers" in found.sentence


def test_a_peak_inside_the_range_is_told_and_one_outside_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = described(monkeypatch, fitted(parameter(0.05, 0.04, 0.061), parameter(0.01, 0.009, 0.011)))
    assert inside.sentence.endswith(
        " κ = 0.01 (0.009–0.011). 8 workers are enough within 1 to 16, the range measured; "
        "beyond about 10 more make it slower."
    )
    outside = described(monkeypatch, fitted(parameter(0.05, 0.04, 0.061), parameter(0.001, 0.0009, 0.0011)))
    assert outside.peak_workers is None and "slower" not in outside.sentence


def test_no_more_than_all_of_the_work_takes_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    found = described(monkeypatch, fitted(parameter(0.02, 0.0, 8.05), parameter(0.0, 0.0, 0.001)))
    assert ": 2% (0–100%) of the work takes turns" in found.sentence


def test_one_worker_that_is_enough_takes_the_singular(monkeypatch: pytest.MonkeyPatch) -> None:
    found = described(monkeypatch, fitted(parameter(0.99, 0.9, 1.0), parameter(0.0, 0.0, 0.001)))
    assert " 1 worker is enough within 1 to 16" in found.sentence


def test_a_point_that_is_missed_by_more_than_a_tenth_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = described(monkeypatch, fitted(parameter(0.05, 0.04, 0.06), parameter(0.0, 0.0, 0.001), off=1.25))
    assert found.misfit == pytest.approx(0.25)
    assert found.sentence.endswith("The curve misses a measured point by 25%: trust the points, not the parameters.")


def test_a_law_that_does_not_describe_its_points_says_so_with_the_p_value(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = (parameter(0.05, 0.04, 0.06), parameter(0.0, 0.0, 0.001))
    alone = described(monkeypatch, fitted(*flat, lack=0.0012))
    assert alone.sentence.endswith(
        " The law does not describe these points (p = 0.0012): its intervals are widened."
    )
    both = described(monkeypatch, fitted(*flat, lack=0.0012, correlation=0.83))
    assert "(p = 0.0012, neighbouring residuals correlate by 0.83)" in both.sentence
    assert "does not describe" not in described(monkeypatch, fitted(*flat, lack=0.02)).sentence


def test_too_few_points_are_told_with_how_many_there_are() -> None:
    assert scaling([{2: 1.9}]).sentence == (
        "Not enough points: 1 worker count was measured in whole blocks, and the scaling law needs 4."
    )
    assert "2 worker counts were measured" in scaling([{1: 1.0, 2: 1.9}]).sentence


def test_curves_leave_out_blocks_that_a_worker_count_did_not_finish() -> None:
    made = comparison({THREADS_2: 2.0}, repeats=3)
    trials = [one for one in made if (one.configuration, one.block) != (THREADS_2, 1)]
    assert [set(curve) for curve in curves_of(trials, SEQUENTIAL, THREADS_2)] == [{2}, set(), {2}]

"""The verdict's statistics against scipy 1.17.1 and statsmodels 0.15.0: beside each value the call that made it.

Neither is needed to run these: both together are a hundred times what the analysis is.
"""

from __future__ import annotations

from math import log

import pytest

from engine.analysis.diff import difference
from engine.analysis.statistics.speedup import speedups
from engine.analysis.statistics.student import critical_t, f_test_p, holm, two_sided_p
from engine.analysis.trials import TimedTrial
from tests.engine.analysis.made import SEQUENTIAL, THREADS_2

BASELINE_S = (2.31, 2.11, 2.62, 2.05, 2.44)
THREADS_S = (1.22, 1.05, 1.30, 1.01, 1.19)
LATER_S = (2.20, 2.00, 2.40, 1.98, 2.25)


@pytest.mark.parametrize(
    ("freedom", "t", "p"),  # 2 * scipy.stats.t.sf(t, freedom)
    [
        (1, 0.5, 0.7048327646991335),
        (2, 4.303, 0.0499925249852145),
        (2.5, 3.1, 0.06778837832492031),
        (7.25, 1.9, 0.09776208907567438),
        (30, 2.75, 0.009999894526931183),
        (400, 5.0, 8.5948251291187e-07),
    ],
)
def test_students_t(freedom: float, t: float, p: float) -> None:
    assert two_sided_p(t, freedom) == pytest.approx(p, rel=1e-11)
    assert two_sided_p(-t, freedom) == two_sided_p(t, freedom)


@pytest.mark.parametrize(
    ("level", "freedom", "t"),  # scipy.stats.t.isf(level / 2, freedom)
    [
        (0.04, 2, 4.848732213850612),
        (0.04, 4.75, 2.804799511075987),
        (0.04 / 15, 5, 5.522583471587046),
        (0.02, 11.25, 2.7081036388283155),
        (1e-6, 3, 130.15458955835794),
    ],
)
def test_critical_values(level: float, freedom: float, t: float) -> None:
    assert critical_t(level, freedom) == pytest.approx(t, rel=1e-9)


@pytest.mark.parametrize(
    ("f", "above", "below", "p"),  # scipy.stats.f.sf(f, above, below)
    [
        (0.3, 2, 7, 0.7498865550474875),
        (1.0, 1, 1, 0.5),
        (2.5, 3, 28, 0.07996174824333777),
        (8.0, 4, 9, 0.0049085340604417506),
        (50.0, 6, 60, 1.5782805457442802e-21),
    ],
)
def test_fishers_f(f: float, above: float, below: float, p: float) -> None:
    assert f_test_p(f, above, below) == pytest.approx(p, rel=1e-9)


def test_holms_adjustment() -> None:
    # statsmodels.stats.multitest.multipletests([...], method="holm")[1]
    found = holm([0.012, 0.2, 0.004, 0.03, 0.5, 0.011])
    assert found == pytest.approx((0.055, 0.4, 0.024, 0.09, 0.5, 0.055))


def trials(seconds: tuple[float, ...], one: object = SEQUENTIAL) -> list[TimedTrial]:
    role = "baseline" if one == SEQUENTIAL else "candidate"
    return [TimedTrial(one, block, wall_s, role) for block, wall_s in enumerate(seconds)]  # type: ignore[arg-type]


def test_a_speedup_is_the_paired_t_on_log_ratios() -> None:
    # r = scipy.stats.ttest_1samp(log(BASELINE_S) - log(THREADS_S), 0); exp(r.confidence_interval(0.96)); r.pvalue
    (row,) = speedups([*trials(BASELINE_S), *trials(THREADS_S, THREADS_2)], SEQUENTIAL, level=0.04)
    assert row.ratio.estimate == pytest.approx(1.998921408581146)  # scipy.stats.gmean of the ratios
    assert (row.ratio.low, row.ratio.high) == pytest.approx((1.916799510111922, 2.0845616751283105))
    assert row.ratio.p == pytest.approx(9.962143870874833e-07)
    assert row.ratio.log_sd == pytest.approx(0.03128368055653084)
    assert row.repeats == pytest.approx([before / after for before, after in zip(BASELINE_S, THREADS_S, strict=True)])


def test_two_runs_are_compared_by_welchs_t_on_logarithms() -> None:
    # r = scipy.stats.ttest_ind(log(BASELINE_S), log(LATER_S), equal_var=False); r.confidence_interval(0.96)
    (change,) = difference(trials(BASELINE_S), trials(LATER_S), SEQUENTIAL, level=0.04).changes
    assert change.wall.low is not None and change.wall.high is not None
    assert (log(change.wall.low), log(change.wall.high)) == pytest.approx((-0.08260968178057654, 0.20494859500026535))
    assert change.wall.p == pytest.approx(0.32530912791932703)

"""What of a configuration's time was our own loop, and when that is said beside the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis.own_part import TELLING, OwnPart, own_parts, warnings
from engine.model import Configuration, Measurement, Trial
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2

MEASURED = Measurement(wall_s=10.0, loop_s=0.1, pickling_s=2.0, encoding_s=0.5)
TRIAL = Trial(1, 1, 0, 0, PROCESSES_2, "finished", None, 60, 60, 0, MEASURED)


def trials(*measured: Measurement, one: Configuration = PROCESSES_2) -> list[Trial]:
    return [replace(TRIAL, configuration=one, measurement=each) for each in measured]


def test_the_loop_is_a_share_of_the_wall_time_and_pickling_one_of_the_workers() -> None:
    (part,) = own_parts([TRIAL])
    assert part.configuration == PROCESSES_2
    assert [part.loop, part.pickling, part.encoding_s] == pytest.approx([0.01, 0.1, 0.5])


def test_of_several_trials_the_medians_are_told() -> None:
    (part,) = own_parts(trials(MEASURED, replace(MEASURED, loop_s=0.2), replace(MEASURED, loop_s=5.0, encoding_s=9.0)))
    assert [part.loop, part.encoding_s] == pytest.approx([0.02, 0.5])


def test_each_configuration_has_its_own_and_what_was_not_measured_has_none() -> None:
    unknown = trials(replace(MEASURED, loop_s=None), one=SEQUENTIAL)
    found = own_parts([TRIAL, *trials(MEASURED, one=THREADS_2), *unknown])
    assert [part.configuration for part in found] == [PROCESSES_2, THREADS_2]


@pytest.mark.parametrize("wall_s", [None, 0.0])
def test_a_trial_without_a_wall_time_has_no_shares(wall_s: float | None) -> None:
    assert own_parts(trials(replace(MEASURED, wall_s=wall_s))) == ()


def test_what_was_never_pickled_or_encoded_took_nothing() -> None:
    (part,) = own_parts(trials(replace(MEASURED, pickling_s=None, encoding_s=None)))
    assert (part.pickling, part.encoding_s) == (0.0, 0.0)


@pytest.mark.parametrize(("loop", "told"), [(TELLING, False), (TELLING + 0.001, True)])
def test_a_part_above_a_fiftieth_is_told_of_what_counts(loop: float, told: bool) -> None:
    part = OwnPart(THREADS_2, loop, 0.5, 0.0)
    assert bool(list(warnings([part], {THREADS_2: None}))) is told
    assert not list(warnings([part], {PROCESSES_2: None}))


def test_the_warning_names_the_share_and_what_makes_it_small() -> None:
    (found,) = warnings([OwnPart(THREADS_2, 0.123, 0.0, 0.0)], {THREADS_2: None})
    assert found.sentence == "Our own loop and records took 12% of the time of threads × 2."
    assert found.advice == "Tasks of a millisecond or more make that negligible."
    assert (found.code, found.configuration, found.value) == ("own_part", THREADS_2, 0.123)

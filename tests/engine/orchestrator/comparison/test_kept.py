"""What a comparison keeps of its finished trials: few records, shares, first tasks, and one example of what failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.model import Configuration, Measurement, Record, Status, Trial
from engine.orchestrator.comparison.kept import MOST_RECORDS, Kept

pytestmark = pytest.mark.heart
BASE, OTHER = Configuration("sequential", 1), Configuration("threads", 2)


def trial(how: Configuration = BASE, block: int = 0, failed: int = 0, message: str | None = None) -> Trial:
    figures = Measurement(interpreter_s=0.1, startup_s=0.2, wall_s=2.0, teardown_s=0.1, cpu_s=1.0, run_delay_s=0.0)
    return Trial(1, 1, 0, block, how, "finished", None, 4, 4 - failed, failed, figures, message)


def records(count: int, fingerprint: str = "same", error: str | None = None) -> list[Record]:
    status: Status = "failed" if error else "ok"
    return [
        Record(task, f"task {task}", task % 2, task * 0.5, task * 0.5 + 0.5, 0.4, 0.0, status=status, error=error,
               reason="exception" if error else None, fingerprint=f"{fingerprint}{task}")
        for task in range(count)
    ]  # fmt: skip


def test_the_first_baseline_of_a_block_is_the_baseline_and_the_second_is_it_again() -> None:
    kept = Kept(BASE, 2)
    for block in (0, 0, 1, 1):
        kept.add(trial(BASE, block), records(4))
    kept.add(trial(OTHER), records(4))
    assert [one.role for one in kept.timed] == ["baseline", "baseline_again"] * 2 + ["candidate"]


@pytest.mark.parametrize(("count", "held"), [(4, 4), (MOST_RECORDS, MOST_RECORDS), (MOST_RECORDS + 1, 1001)])
def test_of_many_records_some_are_kept_spread_evenly(count: int, held: int) -> None:
    kept = Kept(BASE, 2)
    kept.add(trial(), records(count))
    ((found),) = kept.records_of(BASE)
    assert len(found) == held <= MOST_RECORDS
    assert found[0].task == 0 and found[-1].task >= count - 2


def test_equal_fingerprints_are_held_once() -> None:
    kept = Kept(BASE, 2)
    for fingerprint in ("same", "same", "other"):
        kept.add(trial(), records(4, fingerprint))
    first, second, third = (one.fingerprints for one in kept.timed)
    assert first is second
    assert third is not first and third != first


def test_one_example_of_what_failed_is_kept_for_each_configuration() -> None:
    kept = Kept(BASE, 2)
    kept.add(trial(OTHER, failed=4), records(4, error="ValueError: first"))
    kept.add(trial(OTHER, failed=4), records(4, error="ValueError: second"))
    kept.add(trial(BASE), records(4))
    assert kept.why_failed == {OTHER: "ValueError: first"}


def test_a_trial_without_records_tells_its_example_in_its_message() -> None:
    kept = Kept(BASE, 2)
    kept.add(trial(OTHER, failed=1, message="1 of 4 tasks failed: no"), [])
    assert kept.why_failed == {OTHER: "no"}, "how many is said by the sentence that it stands in"
    assert kept.records_of(OTHER) == []


def test_shares_of_worker_seconds_are_means_over_the_trials_of_a_configuration() -> None:
    kept = Kept(BASE, 2)
    kept.add(trial(), records(4))
    kept.add(replace(trial(), measurement=replace(trial().measurement, startup_s=2.0)), records(4))
    shares = [one.shares for one in kept.finished]
    found = kept.shares_of(BASE)
    assert found.keys() == shares[0].keys()
    assert all(found[name] == pytest.approx((shares[0][name] + shares[1][name]) / 2) for name in found)
    assert sum(found.values()) == pytest.approx(1.0)


def test_a_configuration_without_trials_has_neither_shares_nor_first_tasks() -> None:
    kept = Kept(BASE, 2)
    assert (kept.shares_of(OTHER), kept.first_of(OTHER), kept.records_of(OTHER)) == ({}, None, [])


def test_first_tasks_are_those_of_the_last_trial() -> None:
    kept = Kept(BASE, 2)
    kept.add(trial(), records(40))
    slow = [replace(one, finished_s=(one.finished_s or 0) + 5) if one.task < 2 else one for one in records(40)]
    kept.add(trial(), slow)
    assert kept.first_of(BASE) == kept.finished[1].first
    assert kept.finished[0].first != kept.finished[1].first

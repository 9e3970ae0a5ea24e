"""Ratios and their intervals in plain words: the same form everywhere in verdicts, warnings and explanations.

Stands above `engine.text`, which writes single numbers, and `engine.model`.
"""

from __future__ import annotations

from engine.model import Configuration
from engine.text import counted, number, percent


def sentence(text: str) -> str:
    """The text with a capital letter in front, unless it begins with code, such as ``multiprocessing.Pool``."""
    return text if "." in text.partition(" ")[0].rstrip(".") else text[:1].upper() + text[1:]


def many(configuration: Configuration) -> bool:
    """Whether the configuration takes a plural verb: threads start, sequential starts."""
    return configuration.executor.endswith("s") and configuration.reference is None


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


def left_early(after: int, of: int | None) -> str:
    """Of what a race left out: ``left out after 3 of 10 repeats``; `of` is None where none were planned."""
    return f"left out after {after} of {of} repeats" if of else f"left out after {counted(after, 'repeat')}"


def times(estimate: float, low: float | None, high: float | None) -> str:
    """A speedup with its interval: ``1.93× (1.91–1.95)``."""
    if low is None or high is None:
        return f"{number(estimate)}×"
    return f"{number(estimate)}× ({interval(low, high)})"


def times_in_brackets(estimate: float, low: float | None, high: float | None) -> str:
    """The same where it stands in brackets itself: ``1.93×, 1.91–1.95``."""
    return f"{number(estimate)}×" + ("" if low is None or high is None else f", {interval(low, high)}")

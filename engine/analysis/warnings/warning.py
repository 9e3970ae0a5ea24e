"""What a warning is, and what a rule that gives warnings is.

A rule is a function of what was found and of the circumstances; it knows no workload's name.
The rules stand in the `rules_*` modules, their order in `cautions`. Stands above `findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.analysis.findings.findings import Circumstances, Findings
from engine.model import Configuration


@dataclass(frozen=True, slots=True)
class Caution:
    """One warning as data. `value` is the figure that called for it, in the unit that the sentence names.

    `configuration` is None when it concerns the whole comparison, or several configurations that the sentence names.
    """

    code: str
    configuration: Configuration | None
    value: float | None
    sentence: str
    advice: str


Rule = Callable[[Findings, Circumstances], Iterator[Caution]]

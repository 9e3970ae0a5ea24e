"""Why configurations lost time: a row for each cause, not one for each configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CAUSES = {
    "gil": "Turns for the GIL", "lock": "Waiting for a lock", "other_programs": "Other programs had the CPUs",
    "memory": "Memory bandwidth", "disk": "The disk", "pickling": "Sending data between processes",
    "small_tasks": "Handing over small tasks", "native_threads": "Threads of their own in each task",
    "workers_above_cpus": "More workers than CPUs", "imbalance": "Tasks of unequal length",
    "few_tasks": "Too few tasks", "hand_over": "Handing tasks over", "imports": "Importing in every worker",
}  # fmt: skip
"""What a cause is called; an unknown one, from another version's file, by its code."""


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause over all configurations: the most that it cost, a share of the workers' time, and where it did.

    `sentence` is that of the configuration that lost most to it.
    """

    name: str
    lost: float
    sentence: str
    configurations: tuple[tuple[str, float], ...]


def cause_rows(verdict: Mapping[str, Any]) -> list[CauseRow]:
    """Each cause once, the dearest first, with the configurations that lost time to it, the dearest first."""
    found: dict[str, list[tuple[float, str, str]]] = {}
    for one in verdict.get("explanations") or []:
        for cause in one.get("causes") or []:
            said = (float(cause["lost"]), str(one["label"]), str(cause["sentence"]))
            found.setdefault(str(cause["name"]), []).append(said)
    rows = []
    for name, told in found.items():
        ordered = sorted(told, key=lambda each: -each[0])
        lost, _, sentence = ordered[0]
        where = tuple((label, share) for share, label, _ in ordered)
        rows.append(CauseRow(CAUSES.get(name, name.replace("_", " ")), lost, sentence, where))
    return sorted(rows, key=lambda row: -row.lost)

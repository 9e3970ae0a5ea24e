"""The causes of one configuration in sentences, with the command that shows each."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis.causes.causes import Cause
from engine.analysis.causes.efficiency import Efficiency

MOST = 2
"""So many causes are told, the dearest, and can be tried."""


def in_words(causes: Sequence[Cause], efficiency: Efficiency | None, run: int | None = None) -> list[str]:
    """The causes in sentences, the dearest two, and what the factors multiply to. `run` is the comparison's number,
    for the command that shows a cause."""
    if not causes or efficiency is None:
        return []
    parts = (
        ("load balance", efficiency.load_balance), ("hand-over", efficiency.hand_over),
        ("CPU at hand", efficiency.cpu_at_hand), ("no turns", efficiency.no_turns),
        ("same CPU time", efficiency.same_cpu),
    )
    product = " × ".join(f"{name} {value:.2f}" for name, value in parts)
    whole = [f"Efficiency {efficiency.whole:.2f} = {product}."] if efficiency.tells else []
    return [*(cause.sentence + _try(cause, run) for cause in causes[:MOST]), *whole]


def startup_in_words(cause: Cause | None) -> list[str]:
    """What the start-up was spent on, in a sentence; it stands beside the causes, because it is in no speedup."""
    return [cause.sentence + _try(cause, None)] if cause else []


def _try(cause: Cause, run: int | None) -> str:
    if cause.changed is None or run is None:
        return f" To see it: again with {cause.experiment}." if cause.experiment else ""
    return f" To see it: again with {cause.experiment}, by overlap prove {run} {cause.name}."

"""Which rows of a comparison count: the engine's own, or those of the code that people would write themselves.

Our loop and its records cost some 10 to 20 µs a task. Where tasks take a millisecond or more that is nothing; where
they are shorter it would decide the verdict, so there only the references count. The others are shown beside.
Stands above `engine.model`, below `judgement`.
"""

from __future__ import annotations

from dataclasses import replace

from engine.model import Configuration


def counts(one: Configuration, baseline: Configuration, short: bool) -> bool:
    """Whether a configuration's trials decide. The engine's own form of the baseline, its twin, never does."""
    if one == baseline:
        return True
    if short:
        return one.reference is not None
    return one.reference is None and one != ours(baseline)


def ours(configuration: Configuration) -> Configuration | None:
    """The engine's own configuration that a reference stands beside; None for one that is no reference."""
    return replace(configuration, reference=None) if configuration.reference else None
